# The surprising ones again in R, by other code and other draws: Rscript benchmarks/coverage/in_r.R
# Prints the percentages that docs/coverage.md has beside its own.

suppressMessages({library(survival); library(cmprsk)})
set.seed(2022)
draws <- 4000
rate <- log(2) / 6
longest <- uniroot(function(end) 0.35 * rate * end + expm1(-rate * end), c(1, 1000), tol = 1e-12)$root
truth <- -expm1(-rate * 6) / rate

said <- function(what, held) {
  held <- held[!is.na(held)]
  error <- sqrt(mean(held) * (1 - mean(held)) / length(held))
  cat(sprintf("%-62s %5.1f (standard error %.1f)\n", what, 100 * mean(held), 100 * error))
}
# The mean time up to 6 months and its standard error; NA where nobody was followed so long.
mean_time <- function(fit) {
  if (min(fit$time) > 6) return(c(6, 0))
  if (max(fit$time) < 6 && min(fit$surv) > 0) return(c(NA, NA))
  summary(fit, rmean = 6)$table[c("rmean", "se(rmean)")]
}
# Fleming and Harrington's G(0, 1) test, which survdiff does not have: its chi-square, without ties.
late <- function(time, event, group) {
  order <- order(time); event <- event[order]; group <- group[order]
  risk <- rev(seq_along(event)); share <- rev(cumsum(rev(group))) / risk
  before <- c(1, cumprod(1 - event / risk)[-length(event)])
  weight <- (1 - before) * event
  sum(weight * (group - share))^2 / sum(weight^2 * share * (1 - share))
}
followed <- function(n) {
  died <- rexp(n, rate)
  ended <- runif(n, 0, longest)
  data.frame(time = pmin(died, ended), event = as.integer(died <= ended))
}

# ---- Counted, over every table ----
counted <- function(what, value) cat(sprintf("%-62s %5.1f (counted)\n", what, 100 * value))
wilson <- function(x, n) suppressWarnings(prop.test(x, n, correct = FALSE)$conf.int[1:2])
limits <- t(sapply(0:8, wilson, n = 8))
newcombe <- function(p, q) {
  held <- 0
  for (a in 0:8) for (b in 0:8) {
    one <- limits[a + 1, ]; other <- limits[b + 1, ]; apart <- (a - b) / 8
    low <- apart - sqrt((a / 8 - one[1])^2 + (other[2] - b / 8)^2)
    high <- apart + sqrt((one[2] - a / 8)^2 + (b / 8 - other[1])^2)
    if (low - 1e-12 <= p - q && p - q <= high + 1e-12) held <- held + dbinom(a, 8, p) * dbinom(b, 8, q)
  }
  held
}
grid <- (1:19) / 20
counted("Newcombe, 8 against 8, 0.8 and 0.3", newcombe(0.8, 0.3))
counted("Newcombe, 8 against 8, least", min(outer(grid, grid, Vectorize(newcombe))))
counted("Wilson, n = 8, least", min(sapply((1:99) / 100, function(p) {
  sum(dbinom(0:8, 8, p)[limits[, 1] <= p & p <= limits[, 2]])
})))
errs <- function(n, m, p, test) {
  sum(outer(0:n, 0:m, Vectorize(function(a, b) {
    rejects <- a + b > 0 && a + b < n + m && isTRUE(test(a, b) < 0.05)
    rejects * dbinom(a, n, p) * dbinom(b, m, p)
  })))
}
uncorrected <- function(n, m) {
  function(a, b) suppressWarnings(chisq.test(rbind(c(a, n - a), c(b, m - b)), correct = FALSE)$p.value)
}
ratio <- function(n, m) {
  function(a, b) {
    fit <- suppressWarnings(glm(cbind(c(a, b), c(n - a, m - b)) ~ c(1, 0), family = binomial))
    # Where a count is 0 there is no maximum, and no answer.
    if (a %in% c(0, n) || b %in% c(0, m)) NA else pchisq(fit$null.deviance - fit$deviance, 1, lower.tail = FALSE)
  }
}
counted("chi-square, uncorrected, 5 against 11, both 0.5", errs(5, 11, 0.5, uncorrected(5, 11)))
counted("chi-square, uncorrected, 8 against 8, both 0.5", errs(8, 8, 0.5, uncorrected(8, 8)))
counted("logistic, likelihood ratio, 8 against 8, both 0.5", errs(8, 8, 0.5, ratio(8, 8)))

# ---- One curve ----
for (n in c(8, 16)) {
  found <- list()
  for (i in seq_len(draws)) {
    seen <- followed(n)
    for (limits_ in c("log-log", "log", "plain")) {
      fit <- survfit(Surv(time, event) ~ 1, seen, conf.type = limits_)
      table <- summary(fit)$table
      low <- table["0.95LCL"]; high <- table["0.95UCL"]
      median <- if (is.na(low)) NA else low <= 6 && (is.na(high) || 6 <= high)
      found[[paste("median,", limits_)]][i] <- median
      at <- summary(fit, times = -log(0.8) / rate)
      there <- length(at$surv) == 1 && at$surv > 0 && at$surv < 1
      found[[paste("survival where it is 80%,", limits_)]][i] <-
        if (there) at$lower <= 0.8 && 0.8 <= at$upper else NA
    }
    mean_ <- mean_time(fit)
    found[["mean time up to 6 months"]][i] <-
      if (isTRUE(mean_[2] > 0)) abs(mean_[1] - truth) <= qnorm(0.975) * mean_[2] else NA
  }
  for (what in names(found)) said(sprintf("%s, n = %d", what, n), found[[what]])
}

# ---- Two curves ----
set.seed(2022)
for (size in list(c(5, 11), c(8, 8))) {
  group <- rep(1:0, size)
  found <- list()
  for (i in seq_len(draws)) {
    seen <- followed(sum(size))
    means <- sapply(0:1, function(g) mean_time(survfit(Surv(time, event) ~ 1, seen[group == g, ])))
    z <- (means[1, 1] - means[1, 2]) / sqrt(sum(means[2, ]^2))
    # A test without an answer does not reject.
    found[["difference of means"]][i] <- isTRUE(abs(z) > qnorm(0.975) && all(means[2, ] > 0))
    found[["the same, a group without spread taken as certain"]][i] <- isTRUE(abs(z) > qnorm(0.975))
    found[["log-rank, late: G(0, 1)"]][i] <- isTRUE(late(seen$time, seen$event, group) > qchisq(0.95, 1))
    found[["log-rank"]][i] <- survdiff(Surv(time, event) ~ group, seen)$chisq > qchisq(0.95, 1)
    cox <- suppressWarnings(coxph(Surv(time, event) ~ group, seen))
    found[["Cox, likelihood ratio, separated or not"]][i] <- 2 * diff(cox$loglik) > qchisq(0.95, 1)
    cause <- ifelse(seen$event == 1, sample(1:2, sum(size), replace = TRUE), 0)
    gray <- try(cuminc(seen$time, cause, group)$Tests["1", "pv"], silent = TRUE)
    found[["Gray"]][i] <- is.numeric(gray) && isTRUE(gray < 0.05)
  }
  for (what in names(found)) said(sprintf("%s, %d against %d", what, size[1], size[2]), found[[what]])
}
