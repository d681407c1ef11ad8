# Left truncation: curves of survfit(Surv(entry, time, event)), and the log-rank test as the score test of a
# Cox model with exact ties, which it is. Rscript truncated.R
library(survival)
library(jsonlite)
source("founding.R")

case <- function(entry, time, event, group = NULL, stratum = NULL) {
  event <- as.integer(event)
  fit <- survfit(Surv(entry, time, event) ~ 1, conf.type = "log-log")
  printed <- summary(fit)$table
  answer <- list(
    entry = sprintf("%.17g", entry), time = sprintf("%.17g", time), event = event,
    times = fit$time, risk = fit$n.risk, events = fit$n.event, censored = fit$n.censor, survival = fit$surv,
    error = ifelse(fit$surv == 0, NA, fit$std.err * fit$surv), low = fit$lower, high = fit$upper,
    median = unbox(unname(printed["median"])), median_low = unbox(unname(printed["0.95LCL"])),
    median_high = unbox(unname(printed["0.95UCL"]))
  )
  score <- function(formula) {
    # Without a step from 0, where the score test is taken; it may then well say that it did not converge.
    cox <- suppressWarnings(coxph(formula, ties = "exact", control = coxph.control(iter.max = 0)))
    list(value = unbox(unname(cox$score)), df = unbox(length(unique(group)) - 1))
  }
  if (!is.null(group)) {
    group <- factor(group)
    answer$group <- as.character(group)
    answer$log_rank <- score(Surv(entry, time, event) ~ group)
  }
  if (!is.null(stratum)) {
    answer$stratum <- as.character(stratum)
    answer$stratified <- score(Surv(entry, time, event) ~ group + strata(stratum))
  }
  answer
}

heart <- survival::heart
mgus2 <- survival::mgus2[1:150, ]
months <- mgus2$age * 12
# Founding series: what if each had been sent to the hospital some time after the diagnosis?
late <- c(0.1, 0, 1, 3, 0.1, 0, 0.2, 0, 0.3, 2, 0.4, 5, 0, 1.2, 2, 30)

keep("truncated.R", list(
  "heart by transplant within surgery" = with(heart, case(start, stop, event, transplant, surgery)),
  "mgus2 by sex, on the clock of age" =
    with(mgus2[mgus2$futime > 0, ], case(age * 12, age * 12 + futime, death, sex, age > 70)),
  "founding series, entered late" =
    case(late, founding$months, founding$died, founding$malignancy, founding$bacterial),
  "nobody enters late" = with(survival::aml, case(rep(0, 23), time, status, as.character(x))),
  "an entry at the time of a death" = case(c(0, 0, 0, 2, 2, 1), c(2, 3, 5, 3, 4, 6), c(1, 1, 0, 1, 1, 0), c(1, 2, 1, 2, 1, 2)),
  "the only one at risk dies early" = case(c(0, 2, 2, 3, 4), c(1, 5, 6, 7, 8), c(1, 1, 0, 1, 0)),
  "nobody is followed for a while" = case(c(0, 0, 4, 4, 5), c(1, 2, 6, 7, 8), c(1, 0, 1, 0, 1)),
  "all censored" = case(c(0, 1, 2), c(3, 4, 5), c(0, 0, 0)),
  "one patient" = case(2, 5, 1)
), c("survival", "jsonlite"))
