# SPDX-License-Identifier: MIT
# Terminal and colours: `term` is svg, png or dumb, `theme` light or dark. A colour has its name in site.css.
do for [name in 'ink muted paper line series bad good'] { eval name.' = '.theme.'_'.name }
if (term eq 'svg') { set terminal svg size width,height noenhanced font 'sans-serif,15' background paper dashlength .6 }
if (term eq 'png') { set terminal pngcairo size width,height noenhanced font 'sans,11' background paper }
if (term eq 'dumb') { set terminal dumb size columns,rows noenhanced; muted = ink }
