# Pooled shares by metafor and lme4, and once more by integrate() and optim(). In this folder: Rscript pooling.R
suppressPackageStartupMessages({
  library(jsonlite)
  library(metafor)
  library(lme4)
})
source("founding.R")

quiet <- function(x) suppressWarnings(suppressMessages(x))

# The likelihood of the binomial-normal model to the end: no package stops that tightly.
exact <- function(xi, ni) {
  loglik <- function(mu, tau) {
    if (tau < 1e-9) return(sum(dbinom(xi, ni, plogis(mu), log = TRUE)))
    sum(mapply(function(x, n) {
      f <- function(z) dbinom(x, n, plogis(mu + tau * z)) * dnorm(z)
      # The peak may be narrow: found first, then both sides of it integrated in pieces.
      peak <- optimize(function(z) dbinom(x, n, plogis(mu + tau * z), log = TRUE) + dnorm(z, log = TRUE),
                       c(-12, 12), maximum = TRUE, tol = 1e-10)$maximum
      cuts <- sort(unique(c(-14, peak + c(-3, -1, -0.3, -0.1, 0, 0.1, 0.3, 1, 3), 14)))
      log(sum(mapply(function(a, b) integrate(f, a, b, rel.tol = 1e-11, abs.tol = 0)$value,
                     head(cuts, -1), tail(cuts, -1))))
    }, xi, ni))
  }
  start <- c(qlogis(sum(xi) / sum(ni)), log(0.5))
  fit <- optim(start, function(p) -loglik(p[1], exp(p[2])), control = list(reltol = 1e-15, maxit = 4000))
  fit <- optim(fit$par, function(p) -loglik(p[1], exp(p[2])), control = list(reltol = 1e-15, maxit = 4000))
  alike <- loglik(start[1], 0)
  if (-fit$value <= alike + 1e-9) return(list(mu = unbox(start[1]), tau2 = unbox(0), loglik = unbox(alike)))
  list(mu = unbox(fit$par[1]), tau2 = unbox(exp(2 * fit$par[2])), loglik = unbox(-fit$value))
}

limits <- function(p) list(
  value = unbox(unname(p$pred)), low = unbox(unname(p$ci.lb)), high = unbox(unname(p$ci.ub)),
  predicted_low = unbox(unname(p$pi.lb)), predicted_high = unbox(unname(p$pi.ub))
)

case <- function(xi, ni) {
  id <- factor(seq_along(xi))
  lme <- quiet(glmer(cbind(xi, ni - xi) ~ 1 + (1 | id), family = binomial, nAGQ = 25,
                     control = glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10))))
  glmm <- quiet(rma.glmm(measure = "PLO", xi = xi, ni = ni, test = "t", nAGQ = 25,
                         control = list(hessianCtrl = list(r = 8))))
  tight <- list(threshold = 1e-14, maxiter = 10000)
  reml <- quiet(rma(measure = "PLO", xi = xi, ni = ni, method = "REML", test = "knha", control = tight))
  het <- quiet(confint(reml, control = list(tol = 1e-13, tau2.max = 1e6)))$random
  pft <- quiet(rma(measure = "PFT", xi = xi, ni = ni, method = "REML", control = tight))
  list(
    events = xi, n = ni,
    lme4 = list(mu = unbox(unname(fixef(lme))), error = unbox(sqrt(vcov(lme)[1, 1])),
                tau2 = unbox(as.numeric(VarCorr(lme)$id))),
    glmm = c(limits(predict(glmm, transf = transf.ilogit)), list(tau2 = unbox(glmm$tau2))),
    exact = exact(xi, ni),
    reml = c(limits(predict(reml, transf = transf.ilogit)), list(
      tau2 = unbox(reml$tau2), tau2_limits = unname(het["tau^2", c("ci.lb", "ci.ub")]),
      i2 = unbox(reml$I2), i2_limits = unname(het["I^2(%)", c("ci.lb", "ci.ub")]),
      q = unbox(reml$QE), q_p = unbox(reml$QEp))),
    pft = c(limits(predict(pft, transf = transf.ipft.hm, targs = list(ni = ni))), list(tau2 = unbox(pft$tau2)))
  )
}

# Table 3 of the founding paper, its own patients last.
paper <- list(events = c(5, 9, 4, 2, 4, 5), n = c(8, 13, 5, 4, 8, 16))
keep("pooling.R", list(
  "the paper's cohorts" = case(paper$events, paper$n),
  "the paper's cohorts but its own" = case(head(paper$events, -1), head(paper$n, -1)),
  "the paper's and two more" = case(c(paper$events, 5, 5), c(paper$n, 7, 11)),
  "dat.pritz1997" = with(dat.pritz1997, case(xi, ni)),
  "dat.debruin2009" = with(dat.debruin2009, case(xi, ni)),
  "dat.bcg, treated" = with(dat.bcg, case(tpos, tpos + tneg)),
  "dat.bcg, controls" = with(dat.bcg, case(cpos, cpos + cneg)),
  "dat.nielweise2007, treated" = with(dat.nielweise2007, case(ai, n1i)),
  "dat.collins1985b, pre-eclampsia" = with(dat.collins1985b, case(pre.xti, pre.nti)),
  "dat.yusuf1985, treated" = with(subset(dat.yusuf1985, !is.na(ai)), case(ai, n1i)),
  "none or all among others" = case(c(0, 6, 3, 4), c(5, 6, 9, 12)),
  "two unlike" = case(c(1, 8), c(10, 10))
), c("metafor", "metadat", "lme4", "jsonlite"))
