# SPDX-License-Identifier: MIT
# The rounds of the newest build and of one before, as the share of rounds at or below a value, light and
# dark. Set before: term, themes, out, xlab, xlo, xhi, newest, other; $newest and $other (value, share).
width = 720; height = 210
set encoding utf8
do for [theme in themes] {
	load 'theme.gp'
	set output out.(theme eq 'dark' ? '-dark' : '').'.'.term
	unset label; unset arrow; unset y2tics
	set border 1 lc rgb muted
	set xtics autofreq nomirror scale 0,0 textcolor rgb muted
	set ytics ('all rounds' 1, 'half' .5, 'none' 0) nomirror scale 0,0 textcolor rgb muted
	set grid ytics lc rgb grid_ lw 1 lt 1
	set lmargin at screen .12; set rmargin at screen .97; set tmargin at screen .82; set bmargin at screen .15
	set label 1 xlab at screen .012, screen .93 left tc rgb muted
	set label 2 newest at screen .97, screen .93 right tc rgb series
	set label 3 other at screen .7, screen .93 right tc rgb other_
	set xrange [xlo:xhi]; set yrange [-.03:1.06]
	plot $other with steps lc rgb other_ lw 2 dt (6,3) notitle, \
	     $newest with steps lc rgb series lw 2.2 notitle
	unset output
}
