# SPDX-License-Identifier: MIT
# Terminal and colours: `term` is svg, png or dumb, `theme` light or dark. The colours are those of site.css
# (Okabe and Ito's, told apart by people who see fewer colours; dark ones lighter).
dark = theme eq 'dark'
ink = dark ? '#e4e6ea' : '#1c1e21'
muted = dark ? '#9aa0a8' : '#62676f'
paper = dark ? '#15171b' : '#ffffff'
grid_ = dark ? '#2e3238' : '#e6e7ea'
series = dark ? '#56b4e9' : '#0072b2'
other_ = dark ? '#9aa0a8' : '#7a7f87'
bad = dark ? '#ff8a4c' : '#c24e00'
good = dark ? '#2fc795' : '#00785a'
if (term eq 'svg') { set terminal svg size width,height noenhanced font 'sans-serif,15' background paper dashlength .6 }
if (term eq 'png') { set terminal pngcairo size width,height noenhanced font 'sans,11' background paper }
if (term eq 'dumb') { set terminal dumb size columns,rows noenhanced; muted = ink }
