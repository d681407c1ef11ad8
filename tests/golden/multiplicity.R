# Adjusted p-values: stats::p.adjust, which leaves out what is missing. Rscript multiplicity.R
library(jsonlite)
source("founding.R")

case <- function(...) {
  p <- c(...)
  list(p = p, holm = p.adjust(p, "holm"), bh = p.adjust(p, "BH"))
}

keep("multiplicity.R", list(
  "founding series, as printed" = case(0.174, 0.0332, 0.0293, 0.00652),
  "some missing" = case(0.01, NA, 0.04, 0.03, NA, 0.005),
  "ties" = case(0.02, 0.01, 0.02, 0.01, 0.5, 0.5),
  "in order" = case(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
                    0.6528, 0.759, 1),
  "nought and one" = case(0, 1, 0.5, 0),
  "very small" = case(1e-300, 1e-200, 0.3),
  "one" = list(p = 0.03, holm = p.adjust(0.03, "holm"), bh = p.adjust(0.03, "BH")),
  "all missing" = case(NA_real_, NA_real_)
), "jsonlite")
