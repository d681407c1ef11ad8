# Logistic regressions by maximum likelihood. Run in this folder: Rscript logistic.R
library(jsonlite)
library(survival)
source("founding.R")

case <- function(outcome, ...) {
  x <- cbind(...)
  outcome <- as.integer(outcome)
  # To the end: an unchanged deviance may stop with the coefficients still moving in the ninth digit.
  fit <- glm(outcome ~ x, family = binomial, control = glm.control(epsilon = 1e-16, maxit = 12))
  null <- glm(outcome ~ 1, family = binomial, control = glm.control(epsilon = 1e-16, maxit = 12))
  table <- summary(fit)$coefficients
  z <- qnorm(0.975)
  error <- unname(table[-1, 2])
  chosen <- seq_len(ncol(x)) + 1
  list(
    names = colnames(x), outcome = outcome, covariates = x,
    intercept = unbox(unname(coef(fit)[1])), coefficient = unname(coef(fit)[-1]), error = error,
    p = unname(table[-1, 4]),
    low = unname(exp(coef(fit)[-1] - z * error)), high = unname(exp(coef(fit)[-1] + z * error)),
    loglik = c(as.numeric(logLik(null)), as.numeric(logLik(fit))),
    likelihood_ratio = anova(null, fit, test = "LRT")[2, c("Deviance", "Pr(>Chi)")] |> unlist() |> unname(),
    score = anova(null, fit, test = "Rao")[2, c("Rao", "Pr(>Chi)")] |> unlist() |> unname(),
    wald = unbox(as.numeric(coef(fit)[chosen] %*% solve(vcov(fit)[chosen, chosen], coef(fit)[chosen])))
  )
}

lung <- survival::lung[complete.cases(survival::lung[, c("age", "sex", "ph.ecog")]), ]

keep("logistic.R", list(
  "founding series, age and cause" = with(founding, case(died, age, rheumatologic)),
  "founding series, ferritin" = with(founding, case(died, ferritin)),
  "founding series, bacterial cause of malignancy" = with(founding, case(malignancy, bacterial)),
  "infert" = with(infert, case(case, age, parity, induced, spontaneous)),
  "cars" = with(mtcars, case(am, wt)),
  "birth weight" = with(MASS::birthwt, case(low, age, lwt, smoke, ht, ui)),
  "lung, dead" = with(lung, case(status == 2, age, sex, ph.ecog)),
  "veteran, dead by 90 days" = with(veteran, case(time <= 90, trt, karno, age)),
  "esoph, a row a patient" = with(
    esoph[rep(seq_len(nrow(esoph)), esoph$ncases + esoph$ncontrols), ],
    case(
      unlist(Map(function(y, n) rep(1:0, c(y, n)), esoph$ncases, esoph$ncontrols)),
      alcohol = as.integer(alcgp), tobacco = as.integer(tobgp)
    )
  )
), c("survival", "MASS", "jsonlite"))
