# Priors from cohorts by integrate() and fine sums, of another make than ours. In this folder: Rscript map_prior.R
library(jsonlite)
source("founding.R")

# Gauss and Legendre's nodes on (a, b). Source: Golub & Welsch, Math Comp 1969;23:221-230.
legendre <- function(nodes, a, b) {
  off <- seq_len(nodes - 1)
  side <- off / sqrt(4 * off^2 - 1)
  jacobi <- matrix(0, nodes, nodes)
  jacobi[cbind(off, off + 1)] <- jacobi[cbind(off + 1, off)] <- side
  parts <- eigen(jacobi, symmetric = TRUE)
  list(x = (a + b) / 2 + (b - a) / 2 * parts$values, w = (b - a) * parts$vectors[1, ]^2)
}

# The density of a further cohort's logit: sd of the centre 2, half-normal 1 between cohorts.
belief <- function(y, n) {
  spread <- legendre(60, 0, 8)
  z <- legendre(120, -9, 9)
  z$w <- z$w * dnorm(z$x)
  mu <- seq(-16, 16, by = 0.04)
  made <- lapply(seq_along(spread$x), function(j) {
    tau <- spread$x[j]
    log_weight <- dnorm(mu, 0, 2, log = TRUE) + Reduce(`+`, Map(function(y, n)
      log(colSums(z$w * dbinom(y, n, plogis(outer(tau * z$x, mu, `+`))))), y, n))
    # What is left out has a weight below exp(-300).
    seen <- is.finite(log_weight) & log_weight > max(log_weight) - 300
    at <- range(mu[seen])
    smooth <- splinefun(mu[seen], log_weight[seen])
    f <- function(x) array(ifelse(x >= at[1] & x <= at[2], exp(smooth(pmin(at[2], pmax(at[1], x)))), 0), dim(x))
    list(tau = tau, f = f, w = spread$w[j] * dnorm(tau))
  })
  # A further cohort: the centre's density, moved by tau z.
  eta <- seq(-14, 14, by = 0.02)
  density <- Reduce(`+`, lapply(made, function(one)
    one$w * colSums(z$w * one$f(outer(-one$tau * z$x, eta, `+`)))))
  density / (sum(density) * 0.02)
}

case <- function(y, n, events, of) {
  step <- 0.02
  eta <- seq(-14, 14, by = step)
  share <- plogis(eta)
  map <- belief(y, n)
  vague <- share * (1 - share)
  mix <- 0.8 * map + 0.2 * vague
  quantiles <- function(density) {
    cumulated <- splinefun(c(eta[1] - step / 2, eta + step / 2), c(0, cumsum(density)) * step)
    sapply(c(0.025, 0.5, 0.975), function(q)
      plogis(uniroot(function(x) cumulated(x) - q, c(-13, 13), tol = 1e-12)$root))
  }
  elir <- function(density) {
    bend <- splinefun(eta, log(density))(eta, deriv = 2)
    inner <- abs(eta) < 10
    sum((density * -bend / (share * (1 - share)))[inner]) * step
  }
  predicted <- function(density) sapply(0:of, function(k) sum(density * dbinom(k, of, share)) * step)
  p_map <- predicted(map)
  p_vague <- predicted(vague)
  posterior <- mix * dbinom(events, of, share)
  list(
    events = y, n = n, own = c(events, of),
    prior = quantiles(mix), size = unbox(elir(mix)), borrowed = unbox(elir(map)),
    posterior = quantiles(posterior / (sum(posterior) * step)),
    robust = unbox(0.2 * p_vague[events + 1] / (0.8 * p_map[events + 1] + 0.2 * p_vague[events + 1])),
    conflict = unbox(sum(p_map[p_map <= p_map[events + 1] * (1 + 1e-9)])),
    predictive = p_map
  )
}

keep("map_prior.R", list(
  "no rheumatologic cause" = case(c(2, 5), c(5, 8), 2, 12),
  "rheumatologic" = case(7, 8, 3, 4),
  "viral" = case(5, 8, 0, 5),
  "no viral cause" = case(c(9, 4), c(13, 5), 5, 11),
  "all causes" = case(c(5, 9, 4, 2, 5, 5), c(8, 13, 5, 4, 7, 11), 5, 16),
  "nobody in a cohort" = case(c(0, 1, 3), c(6, 9, 20), 0, 10),
  "eight historical trials" = case(c(23, 12, 19, 9, 39, 6, 9, 10), c(107, 44, 51, 39, 139, 20, 78, 35), 1, 6)
))
