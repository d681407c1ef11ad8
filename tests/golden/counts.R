# Chi-square and Fisher's exact tests. Fisher's odds ratio is not taken from here: R solves it to 1e-4 only
# (see roots.py). Rscript counts.R
library(jsonlite)
source("founding.R")

case <- function(...) {
  table <- rbind(...)
  total <- sum(table)
  # The approximation may be poor; the number is wanted all the same.
  plain <- suppressWarnings(chisq.test(table, correct = FALSE))
  answer <- list(
    counts = table, expected = unname(plain$expected), df = unbox(unname(plain$parameter)),
    chi_square = unbox(unname(plain$statistic)), p = unbox(plain$p.value),
    n_1 = unbox(unname(plain$statistic) * (total - 1) / total),
    n_1_p = unbox(pchisq(unname(plain$statistic) * (total - 1) / total, plain$parameter, lower.tail = FALSE)[[1]])
  )
  if (identical(dim(table), c(2L, 2L))) {
    yates <- suppressWarnings(chisq.test(table, correct = TRUE))
    answer$yates <- unbox(unname(yates$statistic))
    answer$yates_p <- unbox(yates$p.value)
    answer$fisher_p <- unbox(fisher.test(table)$p.value)
  }
  answer
}
causes <- as.matrix(founding[, c("malignancy", "bacterial", "viral", "rheumatologic", "unknown")])

keep("counts.R", list(
  "survival by rheumatologic cause" = case(c(3, 1), c(2, 10)),
  "survival by the entries of five causes" = case(unname(colSums(causes[survived, ])), unname(colSums(causes[!survived, ]))),
  "no difference" = case(c(4, 4), c(6, 6)),
  "nearly no difference, Yates beyond the deviation" = case(c(4, 4), c(5, 6)),
  "a cell of nobody" = case(c(4, 0), c(3, 9)),
  "two cells of nobody" = case(c(4, 0), c(0, 12)),
  "seven of twelve, two of eleven" = case(c(7, 5), c(2, 9)),
  "nobody of nine, five of seven" = case(c(0, 9), c(5, 2)),
  "a large table" = case(c(120, 380), c(90, 610)),
  "tables equally probable" = case(c(3, 3), c(3, 3)),
  "three by three" = case(c(3, 5, 7), c(8, 1, 2), c(4, 4, 9))
), "jsonlite")
