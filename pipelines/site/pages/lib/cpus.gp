# SPDX-License-Identifier: MIT
# One series CPU by CPU, of the newest build and of one before, light and dark. Set before: what beside.gp names,
# themes, n, ylo, yhi, ystep, xtics; $newest and $other (place value low high).
height = 230
do for [theme in themes] {
	load 'beside.gp'
	set errorbars 0
	set ytics ystep
	set xrange [.5:n+.5]; set yrange [ylo:yhi]
	plot $other using ($1-.08):2:3:4 with yerrorbars pt 6 ps .7 lw 1.4 lc rgb muted notitle, \
	     $newest using ($1+.08):2:3:4 with yerrorbars pt 7 ps .7 lw 2 lc rgb series notitle
	unset output
}
