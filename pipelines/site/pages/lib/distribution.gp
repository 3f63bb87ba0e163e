# SPDX-License-Identifier: MIT
# The rounds of the newest build and of one before, as the share of rounds at or below a value, light and dark.
# Set before: what beside.gp names, themes, xlo, xhi; $newest and $other (value, share).
height = 210
do for [theme in themes] {
	set xtics autofreq
	load 'beside.gp'
	set ytics ('all rounds' 1, 'half' .5, 'none' 0)
	set xrange [xlo:xhi]; set yrange [-.03:1.06]
	plot $other with steps lc rgb muted lw 2 dt (6,3) notitle, \
	     $newest with steps lc rgb series lw 2.2 notitle
	unset output
}
