# Two builds in one look: the change of each series with its interval, worst on top. Set before: term, themes,
# out, n, margin, lo, hi (per cent), title, subtitle, ytics; $data (change low high in per cent, worse 1 / better -1, text).
width = 860; height = 90 + 24 * n; rows = n + 7
set encoding utf8
set datafile separator whitespace
do for [theme in themes] {
	load 'theme.gp'
	set output out.(theme eq 'dark' ? '-dark' : '').'.'.term
	unset label; unset arrow; unset object; unset y2tics
	set border 0
	set lmargin at screen .42; set rmargin at screen .985; set tmargin at screen 1-60./height; set bmargin at screen 28./height
	set label 1 title at screen .012, screen 1-18./height left tc rgb ink
	set label 2 subtitle at screen .012, screen 1-38./height left tc rgb muted
	set xtics autofreq rangelimited nomirror scale 0,0 textcolor rgb muted format '%+g %%'
	set ytics nomirror scale 0,0 textcolor rgb ink
	set grid xtics lc rgb grid_ lw 1 lt 1
	set xrange [lo-.04*(hi-lo):hi+.2*(hi-lo)]; set yrange [.3:n+.7]
	set object 1 rectangle from -margin, graph 0 to margin, graph 1 fc rgb grid_ fs solid .7 noborder back
	set arrow 1 from 0, graph 0 to 0, graph 1 nohead back lc rgb muted
	hue(w) = w > 0 ? rgb(bad) : w < 0 ? rgb(good) : rgb(other_)
	rgb(s) = int('0x'.s[2:7])
	plot $data using 1:2:3:4:(hue($5)) with xerrorbars pt 7 ps .7 lw 2 lc rgb variable notitle, \
	     $data using (hi+.06*(hi-lo)):2:6:(hue($5)) with labels left tc rgb variable notitle
	unset output
}
