# Kaplan-Meier curves, medians, follow-up and log-rank tests. Run in this folder: Rscript survival.R
library(survival)
library(jsonlite)
source("founding.R")

curve_of <- function(time, event, limits) {
  fit <- survfit(Surv(time, event) ~ 1, conf.type = limits)
  printed <- summary(fit)$table
  list(
    limits = unbox(limits), time = fit$time, risk = fit$n.risk, events = fit$n.event, censored = fit$n.censor,
    survival = fit$surv, error = ifelse(fit$surv == 0, NA, fit$std.err * fit$surv),
    low = fit$lower, high = fit$upper,
    median = unbox(unname(printed["median"])),
    median_low = unbox(unname(printed["0.95LCL"])), median_high = unbox(unname(printed["0.95UCL"]))
  )
}

at <- function(time, event, times) {
  found <- summary(survfit(Surv(time, event) ~ 1, conf.type = "log-log"), times = times)
  list(times = found$time, survival = found$surv, low = found$lower, high = found$upper, risk = found$n.risk)
}

case <- function(time, event, group = NULL, times = NULL) {
  answer <- list(
    # As text, with every bit: some of these times differ by rounding alone.
    time = sprintf("%.17g", time), event = as.integer(event),
    curves = lapply(c("log-log", "log", "plain"), function(limits) curve_of(time, event, limits)),
    follow_up = curve_of(time, 1 - as.integer(event), "log-log")
  )
  if (!is.null(times)) answer$at <- at(time, event, times)
  if (!is.null(group)) {
    fit <- survdiff(Surv(time, event) ~ group)
    answer$group <- as.character(group)
    answer$log_rank <- list(
      value = unbox(fit$chisq), df = unbox(sum(fit$exp > 0) - 1), p = unbox(fit$pvalue)
    )
  }
  answer
}

lung <- survival::lung
veteran <- survival::veteran
ovarian <- survival::ovarian
early <- c(1, 2, 3, 4, 5, 6, 0.5, 0.5)

keep("survival.R", list(
  "founding series by rheumatologic cause" =
    case(founding$months, founding$died, ifelse(rheumatologic, "rheumatologic", "other"), c(0.2, 1, 1.5, 1.7, 3, 12, 59)),
  "founding series by odd and even patients" = case(founding$months, founding$died, rep(c("a", "b"), 8)),
  "lung by sex" = case(lung$time, lung$status == 2, lung$sex, c(5, 30, 180, 365, 1000)),
  "lung by ECOG, four groups" = with(lung[!is.na(lung$ph.ecog), ], case(time, status == 2, ph.ecog)),
  "ovarian by treatment" = case(ovarian$futime, ovarian$fustat, ovarian$rx, c(59, 365, 1200)),
  "veteran by cell type" = case(veteran$time, veteran$status, veteran$celltype, c(1, 30, 90, 365)),
  "everybody dies" = case(c(1, 2, 3, 4, 5), c(1, 1, 1, 1, 1), c("a", "b", "a", "b", "b"), c(1, 4, 5)),
  "all censored" = case(c(1, 2, 2, 5), c(0, 0, 0, 0)),
  "one patient dies" = case(3, 1),
  "one patient is censored" = case(3, 0),
  "deaths and censorings at one time" = case(c(2, 2, 2, 2, 4, 4, 6, 6), c(1, 0, 1, 0, 1, 0, 1, 0), rep(c("a", "b"), 4)),
  "a death at time zero" = case(c(0, 0, 1, 2, 3, 4), c(1, 0, 1, 0, 1, 0), c("a", "b", "a", "b", "a", "b")),
  "the curve rests on one half to the end" = case(c(1, 2, 3, 4), c(1, 1, 0, 0)),
  "the curve rests on one half, censored within" = case(c(1, 2, 3, 4, 5, 6), c(1, 1, 1, 0, 1, 1)),
  "times that differ by rounding" = case(c(0.3, 0.1 + 0.2, 0.7, 0.1 * 7, 1, 2), c(1, 0, 1, 1, 1, 0), rep(c("a", "b"), 3)),
  "identical groups" = case(c(1, 2, 3, 4, 1, 2, 3, 4), c(1, 0, 1, 1, 1, 0, 1, 1), rep(c("a", "b"), each = 4)),
  "a group that left before any event" = case(early, c(1, 1, 0, 1, 0, 1, 0, 0), c("a", "b", "a", "b", "a", "b", "c", "c"))
), c("survival", "jsonlite"))
