# Rank tests: stats::wilcox.test for the asymptotic, coin for the exact with ties. Rscript ranks.R
library(jsonlite)
library(coin)
source("founding.R")

case <- function(x, y, exact = TRUE) {
  # wilcox.test warns of nothing here: the exact test is not asked of it.
  asymptotic <- wilcox.test(x, y, exact = FALSE, correct = TRUE)
  answer <- list(x = x, y = y, u = unbox(unname(asymptotic$statistic)), p = unbox(asymptotic$p.value))
  if (exact) {
    rows <- data.frame(value = c(x, y), group = factor(rep(c("x", "y"), c(length(x), length(y)))))
    answer$exact_p <- unbox(as.numeric(pvalue(wilcox_test(value ~ group, data = rows, distribution = "exact"))))
  }
  answer
}
of <- function(column, part) case(founding[[column]][part], founding[[column]][!part])

keep("ranks.R", list(
  "age by survival" = of("age", survived),
  "ferritin on day 1 by survival" = of("ferritin", survived),
  "greatest fall, from the rows, by survival" = of("fall", survived),
  "greatest fall, as printed, by survival" = of("printed", survived),
  "greatest fall, from the rows, by rheumatologic cause" = of("fall", rheumatologic),
  "greatest fall, as printed, by rheumatologic cause" = of("printed", rheumatologic),
  "no ties" = case(c(1.1, 3.2, 5.3), c(2.4, 4.5, 6.6, 8.7)),
  "many ties" = case(c(0, 0, 0, 1, 1, 2), c(0, 1, 1, 2, 2, 2, 3)),
  "one against five" = case(7, c(1, 2, 3, 4, 5)),
  "identical groups" = case(c(1, 2, 3, 4), c(1, 2, 3, 4)),
  "complete separation" = case(1:6, 11:18),
  "ten against twelve, tied" = case(c(1, 1, 2, 3, 3, 4, 5, 6, 7, 9), c(2, 3, 5, 5, 6, 8, 8, 9, 9, 10, 11, 12)),
  "negative values" = case(c(-3, -1.5, 0, 2), c(-2, -1.5, 1, 4, 5)),
  "lung, age by sex" = case(survival::lung$age[survival::lung$sex == 1], survival::lung$age[survival::lung$sex == 2], FALSE)
), c("coin", "jsonlite"))
