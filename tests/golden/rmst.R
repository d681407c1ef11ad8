# Restricted mean survival time and its error, as survfit prints them; the difference by its formula.
# Rscript rmst.R
library(survival)
library(jsonlite)
source("founding.R")

mean_to <- function(time, event, until, entry = NULL) {
  fit <- if (is.null(entry)) survfit(Surv(time, event) ~ 1) else survfit(Surv(entry, time, event) ~ 1)
  # What summary and print show; they refuse a horizon before the first time.
  survival:::survmean(fit, rmean = until)$matrix[c("rmean", "se(rmean)")]
}

case <- function(time, event, untils, group = NULL, entry = NULL) {
  event <- as.integer(event)
  answer <- list(time = sprintf("%.17g", time), event = event, untils = untils)
  if (!is.null(entry)) answer$entry <- sprintf("%.17g", entry)
  means <- sapply(untils, function(until) mean_to(time, event, until, entry))
  answer$value <- unname(means[1, ])
  answer$error <- unname(means[2, ])
  if (!is.null(group)) {
    answer$group <- as.character(group)
    first <- group == sort(unique(group))[1]
    answer$differences <- lapply(untils, function(until) {
      one <- mean_to(time[first], event[first], until)
      other <- mean_to(time[!first], event[!first], until)
      value <- unname(one[1] - other[1])
      error <- unname(sqrt(one[2]^2 + other[2]^2))
      list(
        value = unbox(value), low = unbox(value - qnorm(0.95) * error), high = unbox(value + qnorm(0.95) * error),
        p = unbox(2 * pnorm(-abs(value / error)))
      )
    })
  }
  answer
}

lung <- survival::lung
veteran <- survival::veteran
ovarian <- survival::ovarian
aml <- survival::aml
pbc <- survival::pbc[!is.na(survival::pbc$trt), ]
heart <- survival::heart

keep("rmst.R", list(
  "founding series by rheumatologic cause" =
    case(founding$months, founding$died, c(0.5, 1.5, 2, 4), ifelse(rheumatologic, "rheumatologic", "other")),
  "founding series by malignancy" = case(founding$months, founding$died, c(0.25, 3, 12, 49), founding$malignancy),
  "lung by sex" = case(lung$time, lung$status == 2, c(30.5, 365, 765, 965), lung$sex),
  "ovarian by treatment" = case(ovarian$futime, ovarian$fustat, c(400, 475, 1000, 1106), ovarian$rx),
  "veteran by treatment" = case(veteran$time, veteran$status, c(1, 90, 365), veteran$trt),
  "aml by maintenance" = case(aml$time, aml$status, c(10, 12, 45), as.character(aml$x)),
  "pbc by treatment" = case(pbc$time, pbc$status == 2, c(365, 3650), pbc$trt),
  "everybody dies, and beyond" = case(c(1, 2, 3, 4, 5), c(1, 1, 1, 1, 1), c(0.5, 1, 4.5, 5, 9)),
  "everybody dies at one time" = case(c(3, 3), c(1, 1), c(2, 3, 4)),
  "all censored" = case(c(1, 2, 2, 5), c(0, 0, 0, 0), c(1, 5)),
  "one patient dies" = case(3, 1, c(1, 3, 7)),
  "a death at time zero" = case(c(0, 0, 1, 2, 3, 4), c(1, 0, 1, 0, 1, 0), c(0.5, 2, 4)),
  "heart, late entry" = case(heart$stop, heart$event, c(30, 365, 1799), entry = heart$start)
), c("survival", "jsonlite"))
