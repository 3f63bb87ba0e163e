# SPDX-License-Identifier: MIT
# Makes oracle.csv: exact rank tests, estimates and intervals, without ties: of two samples as R has them; and dips
# as the package diptest has them, also of ties and of two heaps.
#	Rscript oracle.R > oracle.csv
# Lists of numbers are joined by blanks. An interval that R cannot reach at 99 % is empty.
set.seed(20)
number <- function(v) ifelse(is.na(v), "", sprintf("%.17g", v))
list_of <- function(v) paste(sprintf("%.17g", v), collapse = " ")

source(file.path(Sys.getenv("TOP", "."), "tests/statistics/signed.R"))

row_of <- function(kind, x, y, mu) {
	p <- function(alternative) wilcox.test(y, x, mu = mu, alternative = alternative, exact = TRUE)$p.value
	if (kind == "signed_rank") {
		test <- signed(x, mu)
		all <- signed_location(x, .01)
	} else {
		test <- c(greater = p("greater"), less = p("less"))
		result <- suppressWarnings(wilcox.test(y, x, conf.int = TRUE, conf.level = .99, exact = TRUE))
		interval <- if (2 * pwilcox(0, length(x), length(y)) <= .01) result$conf.int else c(NA, NA)
		all <- c(estimate = unname(result$estimate), low = interval[1], high = interval[2])
	}
	cat(kind, list_of(x), list_of(y), number(mu), number(test["greater"]), number(test["less"]),
	    number(all["estimate"]), number(all["low"]), number(all["high"]), sep = ",")
	cat("\n")
}

cat("kind,x,y,mu,greater,less,estimate,low,high\n")
for (n in c(1:15, 20, 30, 49, 50, 60, 75, 100))
	for (mu in c(0, log(1.01), -log(1.01), .03))
		row_of("signed_rank", rnorm(n, .01, .03), numeric(0), mu)
for (sizes in list(c(1, 1), c(1, 5), c(2, 3), c(3, 3), c(4, 6), c(5, 5), c(6, 6), c(6, 9), c(8, 8), c(10, 10),
		   c(10, 20), c(20, 20), c(30, 25), c(49, 51), c(50, 50)))
	for (mu in c(0, log(1.01), -.02))
		row_of("rank_sum", rnorm(sizes[1], 4, .03), rnorm(sizes[2], 4.01, .03), mu)

dip_of <- function(x) cat("dip", list_of(sort(x)), "", "", "", "", number(diptest::dip(x)), "", "", sep = ",", fill = FALSE)
for (n in c(4:12, 15, 20, 33, 60, 100))
	for (x in list(rnorm(n), runif(n), rexp(n), c(rnorm(n %/% 2), rnorm(n - n %/% 2, 4)), round(3 * rnorm(n)),
		       rt(n, 2), rep(7, n))) {
		dip_of(x)
		cat("\n")
	}
