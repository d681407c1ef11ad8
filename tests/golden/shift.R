# Hodges-Lehmann shifts. Without ties: stats::wilcox.test and coin, both exact. With them coin
# takes its limits from the sample that was not shifted, and wilcox.test has no exact ones: see shift.py. Larger
# samples: the shifts that the asymptotic wilcox.test does not reject, sought here; its own limits are the root of
# a normal deviate, not pairwise differences. Rscript shift.R
library(jsonlite)
library(coin)
source("founding.R")

levels_ <- c(0.95, 0.9, 0.99)

exact <- function(x, y) {
  stopifnot(!anyDuplicated(c(x, y)))
  rows <- data.frame(value = c(x, y), group = factor(rep(c("x", "y"), c(length(x), length(y)))))
  of_coin <- function(level) {
    test <- wilcox_test(value ~ group, data = rows, distribution = "exact", conf.int = TRUE, conf.level = level)
    suppressWarnings(as.numeric(confint(test)$conf.int))
  }
  answer <- list(x = x, y = y, value = unbox(median(outer(x, y, "-"))), level = levels_)
  if (length(x) * length(y) < 400) answer$coin <- lapply(levels_, of_coin)
  # Where no shift can be rejected R gives the farthest differences and warns; coin gives none.
  answer$wilcox <- lapply(levels_, function(level)
    as.numeric(suppressWarnings(wilcox.test(x, y, exact = TRUE, conf.int = TRUE, conf.level = level))$conf.int))
  answer$open <- vapply(levels_, function(level) 2 / choose(length(x) + length(y), length(x)) > 1 - level, NA)
  answer
}

# The limits are the first and the last difference on or beside which a shift is not rejected: every shift on a
# difference, between two, and beyond all.
asymptotic <- function(x, y) {
  steps <- sort(unique(round(as.vector(outer(x, y, "-")), 9)))
  between <- (head(steps, -1) + tail(steps, -1)) / 2
  p <- function(shift) wilcox.test(round(x - shift, 9), y, exact = FALSE, correct = TRUE)$p.value
  on <- vapply(steps, p, 0)
  beside <- vapply(c(steps[1] - 1, between, tail(steps, 1) + 1), p, 0)
  limits <- function(level) {
    # Between two differences a shift reaches from the one to the other.
    low <- min(c(which(on > 1 - level), which(beside > 1 - level) - 1))
    high <- max(c(which(on > 1 - level), which(beside > 1 - level)))
    stopifnot(low > 0, high <= length(steps))
    steps[c(low, high)]
  }
  list(x = x, y = y, value = unbox(median(outer(x, y, "-"))), level = levels_, limits = lapply(levels_, limits))
}

lung <- survival::lung
pbc <- survival::pbc[!is.na(survival::pbc$trt), ]
mgus2 <- survival::mgus2[!is.na(survival::mgus2$hgb), ]
colon <- survival::colon[survival::colon$etype == 1, ]
wave <- function(n, step) round(sin(step * (1:n)) * 50 + (1:n) / 3, 6)

keep("shift.R", list(
  "ferritin on day 1 by survival" = exact(founding$ferritin[survived], founding$ferritin[!survived]),
  "ferritin on day 1 by rheumatologic cause" = exact(founding$ferritin[rheumatologic], founding$ferritin[!rheumatologic]),
  "no ties" = exact(c(1.1, 3.2, 5.3, 9.9), c(2.4, 4.5, 6.6, 8.7, 12.1)),
  "complete separation" = exact(1:6, 11:18),
  "negative values" = exact(c(-3, -1.5, 0, 2, 7.25, 1), c(-2, -1.4, 1.1, 4, 5, 9, -8)),
  "one against twenty" = exact(7.5, 1:20 * 1.01),
  "one against fifty" = exact(7.5, 1:50 * 1.01),
  "ovarian, age by treatment" =
    with(survival::ovarian, exact(age[rx == 1], age[rx == 2])),
  "wave, 45 against 38" = exact(wave(45, 1.1), wave(38, 0.7) + 0.0000005),
  "lung, age by sex" = asymptotic(lung$age[lung$sex == 1], lung$age[lung$sex == 2]),
  "pbc, bilirubin by treatment" = asymptotic(pbc$bili[pbc$trt == 1], pbc$bili[pbc$trt == 2]),
  "mgus2, hemoglobin by sex" = asymptotic(mgus2$hgb[mgus2$sex == "F"], mgus2$hgb[mgus2$sex == "M"]),
  "colon, nodes by sex" = with(colon[!is.na(colon$nodes), ], asymptotic(nodes[sex == 1], nodes[sex == 0])),
  "a wave of 500 against seven values, each 40 times" = asymptotic(wave(500, 1.1), rep(wave(90, 0.7)[c(1, 20, 40, 41, 77, 78, 90)], each = 40))
), c("coin", "jsonlite"))
