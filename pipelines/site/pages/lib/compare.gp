# SPDX-License-Identifier: MIT
# Two builds in one look: the change of each series with its interval, worst on top. Set before: term, themes, narrows,
# out, n, margin, lo, hi, xstep (per cent), title, subtitle, legend, nameN; $data (change low high in per cent, worse 1 / better -1,
# text). Names are left of the bars or, for narrow screens, above them.
set encoding utf8
set datafile separator whitespace
hue(w) = w > 0 ? rgb(bad) : w < 0 ? rgb(good) : rgb(muted)
rgb(s) = int('0x'.s[2:7])
do for [narrow=0:narrows] {
	width = narrow ? 400 : 860; height = (narrow ? 102 : 90) + (narrow ? 44 : 24) * n; rows = 2 * n + 7
	do for [theme in themes] {
		load 'theme.gp'
		set output out.(narrow ? '-narrow' : '').(theme eq 'dark' ? '-dark' : '').'.'.term
		unset label; unset arrow; unset object; unset y2tics; unset ytics
		set border 0
		set lmargin at screen narrow ? .02 : .42; set rmargin at screen narrow ? .98 : .985
		set tmargin at screen 1-(narrow ? 78. : 60.)/height; set bmargin at screen 28./height
		set label 1 title at screen .012, screen 1-18./height left tc rgb ink
		set label 2 (narrow || legend eq '' ? subtitle : subtitle.'.  '.legend) at screen .012, screen 1-38./height left tc rgb muted
		if (narrow) { set label 3 legend at screen .012, screen 1-56./height left tc rgb muted }
		set xtics xstep nomirror scale 0,0 textcolor rgb muted format '%+g %%'
		if (term ne 'dumb') { set grid xtics lc rgb line lw 1 lt 1 }
		set xrange [lo-.04*(hi-lo):hi+(narrow ? .34 : .2)*(hi-lo)]; set yrange [.3:n+.7]
		do for [i=1:n] {
			if (narrow) { set label 3+i value(sprintf('name%d', i)) at graph 0, first n-i+1.27 left tc rgb ink front }
			if (!narrow) { set label 3+i value(sprintf('name%d', i)) at graph -.012, first n-i+1 right tc rgb ink }
		}
		if (margin > 0) { set object 1 rectangle from -margin, graph 0 to margin, graph 1 fc rgb line fs solid .7 noborder back }
		set arrow 1 from 0, graph 0 to 0, graph 1 nohead back lc rgb muted
		plot $data using 1:($2-(narrow ? .15 : 0)):3:4:(hue($5)) with xerrorbars pt 7 ps .7 lw 2 lc rgb variable notitle, \
		     $data using (hi+.06*(hi-lo)):($2-(narrow ? .15 : 0)):6:(hue($5)) with labels left tc rgb variable notitle
		unset output
	}
}
