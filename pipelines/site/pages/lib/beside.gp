# SPDX-License-Identifier: MIT
# What pictures of a run and of one before share. Set before: term, theme, out, height, heading, newest, other.
width = 720
set encoding utf8
load 'theme.gp'
set output out.(theme eq 'dark' ? '-dark' : '').'.'.term
unset label; unset arrow; unset y2tics
set border 1 lc rgb muted
set xtics nomirror scale 0,0 textcolor rgb muted
set ytics nomirror scale 0,0 textcolor rgb muted
set grid ytics lc rgb line lw 1 lt 1
set lmargin at screen .12; set rmargin at screen .97; set tmargin at screen .82; set bmargin at screen .15
set label 1 heading at screen .012, screen .93 left tc rgb muted
set label 2 newest at screen .97, screen .93 right tc rgb series
set label 3 other at screen .7, screen .93 right tc rgb muted
