# Competing risks: Aalen-Johansen incidences, Gray's tests and Fine-Gray regressions. Rscript competing.R
library(survival)
library(cmprsk)
library(jsonlite)
source("founding.R")

# survfit of several states: its standard error is the infinitesimal jackknife. cmprsk's incidences at the same
# times beside it. Of a long curve, 40 of its times.
incidence_of <- function(time, cause) {
  causes <- sort(unique(cause[cause > 0]))
  state <- factor(cause, c(0, causes))
  fits <- lapply(c("log-log", "log", "plain"), function(limits) survfit(Surv(time, state) ~ 1, conf.type = limits))
  fit <- fits[[1]]
  other <- timepoints(cuminc(time, cause), fit$time)$est
  some <- unique(round(seq(1, length(fit$time), length.out = min(40, length(fit$time)))))
  rows <- function(values) lapply(seq_along(causes), function(k) values[some, k + 1])
  list(
    causes = causes, times = unbox(length(fit$time)), time = fit$time[some], risk = rowSums(fit$n.risk)[some],
    censored = as.vector(fit$n.censor)[some], events = rows(fit$n.event), free = fit$pstate[some, 1],
    incidence = rows(fit$pstate), error = rows(fit$std.err),
    limits = setNames(lapply(fits, function(one) list(low = rows(one$lower), high = rows(one$upper))),
                      c("log-log", "log", "plain")),
    cmprsk = lapply(causes, function(k) unname(other[paste(1, k), some]))
  )
}

gray_of <- function(time, cause, group) {
  tests <- cuminc(time, cause, group)$Tests
  lapply(seq_len(nrow(tests)), function(k) list(
    of = unbox(as.integer(rownames(tests)[k])), value = unbox(tests[k, "stat"]), df = unbox(tests[k, "df"]),
    p = unbox(pchisq(tests[k, "stat"], tests[k, "df"], lower.tail = FALSE))
  ))
}

regression_of <- function(time, cause, covariates, of) {
  fit <- crr(time, cause, covariates, failcode = of, maxiter = 30)
  # crr stops at 1e-6, and its search for a better step ends in rounding: the last steps are made here, Newton's.
  for (last in 1:3)
    fit <- crr(time, cause, covariates, failcode = of, init = fit$coef + solve(fit$inf, fit$score), maxiter = 0)
  step <- max(abs(solve(fit$inf, fit$score)) / sqrt(diag(fit$var)))
  if (step > 1e-11) stop("not at the root: ", step)
  list(of = unbox(of), names = colnames(covariates), covariates = unname(covariates), loglik = unbox(fit$loglik),
       log_ratio = unname(fit$coef), error = sqrt(diag(fit$var)))
}

case <- function(time, cause, group = NULL, covariates = NULL, of = sort(unique(cause[cause > 0]))) {
  answer <- list(time = time, cause = cause, incidence = incidence_of(time, cause))
  if (!is.null(group)) {
    answer$group <- as.character(group)
    answer$gray <- gray_of(time, cause, group)
  }
  if (!is.null(covariates))
    answer$regressions <- lapply(of, function(k) regression_of(time, cause, as.matrix(covariates), k))
  answer
}

# Progression to a plasma cell malignancy (1) or death without it (2).
mgus <- survival::mgus2
mgus <- mgus[!is.na(mgus$mspike) & !is.na(mgus$hgb), ]
mgus$months <- ifelse(mgus$pstat == 1, mgus$ptime, mgus$futime)
mgus$cause <- ifelse(mgus$pstat == 1, 1, 2 * mgus$death)
# Transplantation (1) or death (2).
pbc <- survival::pbc
pbc <- pbc[!is.na(pbc$trt), ]
# Recurrence (1) or death without it (2).
colon <- survival::colon
colon <- merge(colon[colon$etype == 1, ], colon[colon$etype == 2, c("id", "time", "status")], by = "id",
               suffixes = c("", ".death"))
colon$cause <- ifelse(colon$status == 1, 1, 2 * colon$status.death)
bladder <- survival::bladder1
bladder <- bladder[bladder$enum == 1 & bladder$stop > 0, ]
bladder$cause <- ifelse(bladder$status %in% c(2, 3), 2, bladder$status)

tied <- data.frame(
  time = c(1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5),
  cause = c(1, 2, 0, 1, 1, 2, 0, 1, 2, 2, 0, 1, 1, 2, 0),
  group = rep(c("a", "b", "c"), 5), x = c(0, 1, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1),
  y = c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9)
)
founding$cause <- ifelse(founding$died == 0, 0, ifelse(founding$malignancy == 1, 1, 2))
set.seed(20220404)
drawn <- function(n, most) {
  x <- rbinom(n, 1, 0.5)
  data.frame(time = sample(most, n, TRUE), cause = sample(0:3, n, TRUE, c(3, 4, 2, 1)), group = sample(letters[1:4], n, TRUE),
             x = x, y = round(rnorm(n), 2))
}
small <- drawn(30, 8)
coarse <- drawn(200, 12)

cases <- list(
  "mgus2 by sex" = with(mgus, case(months, cause, sex, cbind(age = age, male = sex == "M", hgb = hgb, mspike = mspike))),
  "pbc by treatment" = with(pbc, case(time, status, trt, cbind(age = age, bili = bili, trt = trt, edema = edema))),
  "pbc by stage" = with(pbc[!is.na(pbc$stage), ], case(time, status, stage)),
  "colon by treatment" = with(colon, case(time, cause, rx, cbind(age = age, lev = rx == "Lev", five_fu = rx == "Lev+5FU", extent = extent))),
  "bladder by treatment" = with(bladder, case(stop, cause, treatment, cbind(number = number, size = size))),
  "founding series" = with(founding, case(months, cause, rep(c("a", "b"), 8), cbind(age = age), of = 2)),
  "ties in three groups" = with(tied, case(time, cause, group, cbind(x = x, y = y))),
  "ties with a time of zero" = with(tied, case(time - 1, cause, group)),
  "thirty patients, eight times" = with(small, case(time, cause, group, cbind(x = x, y = y), of = 1:2)),
  "two hundred patients, twelve times" = with(coarse, case(time, cause, group, cbind(x = x, y = y))),
  "nobody censored" = with(tied[tied$cause > 0, ], case(time, cause, rep(c("a", "b"), 6)[1:sum(tied$cause > 0)], cbind(y = y))),
  "one cause only" = with(tied[tied$cause < 2, ], case(time, cause, x, cbind(y = y))),
  "identical groups" = with(rbind(tied, tied), case(time, cause, rep(c("a", "b"), each = 15))),
  "one group leaves early" = case(c(1, 2, 3, 1, 4, 5, 6, 7, 8), c(1, 2, 1, 2, 1, 1, 2, 1, 0), c("a", "a", "a", "b", "b", "b", "b", "b", "b")),
  "groups that follow each other" = case(1:16, c(1, 1, 1, 2, 1, 1, 1, 1, 2, 1, 1, 0, 1, 1, 1, 1), rep(c("a", "b"), each = 8)),
  "one patient with the event" = case(3, 1),
  "one patient with event 2" = case(3, 2),
  "everybody has one event or another" = case(c(1, 2, 2, 4, 5), c(1, 2, 1, 2, 1)),
  "a gap before the last event" = case(c(2, 2, 5, 5, 9, 9), c(2, 0, 1, 1, 0, 2))
)
keep("competing.R", cases, c("survival", "cmprsk", "jsonlite"))
