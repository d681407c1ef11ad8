# Quantiles, means, spreads, proportions, and the fall of each patient's ferritin. Rscript samples.R
library(jsonlite)
source("founding.R")

sample_of <- function(values) {
  shares <- c(0, 0.1, 0.25, 0.5, 0.7, 0.75, 0.9, 1)
  list(
    values = values, shares = shares, mean = unbox(mean(values)), sd = unbox(sd(values)), median = unbox(median(values)),
    "type 2" = unname(quantile(values, shares, type = 2)),
    "type 6" = unname(quantile(values, shares, type = 6)),
    "type 7" = unname(quantile(values, shares, type = 7))
  )
}
share_of <- function(events, n, level) {
  exact <- binom.test(events, n, conf.level = level)$conf.int
  # The approximation may be poor; the interval is wanted all the same.
  wilson <- suppressWarnings(prop.test(events, n, conf.level = level, correct = FALSE))$conf.int
  list(
    events = unbox(events), n = unbox(n), level = unbox(level),
    "Clopper-Pearson" = as.numeric(exact), "Wilson" = as.numeric(wilson)
  )
}
shares <- list()
for (pair in list(c(5, 16), c(3, 4), c(2, 12), c(0, 16), c(16, 16), c(1, 1), c(0, 1), c(1, 200), c(77, 119)))
  for (level in c(0.95, 0.9)) shares[[length(shares) + 1]] <- share_of(pair[1], pair[2], level)

keep("samples.R", list(
  samples = list(
    "age" = sample_of(founding$age), "ferritin" = sample_of(founding$ferritin), "months" = sample_of(founding$months),
    "ten" = sample_of(c(3.1, 0.2, 9.9, 4.4, 7, 7, 1.5, 8, 2.25, 6)), "one" = sample_of(5), "two" = sample_of(c(4, 1))
  ),
  proportions = shares,
  courses = lapply(1:16, function(i) list(
    days = days[seq_along(courses[[i]])][!is.na(courses[[i]])], values = courses[[i]][!is.na(courses[[i]])],
    fall = unbox(founding$fall[i]), printed = unbox(founding$printed[i])
  ))
), "jsonlite")
