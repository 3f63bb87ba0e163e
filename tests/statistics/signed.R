# SPDX-License-Identifier: MIT
# Signed ranks that end to grow at a fifth: the distribution by convolution; the estimate and the interval by trying a
# location between all neighbours among the averages of pairs, where the sum of scores changes.
scores <- function(n) pmin(seq_len(n), ceiling(n / 5))
weights <- function(n) Reduce(function(w, s) c(w, numeric(s)) + c(numeric(s), w), scores(n), 1) / 2^n
score_above <- function(x, mu) sum(scores(length(x))[rank(abs(x - mu))][x > mu])
signed <- function(x, mu) {
	w <- weights(length(x))
	seen <- score_above(x, mu)
	c(greater = sum(w[(seen + 1):length(w)]), less = sum(w[1:(seen + 1)]))
}
signed_location <- function(x, alpha) {
	n <- length(x)
	walsh <- sort(outer(x, x, "+")[lower.tri(diag(n), diag = TRUE)] / 2)
	total <- sum(scores(n))
	above <- vapply(c(walsh[1] - 1, (walsh[-1] + walsh[-length(walsh)]) / 2), function(mu) score_above(x, mu), 0)
	above <- c(above, 0)
	# The walsh average at which the sum falls to no more than this.
	falls_to <- function(most) walsh[which(above <= most)[1] - 1]
	reached <- which(2 * cumsum(weights(n)) <= alpha)
	k <- if (length(reached)) max(reached) else NA
	c(estimate = (falls_to(total %/% 2) + falls_to((total - 1) %/% 2)) / 2,
	  low = if (is.na(k)) NA else falls_to(total - k), high = if (is.na(k)) NA else falls_to(k - 1))
}
