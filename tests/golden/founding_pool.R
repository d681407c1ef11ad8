# The founding study beside published cohorts, from their counts alone. In this folder: Rscript founding_pool.R
# The counts are typed here once more, from Table 3 of the paper and from the abstracts that cohorts.toml names.
suppressPackageStartupMessages({
  library(jsonlite)
  library(metafor)
})
source("founding.R")

quiet <- function(x) suppressWarnings(suppressMessages(x))
estimate <- function(value, low = NULL, high = NULL, n) list(
  value = unbox(value), low = if (is.null(low)) NULL else unbox(low), high = if (is.null(high)) NULL else unbox(high),
  n = unbox(n)
)

# Survived, of how many, until when nobody says; by year, the one without a year last.
cohorts <- rbind(
  "kumar-2017" = c(9, 13), "henry-2019" = c(5, 7), "dimopoulos-2020" = c(5, 8), "monteagudo-2020" = c(4, 5),
  "sammut-2020" = c(2, 4), "imperial" = c(5, 11)
)
routes <- list(
  subcutaneous = c("kumar-2017", "sammut-2020"), intravenous = c("dimopoulos-2020", "monteagudo-2020")
)
# With a cause and without, of the cohorts that print survival by it: Kumar's eight; COVID-19 is viral.
causes <- list(
  "not-rheumatologic-disorder" = rbind(c(2, 5), c(5, 8)), "not-viral-infection" = rbind(c(9, 13), c(4, 5))
)
alone <- list(survived = c(5, 9, 4, 2, 4, 5, 5, 5), n = c(8, 13, 5, 4, 8, 16, 7, 11),
              of = c("dimopoulos-2020", "kumar-2017", "monteagudo-2020", "sammut-2020", "wohlfarth-2019",
                     "naymagon-2022", "henry-2019", "imperial"))
responded <- list("monteagudo-2020" = c(4, 5), "sammut-2020" = c(3, 4), "baverez-2022" = c(19, 21),
                  "uclh-2023" = c(11, 12))

glmm <- function(counts) {
  fit <- quiet(rma.glmm(measure = "PLO", xi = counts[, 1], ni = counts[, 2], test = "t", nAGQ = 25))
  list(fit = fit, p = predict(fit, transf = transf.ilogit), n = sum(counts[, 2]))
}
share <- function(counts) with(glmm(counts), estimate(p$pred, p$ci.lb, p$ci.ub, n))
exact <- function(x) {
  found <- binom.test(x[1], x[2])
  estimate(x[1] / x[2], found$conf.int[1], found$conf.int[2], x[2])
}

answers <- list()
for (i in seq_along(alone$of)) {
  answers[[paste0("pool.cohort.", alone$of[i], ".survived.share")]] <- exact(c(alone$survived[i], alone$n[i]))
}
for (one in names(responded)) answers[[paste0("pool.cohort.", one, ".responded.share")]] <- exact(responded[[one]])

main <- glmm(cohorts)
answers[["pool.not-said.share"]] <- share(cohorts)
answers[["pool.not-said.prediction"]] <- with(main, estimate(p$pred, p$pi.lb, p$pi.ub, n))
answers[["pool.not-said.tau2"]] <- estimate(main$fit$tau2, n = main$n)
reml <- quiet(rma(measure = "PLO", xi = cohorts[, 1], ni = cohorts[, 2], method = "REML", test = "knha",
                  control = list(threshold = 1e-14, maxiter = 10000)))
p <- predict(reml, transf = transf.ilogit)
answers[["pool.not-said.logit.share"]] <- estimate(p$pred, p$ci.lb, p$ci.ub, main$n)
answers[["pool.not-said.logit.prediction"]] <- estimate(p$pred, p$pi.lb, p$pi.ub, main$n)
het <- quiet(confint(reml, control = list(tol = 1e-13)))$random
answers[["pool.not-said.logit.tau2"]] <-
  estimate(reml$tau2, unname(het["tau^2", "ci.lb"]), unname(het["tau^2", "ci.ub"]), main$n)
answers[["pool.not-said.i2"]] <-
  estimate(reml$I2 / 100, unname(het["I^2(%)", "ci.lb"]) / 100, unname(het["I^2(%)", "ci.ub"]) / 100, main$n)
answers[["pool.not-said.q"]] <- estimate(reml$QE, n = main$n)
pft <- quiet(rma(measure = "PFT", xi = cohorts[, 1], ni = cohorts[, 2], method = "REML",
                 control = list(threshold = 1e-14, maxiter = 10000)))
p <- predict(pft, transf = transf.ipft.hm, targs = list(ni = cohorts[, 2]))
answers[["pool.not-said.double-arcsine"]] <- estimate(p$pred, p$ci.lb, p$ci.ub, main$n)
for (i in seq_len(nrow(cohorts))) {
  answers[[paste0("pool.not-said.left-out.", rownames(cohorts)[i])]] <- share(cohorts[-i, ])
  if (i > 1) answers[[paste0("pool.not-said.up-to.", rownames(cohorts)[i])]] <- share(cohorts[1:i, ])
}
for (one in names(routes)) answers[[paste0("pool.not-said.route.", one, ".share")]] <- share(cohorts[routes[[one]], ])
for (one in names(causes)) answers[[paste0("pool.not-said.cause.", one, ".share")]] <- share(causes[[one]])

# Limits of a sum from those of its parts. Source: Zou & Donner, Stat Med 2008;27:1693-1702.
wilson <- function(x, n) suppressWarnings(c(x / n, prop.test(x, n, correct = FALSE)$conf.int))
mover <- function(parts, weights, n) {
  value <- sum(weights * parts[, 1])
  down <- ifelse(weights > 0, parts[, 1] - parts[, 2], parts[, 3] - parts[, 1])
  up <- ifelse(weights > 0, parts[, 3] - parts[, 1], parts[, 1] - parts[, 2])
  estimate(value, value - sqrt(sum((weights * down)^2)), value + sqrt(sum((weights * up)^2)), n)
}
ours <- wilson(5, 16)
theirs <- with(main, c(p$pred, p$ci.lb, p$ci.ub))
answers[["pool.not-said.ours.difference"]] <- mover(rbind(ours, theirs), c(1, -1), 16 + 48)
standardised <- function(cause, with_it, without, has) {
  at <- paste0("pool.not-said.ours.by.", cause)
  n <- with_it[2] + without[2]
  parts <- rbind(wilson(with_it[1], with_it[2]), wilson(without[1], without[2]))
  expected <- mover(parts, c(has / 16, 1 - has / 16), n)
  answers[[paste0(at, ".expected")]] <<- expected
  both <- rbind(ours, c(expected$value, expected$low, expected$high))
  answers[[paste0(at, ".difference")]] <<- mover(both, c(1, -1), 16 + n)
}
standardised("rheumatologic-disorder", c(7, 8), c(7, 13), 4)
standardised("viral-infection", c(5, 8), c(13, 18), 5)

keep("founding_pool.R", answers, c("metafor", "jsonlite"))
