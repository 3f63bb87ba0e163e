# SPDX-License-Identifier: MIT
# One series over its builds, light and dark. Set before: term, themes, out, title, subtitle, xlo, xhi, ylo, yhi,
# ystep, y2step, base, few, lone (one build: no band); $data (place value low high), $levels, $failed (place),
# $spikes (place up?); changes
# nmarks, mxN mwN mrN mtN (place, worse?, label to the left?, text); events nevents, exN etN erN elN (place, text, row from below, label to the left?);
# xtics.
# The plotting area is a fixed part of the picture: site.js finds a build by it.
width = 720; height = 320
set encoding utf8
set datafile separator whitespace
do for [theme in themes] {
	load 'theme.gp'
	set output out.(theme eq 'dark' ? '-dark' : '').'.'.term
	unset label; unset arrow
	set border 1 lc rgb muted
	set xtics nomirror scale 0,0 textcolor rgb muted
	set ytics ystep nomirror scale 0,0 textcolor rgb muted
	set y2tics y2step nomirror scale 0,0 textcolor rgb muted format '%+g %%'
	set grid ytics lc rgb line lw 1 lt 1
	set lmargin at screen .09; set rmargin at screen .9; set tmargin at screen .84; set bmargin at screen .1
	set label 1001 title at screen .012, screen .965 left tc rgb ink font (term eq 'png' ? ',13' : ',16')
	set label 1002 subtitle at screen .012, screen .9 left tc rgb muted
	set xrange [xlo:xhi]; set yrange [ylo:yhi]
	if (base > 0) {
		set y2range [100.*(ylo-base)/base:100.*(yhi-base)/base]
		set arrow 1001 from xlo, base to xhi, base nohead back lc rgb muted lw 1 dt (2,4)
	} else { unset y2tics }
	do for [i=1:nmarks] {
		x = value(sprintf('mx%d', i)); hue = value(sprintf('mw%d', i)) ? bad : good; right = value(sprintf('mr%d', i))
		set arrow i from x, graph 0 to x, graph 1 nohead back lc rgb hue lw 2
		if (right) { set label i value(sprintf('mt%d', i)) at x, graph .95 right offset char -.6,0 tc rgb hue front }
		if (!right) { set label i value(sprintf('mt%d', i)) at x, graph .95 left offset char .6,0 tc rgb hue front }
	}
	do for [i=1:nevents] {
		x = value(sprintf('ex%d', i))
		set arrow 500+i from x, graph 0 to x, graph 1 nohead back lc rgb muted lw 1.2 dt (6,4)
		y = .05 + .07 * value(sprintf('er%d', i)); right = value(sprintf('el%d', i))
		if (right) { set label 500+i value(sprintf('et%d', i)) at x, graph y right offset char -.5,0 tc rgb muted front }
		if (!right) { set label 500+i value(sprintf('et%d', i)) at x, graph y left offset char .5,0 tc rgb muted front }
	}
	set style fill transparent solid .22 noborder
	if (term eq 'dumb') { # characters are too coarse for a band, and a grid would look like a line of values
		unset grid
		set y2tics offset 1,0
		plot $data using 1:2 with linespoints lt 3 pt 'o' notitle, $failed using 1:(ylo + .03*(yhi-ylo)) with points pt 'X' notitle
	} else {
		plot $data using 1:3:4 with filledcurves lc rgb series notitle, \
		     $data using 1:(lone ? $3 : $2):(0):(lone ? $4-$3 : 0) with vectors nohead lw 12 lc rgb '#c7'.series[2:7] notitle, \
		     $levels with lines lc rgb ink lw 1.4 dt (6,3) notitle, \
		     $data using 1:2 with linespoints pt 7 ps (few ? .45 : 0) lw 1.8 lc rgb series notitle, \
		     $spikes using 1:($2 > 0 ? yhi : ylo) with points pt 9 ps .8 lc rgb series notitle, \
		     $failed using 1:(ylo + .03*(yhi-ylo)) with points pt 2 ps .8 lw 2 lc rgb bad notitle
	}
	unset output
}
