# SPDX-License-Identifier: MIT
# Rows of a verdict (draw.sh's verdict_columns) that have a ratio -> what compare.awk reads.
BEGIN { config(); FS = OFS = "\t" }
$11 > 0 { print 1, badness($11, $6), $3, $4, $5, $6, "", $9, $10, $11, $12, $13, $14, ($7 == "" ? "baseline" : $7), $8 }
