# Power of exact tests, by fisher.test() on every table and by pbinom(). In this folder: Rscript power.R
library(jsonlite)
source("founding.R")

one <- function(n, null, truth, alpha = 0.05) {
  if (truth > null) {
    least <- which(sapply(0:n, function(k) binom.test(k, n, null, "greater")$p.value) <= alpha / 2)
    if (!length(least)) 0 else sum(dbinom((min(least) - 1):n, n, truth))
  } else {
    most <- which(sapply(0:n, function(k) binom.test(k, n, null, "less")$p.value) <= alpha / 2)
    if (!length(most)) 0 else sum(dbinom(0:(max(most) - 1), n, truth))
  }
}
two <- function(n, first, second, alpha = 0.05) sum(outer(0:n, 0:n, Vectorize(function(a, b) {
  p <- fisher.test(matrix(c(a, n - a, b, n - b), 2))$p.value
  if (p <= alpha) dbinom(a, n, first) * dbinom(b, n, second) else 0
})))

cases_of_one <- list(c(10, 0.4, 0.6), c(25, 0.31, 0.51), c(46, 0.42, 0.62), c(47, 0.42, 0.62), c(60, 0.62, 0.42),
                     c(3, 0.5, 0.6), c(150, 0.25, 0.35))
cases_of_two <- list(c(5, 0.2, 0.9), c(12, 0.17, 0.75), c(20, 0.25, 0.6), c(30, 0.25, 0.45), c(41, 0.25, 0.55))
# The least n from which the power is held for 12 more.
size <- function(null, truth, power) {
  reached <- sapply(1:200, function(n) one(n, null, truth) >= power)
  min(which(sapply(1:(200 - 12), function(n) all(reached[n:(n + 12)]))))
}
size_of_two <- function(first, second, power) {
  reached <- c(FALSE, sapply(2:40, function(n) two(n, first, second) >= power))
  max(which(!reached)) + 1
}

keep("power.R", list(
  one = lapply(cases_of_one, function(x) list(case = x, power = unbox(one(x[1], x[2], x[3])))),
  two = lapply(cases_of_two, function(x) list(case = x, power = unbox(two(x[1], x[2], x[3])))),
  one_size = lapply(list(c(0.42, 0.62, 0.8), c(0.31, 0.6, 0.9), c(0.7, 0.4, 0.8)), function(x)
    list(case = x, n = unbox(size(x[1], x[2], x[3])))),
  two_size = lapply(list(c(0.17, 0.75, 0.8), c(0.25, 0.7, 0.8)), function(x)
    list(case = x, n = unbox(size_of_two(x[1], x[2], x[3]))))
), "jsonlite")
