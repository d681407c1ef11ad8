# What R says to every question that it has an answer to: Rscript theirs.R QUESTIONS ANSWERS. What a package that
# is not here would say is left out.
suppressMessages({
  has <- function(package) suppressWarnings(require(package, character.only = TRUE, quietly = TRUE))
  coin_is_here <- has("coin")
  cmprsk_is_here <- has("cmprsk")
  epitools_is_here <- has("epitools")
  metafor_is_here <- has("metafor")
  library(survival)
  library(jsonlite)
})
asked <- fromJSON(commandArgs(TRUE)[1], simplifyMatrix = TRUE)
out <- file(commandArgs(TRUE)[2], "w")

# Numbers with all their digits, which no writer of JSON in R gives.
numbers <- function(values) {
  text <- ifelse(is.finite(values), sprintf("%.17g", as.double(values)), "null")
  sprintf("[%s]", paste(text, collapse = ", "))
}
say <- function(row, case, ...) {
  found <- list(...)
  said <- sprintf("%s: %s", vapply(names(found), toJSON, "", auto_unbox = TRUE), vapply(found, numbers, ""))
  writeLines(sprintf('["R", %s, %s, {%s}]', toJSON(row, auto_unbox = TRUE), toJSON(case, auto_unbox = TRUE),
                     paste(said, collapse = ", ")), out)
}
# An answer that ends in an error is said to have failed.
failed <- function(row, case, slip)
  writeLines(sprintf('["R", %s, %s, {"failed": %s}]', toJSON(row, auto_unbox = TRUE), toJSON(case, auto_unbox = TRUE),
                     toJSON(conditionMessage(slip), auto_unbox = TRUE)), out)
tried <- function(row, case, answer) tryCatch(answer, error = function(slip) failed(row, case, slip))

of_samples <- function(case, given) {
  x <- given$x
  y <- given$y
  q <- quantile(x, c(0.5, 0.25, 0.75), names = FALSE, type = 7)
  say("quartiles", case, median = q[1], quartiles = q[-1])
  say("mann-whitney", case, p = suppressWarnings(wilcox.test(x, y, exact = FALSE)$p.value))
  # Where there are ties it takes the normal approximation by itself.
  shift <- suppressWarnings(wilcox.test(x, y, exact = length(x) + length(y) <= 50, conf.int = TRUE))
  say("hodges-lehmann", case, "shift | wilcox.test" = shift$estimate, "limits | wilcox.test" = shift$conf.int)
  if (coin_is_here) {
    both <- c(x, y)
    group <- factor(rep(c("x", "y"), c(length(x), length(y))))
    say("mann-whitney-exact", case, p = pvalue(wilcox_test(both ~ group, distribution = "exact")))
    if (length(both) <= 50) {
      dealt <- confint(wilcox_test(both ~ group, distribution = "exact", conf.int = TRUE))
      say("hodges-lehmann", case, "shift | coin" = dealt$estimate, "limits | coin" = dealt$conf.int)
    }
  }
  if (metafor_is_here)
    say("standardised", case, "of means" = escalc("SMDH", m1i = mean(x), sd1i = sd(x), n1i = length(x), m2i = mean(y),
                                                  sd2i = sd(y), n2i = length(y))$yi)
}

of_table <- function(case, given) {
  quiet <- suppressWarnings
  chi <- function(row, fit) say(row, case, "chi-square" = fit$statistic, p = fit$p.value)
  chi("chi-square", quiet(chisq.test(given, correct = FALSE)))
  chi("chi-square-yates", quiet(chisq.test(given)))
  if (coin_is_here) {
    fit <- cmh_test(as.table(given))
    say("chi-square-n-1", case, "chi-square" = statistic(fit), p = pvalue(fit))
  }
  exact <- fisher.test(given)
  say("fisher", case, p = exact$p.value)
  say("odds-conditional", case, "odds ratio" = exact$estimate, limits = exact$conf.int)
  if (epitools_is_here) {
    tried("mid-p", case, {
      mid <- quiet(oddsratio.midp(given, rev = "both"))
      say("mid-p", case, limits = mid$measure[2, 2:3], p = mid$p.value[2, "midp.exact"])
    })
    wald <- quiet(oddsratio.wald(given))
    say("odds-woolf", case, "odds ratio" = wald$measure[2, 1], limits = wald$measure[2, 2:3])
    # The second row's risk over the first's, of the second column: turned round both ways.
    say("katz", case, limits = quiet(riskratio.wald(given, rev = "both"))$measure[2, 2:3])
  }
}

of_followed <- function(case, given) {
  y <- Surv(given$time, given$event)
  for (limits in c("log-log", "log", "plain")) {
    fit <- survfit(y ~ 1, conf.type = limits)
    at <- summary(fit, times = given$at)
    if (limits == "log-log") {
      say("kaplan-meier", case, survival = at$surv)
      printed <- summary(fit)$table
      say("median", case, median = printed["median"], limits = printed[c("0.95LCL", "0.95UCL")])
      area <- summary(fit, rmean = given$horizon)$table[c("rmean", "se(rmean)")]
      say("rmst", case, mean = area[1], limits = area[1] + c(-1, 1) * qnorm(0.975) * area[2])
    }
    say(paste0("limits-", limits), case, limits = c(at$lower, at$upper))
  }
  turned <- survfit(Surv(given$time, 1 - given$event) ~ 1)
  say("follow-up", case, median = summary(turned)$table["median"])
  test <- function(row, fit) say(row, case, "chi-square" = fit$chisq, p = fit$pvalue)
  test("log-rank", survdiff(y ~ given$group))
  test("log-rank-stratified", survdiff(y ~ given$group + strata(given$stratum)))
  test("harrington-early", survdiff(y ~ given$group, rho = 1))
  if (coin_is_here && length(given$time) <= 50) {
    dealt <- logrank_test(y ~ factor(given$group), distribution = "exact", ties.method = "mid-ranks")
    say("log-rank-exact", case, p = pvalue(dealt))
  }
}

of_competing <- function(case, given) {
  fit <- survfit(Surv(given$time, factor(given$cause, 0:2)) ~ 1, conf.type = "log-log")
  at <- summary(fit, times = given$at)
  say("aalen-johansen", case, incidence = at$pstate[, 2:3])
  say("aalen-johansen-error", case, "standard error" = at$std.err[, 2:3])
  say("aalen-johansen-limits", case, limits = c(at$lower[, 2:3], at$upper[, 2:3]))
  if (!cmprsk_is_here) return(invisible())
  gray <- cuminc(given$time, given$cause, given$group)$Tests
  say("gray", case, "of event 1" = gray["1", c("stat", "pv")], "of event 2" = gray["2", c("stat", "pv")])
  found <- list()
  for (of in 1:2) {
    fit <- crr(given$time, given$cause, given$covariates, failcode = of)
    found[[paste0("coefficients, event ", of)]] <- fit$coef
    found[[paste0("errors, event ", of)]] <- sqrt(diag(fit$var))
  }
  do.call(say, c(list("fine-gray", case), found))
}

of_regression <- function(case, given) {
  y <- if (is.null(given$entry)) Surv(given$time, given$event) else Surv(given$entry, given$time, given$event)
  x <- as.data.frame(given$covariates)
  fitted <- function(row, fit, of = seq_along(coef(fit)))
    say(row, case, coefficients = coef(fit)[of], errors = sqrt(diag(vcov(fit)))[of])
  efron <- coxph(y ~ ., data = x)
  if (!is.null(given$entry)) return(fitted("cox-start-stop", efron))
  fitted("cox-efron", efron)
  fitted("cox-breslow", coxph(y ~ ., data = x, ties = "breslow"))
  zph <- cox.zph(efron)$table[, "p"]
  say("zph", case, p = zph[names(zph) != "GLOBAL"])
  fitted("logistic", suppressWarnings(glm(given$outcome ~ ., data = x, family = binomial)), -1)
}

each <- function(kind, answer) for (case in names(asked[[kind]])) answer(case, asked[[kind]][[case]])
each("samples", of_samples)
each("several samples", function(case, given) {
  found <- kruskal.test(given$values, factor(given$group))
  say("kruskal-wallis", case, "chi-square" = found$statistic, p = found$p.value)
})
each("tables", of_table)
each("wide tables", function(case, given) say("freeman-halton", case, p = fisher.test(given, workspace = 2e7)$p.value))
each("followed", of_followed)
each("competing", of_competing)
each("regressions", of_regression)
each("stretches", of_regression)
each("p-values", function(case, given) {
  say("holm", case, p = p.adjust(given, "holm"))
  say("benjamini-hochberg", case, p = p.adjust(given, "BH"))
})
close(out)
