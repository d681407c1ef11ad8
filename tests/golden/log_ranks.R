# Stratified and weighted log-rank tests by survdiff, exact permutation p by coin. Rscript log_ranks.R
library(survival)
library(coin)
library(jsonlite)
source("founding.R")

test <- function(fit) {
  seen <- if (is.matrix(fit$exp)) rowSums(fit$exp) > 0 else fit$exp > 0
  list(value = unbox(fit$chisq), df = unbox(sum(seen) - 1), p = unbox(fit$pvalue))
}

case <- function(time, event, group, stratum = NULL, exact = FALSE) {
  event <- as.integer(event)
  answer <- list(
    time = sprintf("%.17g", time), event = event, group = as.character(group),
    weighted = lapply(c(0, 0.5, 1, 2), function(rho) {
      c(list(rho = unbox(rho)), test(survdiff(Surv(time, event) ~ group, rho = rho)))
    })
  )
  if (!is.null(stratum)) {
    answer$stratum <- as.character(stratum)
    answer$stratified <- test(survdiff(Surv(time, event) ~ group + strata(stratum)))
  }
  if (exact) {
    # coin's scores are those here with the sign turned, and its first group is the first level.
    dealt <- logrank_test(Surv(time, event) ~ factor(group), distribution = "exact", ties.method = "mid-ranks")
    answer$exact <- list(value = unbox(-as.vector(statistic(dealt, "linear"))), p = unbox(as.vector(pvalue(dealt))))
  }
  answer
}

ovarian <- survival::ovarian
aml <- survival::aml
lung <- survival::lung[!is.na(survival::lung$ph.ecog), ]
veteran <- survival::veteran
early <- veteran[veteran$celltype == "smallcell", ]
kidney <- survival::kidney
pbc <- survival::pbc[!is.na(survival::pbc$trt), ]
bladder <- survival::bladder[survival::bladder$enum == 1, ]
deaths <- survival::colon[survival::colon$etype == 2, ]

keep("log_ranks.R", list(
  "founding series by rheumatologic cause within bacterial" =
    case(founding$months, founding$died, ifelse(rheumatologic, "rheumatologic", "other"), founding$bacterial, TRUE),
  "founding series by malignancy within viral" =
    case(founding$months, founding$died, founding$malignancy, founding$viral, TRUE),
  "ovarian by treatment within residual disease" = with(ovarian, case(futime, fustat, rx, resid.ds, TRUE)),
  "aml by maintenance" = with(aml, case(time, status, x, exact = TRUE)),
  "small cell lung cancer by treatment within prior therapy" = with(early, case(time, status, trt, prior)),
  "kidney by sex within disease" = with(kidney, case(time, status, sex, disease)),
  "bladder, first recurrence, by treatment within number" = with(bladder, case(stop, event, rx, number)),
  "lung by sex within ECOG" = with(lung, case(time, status == 2, sex, ph.ecog)),
  "lung by ECOG within sex, four groups" = with(lung, case(time, status == 2, ph.ecog, sex)),
  "veteran by treatment within cell type" = with(veteran, case(time, status, trt, celltype)),
  "veteran by cell type within treatment" = with(veteran, case(time, status, celltype, trt)),
  "pbc by treatment within edema" = with(pbc, case(time, status == 2, trt, edema)),
  "colon by treatment within nodes" = with(deaths, case(time, status, rx, node4)),
  "identical groups" =
    case(c(1, 2, 3, 4, 1, 2, 3, 4), c(1, 0, 1, 1, 1, 0, 1, 1), rep(c("a", "b"), each = 4), rep(1:2, 4), TRUE),
  "many ties" = case(
    c(1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4), c(1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 1, 0),
    rep(c("b", "a"), 7), c(1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2), TRUE
  ),
  "one patient against the rest" =
    case(c(1, 2, 3, 4, 5, 6, 7), c(1, 1, 0, 1, 1, 0, 1), c("a", rep("b", 6)), c(1, 1, 1, 1, 2, 2, 2), TRUE),
  "a stratum of one group, a group that left early" = case(
    c(1, 2, 3, 4, 5, 6, 7, 8, 0.5, 0.5), c(1, 1, 0, 1, 1, 0, 1, 1, 0, 0),
    c("a", "b", "a", "b", "a", "b", "b", "b", "c", "c"), c(1, 1, 1, 1, 1, 1, 2, 2, 1, 1)
  ),
  "a death at time zero" =
    case(c(0, 0, 1, 2, 3, 4), c(1, 0, 1, 0, 1, 0), rep(c("a", "b"), 3), c(1, 1, 1, 2, 2, 2), TRUE)
), c("survival", "coin", "jsonlite"))
