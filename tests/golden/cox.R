# Cox regressions by both rules for ties, and tests of proportional hazards. Run in this folder: Rscript cox.R
library(survival)
library(jsonlite)
source("founding.R")

strict <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
transforms <- c("km", "identity", "rank", "log")

fit_of <- function(y, x, ties, tested) {
  fit <- coxph(y ~ x, ties = ties, control = strict)
  of_fit <- summary(fit)
  answer <- list(
    ties = unbox(c(efron = "Efron", breslow = "Breslow")[[ties]]),
    coefficient = unname(coef(fit)), error = unname(sqrt(diag(vcov(fit)))), loglik = fit$loglik,
    p = unname(of_fit$coefficients[, "Pr(>|z|)"]),
    low = unname(of_fit$conf.int[, "lower .95"]), high = unname(of_fit$conf.int[, "upper .95"]),
    likelihood_ratio = unname(of_fit$logtest), score = unname(of_fit$sctest), wald = unbox(unname(fit$wald.test))
  )
  if (tested) {
    answer$zph <- lapply(setNames(transforms, transforms), function(transform) {
      # A column at a time, so that each is a term of its own.
      columns <- as.data.frame(x)
      names(columns) <- paste0("x", seq_along(columns))
      each <- coxph(as.formula(paste("y ~", paste(names(columns), collapse = " + "))), columns, ties = ties, control = strict)
      table <- cox.zph(each, transform = transform)$table
      list(value = unname(table[, "chisq"]), p = unname(table[, "p"]))
    })
  }
  answer
}

case <- function(y, ..., tested = TRUE) {
  x <- cbind(...)
  answer <- list(names = colnames(x), event = as.integer(y[, "status"]), covariates = x)
  if (ncol(y) == 3) {
    answer$entry <- as.numeric(y[, "start"])
    answer$time <- as.numeric(y[, "stop"])
  } else {
    answer$time <- as.numeric(y[, "time"])
  }
  answer$fits <- lapply(c("efron", "breslow"), function(ties) fit_of(y, x, ties, tested))
  answer
}

complete <- function(data, columns) data[complete.cases(data[, columns]), ]
lung <- complete(survival::lung, c("age", "sex", "ph.ecog", "wt.loss"))
pbc <- complete(survival::pbc, c("bili", "albumin", "protime", "age", "edema"))
cells <- function(type) sapply(levels(veteran$celltype)[-1], function(level) as.integer(type == level))
bladder2 <- survival::bladder2
kidney <- survival::kidney
colon <- survival::colon[survival::colon$etype == 2, ]
late <- survival::mgus2[complete.cases(survival::mgus2[, c("hgb", "creat")]), ][1:400, ]
transplant <- as.integer(as.character(heart$transplant))

keep("cox.R", list(
  "founding series, age and cause" = with(founding, case(Surv(months, died), age, rheumatologic)),
  "founding series, age" = with(founding, case(Surv(months, died), age)),
  "founding series, ferritin and malignancy" = with(founding, case(Surv(months, died), ferritin, malignancy)),
  "lung" = with(lung, case(Surv(time, status == 2), age, sex, ph.ecog, wt.loss)),
  "lung, age, sex and ECOG" = with(
    complete(survival::lung, "ph.ecog"), case(Surv(time, status == 2), age, sex, ph.ecog)
  ),
  "veteran" = with(veteran, case(Surv(time, status), trt, karno, diagtime, age, prior, cells(celltype))),
  "ovarian" = with(ovarian, case(Surv(futime, fustat), age, rx, resid.ds)),
  "pbc" = with(pbc, case(Surv(time, status == 2), age, edema, bili = log(bili), protime = log(protime), albumin = log(albumin))),
  "heart, start and stop" = with(heart, case(Surv(start, stop, event), age, year, surgery, transplant)),
  "bladder, several recurrences" = with(
    bladder2[bladder2$stop > bladder2$start, ],
    case(Surv(start, stop, event), treatment = as.integer(rx == 2), number, size)
  ),
  "mgus2 on the scale of age, late entry" = with(
    late, case(Surv(age, age + futime / 12, death), male = as.integer(sex == "M"), hgb, creat)
  ),
  "kidney" = with(kidney, case(Surv(time, status), age, sex)),
  "leukemia" = with(aml, case(Surv(time, status), maintained = as.integer(x == "Maintained"))),
  "colon" = with(colon[1:300, ], case(Surv(time, status), age, obstruct, perfor, node4)),
  "everything tied" = case(Surv(c(1, 1, 1, 1, 2, 2, 2, 2), c(1, 1, 1, 0, 1, 1, 0, 1)), x = c(0, 1, 2, 0, 1, 0, 2, 1)),
  "identical groups" = case(Surv(c(1, 2, 3, 4, 1, 2, 3, 4), c(1, 0, 1, 1, 1, 0, 1, 1)), x = rep(0:1, each = 4))
), c("survival", "jsonlite"))
