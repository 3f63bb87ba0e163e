# SPDX-License-Identifier: MIT
# One series CPU by CPU, of the newest build and of one before, light and dark. Set before: term, themes, out, ylab,
# newest, other, n, ylo, yhi, ystep, xtics; $newest and $other (place value low high).
width = 720; height = 230
set encoding utf8
do for [theme in themes] {
	load 'theme.gp'
	set output out.(theme eq 'dark' ? '-dark' : '').'.'.term
	unset label; unset arrow; unset y2tics
	set errorbars 0
	set border 1 lc rgb muted
	set xtics nomirror scale 0,0 textcolor rgb muted
	set ytics ystep nomirror scale 0,0 textcolor rgb muted
	set grid ytics lc rgb grid_ lw 1 lt 1
	set lmargin at screen .12; set rmargin at screen .97; set tmargin at screen .82; set bmargin at screen .15
	set label 1 ylab at screen .012, screen .93 left tc rgb muted
	set label 2 newest at screen .97, screen .93 right tc rgb series
	set label 3 other at screen .7, screen .93 right tc rgb other_
	set xrange [.5:n+.5]; set yrange [ylo:yhi]
	plot $other using ($1-.08):2:3:4 with yerrorbars pt 6 ps .7 lw 1.4 lc rgb other_ notitle, \
	     $newest using ($1+.08):2:3:4 with yerrorbars pt 7 ps .7 lw 2 lc rgb series notitle
	unset output
}
