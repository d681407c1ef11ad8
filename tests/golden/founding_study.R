# The founding study once more, from its two tables: every number of results.json under its own id.
# Nothing of caseseries is used here: the cells are read by R, and survival, coin and stats do the rest.
# Run in this folder: Rscript founding_study.R
library(survival)
library(coin)
library(jsonlite)
source("founding.R")  # for keep(); its own transcription is only held against the tables, below

study <- file.path("..", "..", "src", "caseseries", "studies", "naymagon-2022")
typed <- function(name) {
  read.csv(file.path(study, name), colClasses = "character", check.names = FALSE, na.strings = "", encoding = "UTF-8")
}
number <- function(cell) as.numeric(gsub(",", "", cell))
parts <- function(cell) trimws(strsplit(cell, ";")[[1]])

# ---- Table 1 ----
sheet <- typed("patients.csv")
age <- number(sheet$age)
ferritin <- number(sheet$ferritin)
months <- number(sheet$months)
survivors <- sheet$alive == "Yes"
died <- !survivors
printed <- number(sub("%", "", sub("None", "0%", sheet$max_response_printed))) / 100  # never fell is 0
started <- number(sheet$day_started)
diagnosed <- number(sheet$day_diagnosed)
from_diagnosis <- months + (started - diagnosed) / 30.4375

causes <- c("hematologic malignancy", "bacterial infection", "viral infection", "rheumatologic disorder", "unknown")
# What stands in parentheses behind a cause is how sure it is.
named <- lapply(sheet$cause, function(cell) sub(" *[(].*[)]$", "", parts(cell)))
has_cause <- sapply(causes, function(cause) sapply(named, function(one) cause %in% one))
rheumatologic_cause <- has_cause[, "rheumatologic disorder"]

# "100 mg subq q8" is 100 mg every 8 hours.
dose <- number(sub(" mg.*", "", sheet$anakinra))
hours <- ifelse(grepl("daily", sheet$anakinra), 24, suppressWarnings(number(sub(".* q", "", sheet$anakinra))))
daily <- dose * 24 / hours
subcutaneous <- grepl("subq", sheet$anakinra)

given <- function(column, drugs) {
  among <- sapply(sheet[[column]], function(cell) paste(setdiff(parts(cell), "None"), collapse = "; "))
  among[is.na(sheet[[column]])] <- NA
  cbind(any = among != "", sapply(drugs, function(drug) grepl(drug, among, ignore.case = TRUE)))
}
hlh_directed <- c(
  corticosteroids = "dexamethasone|prednisone|prednisolone|solumedrol", etoposide = "etoposide",
  tocilizumab = "tocilizumab", ruxolitinib = "ruxolitinib", ivig = "IVIG"
)
# Solumedrol is a brand of methylprednisolone; ICE, CHOEP and SMILE are chemotherapy.
cause_directed <- c(
  antibiotics = "antibiotics", antivirals = "antivirals", chemotherapy = "chemotherapy",
  decitabine = "decitabine", hydroxychloroquine = "hydroxychloroquine",
  methylprednisolone = "methylprednisolone|solumedrol", prednisone = "prednisone", rituximab = "rituximab"
)

# ---- Table 2 ----
table_2 <- typed("ferritin.csv")
stopifnot(identical(table_2$patient, sheet$patient))
grid <- grep("^day ", names(table_2), value = TRUE)
by_day <- sapply(table_2[grid], number)
# The greatest fall after day 1, as a share of day 1; 0 where it never fell.
response <- apply(by_day, 1, function(row) max(0, (row[1] - min(row[-1], na.rm = TRUE)) / row[1]))
at_day_5 <- (by_day[, "day 1"] - by_day[, "day 5"]) / by_day[, "day 1"]

# The transcription that the other goldens stand on is the same series.
stopifnot(
  all(founding$age == age, founding$ferritin == ferritin, founding$months == months),
  all(founding$died == died, founding$printed == 100 * printed, rheumatologic == rheumatologic_cause),
  isTRUE(all.equal(founding$fall, response))
)

# ---- The book ----
book <- list()
put <- function(id, value, n, low = NA, high = NA, p = NA) {
  stopifnot(!id %in% names(book))
  book[[id]] <<- lapply(
    list(value = value, low = low, high = high, p = p, n = n), function(one) unbox(unname(as.numeric(one)))
  )
}
count <- function(id, rows, among) {
  k <- sum(rows & among)
  n <- sum(among)
  put(paste0(id, ".count"), k, n)
  limits <- binom.test(k, n)$conf.int  # Clopper and Pearson's
  put(paste0(id, ".share"), k / n, n, limits[1], limits[2])
}
middle <- function(id, values, n = length(values)) {
  put(paste0(id, ".median"), median(values), n)
  put(paste0(id, ".lowest"), min(values), n)
  put(paste0(id, ".highest"), max(values), n)
}

groups <- list(all = rep(TRUE, nrow(sheet)), alive = survivors, `not-alive` = died)
by_outcome <- groups[c("alive", "not-alive")]
by_cause <- list(rheumatologic = rheumatologic_cause, `not-rheumatologic` = !rheumatologic_cause)

# ---- Survival ----
curves <- list()
first_below <- function(times, heights) {
  below <- which(heights < 0.5 + sqrt(.Machine$double.eps))
  if (length(below)) times[below[1]] else NA
}
survived <- function(analysis, key, time, rows, entry = NULL) {
  prefix <- paste0(analysis, if (key == "all") "." else paste0(".", key, "."))
  id <- function(part) paste0(prefix, part)
  time <- time[rows]
  dead <- died[rows]
  n <- length(time)
  put(id("n"), n, n)
  put(id("deaths"), sum(dead), n)
  count(id("alive"), survivors & rows, rows)
  fit <- if (is.null(entry)) {
    survfit(Surv(time, dead) ~ 1, conf.type = "log-log")
  } else {
    survfit(Surv(entry, time, dead) ~ 1, conf.type = "log-log")
  }
  said <- summary(fit)$table
  put(id("median"), said["median"], n, said["0.95LCL"], said["0.95UCL"])
  put(
    id("median-by-first"), first_below(fit$time, fit$surv), n,
    first_below(fit$time, fit$lower), first_below(fit$time, fit$upper)
  )
  horizons <- c(`30-days` = 30, `90-days` = 90, `180-days` = 180) / 30.4375
  horizons["12-months"] <- 12
  for (horizon in names(horizons)) {
    at <- summary(fit, times = horizons[[horizon]])
    # Where the curve is 1 (or 0) R's limits are 1 and 1 (or NA): no interval at all.
    inside <- at$surv > 0 && at$surv < 1
    put(id(paste0("survival-at.", horizon)), at$surv, n, if (inside) at$lower else NA, if (inside) at$upper else NA)
    lost <- !dead & time < horizons[[horizon]]
    if (any(lost) && is.null(entry)) {
      past <- time >= horizons[[horizon]]
      put(id(paste0("survival-at.", horizon, ".if-lost-died")), mean(past), n)
      put(id(paste0("survival-at.", horizon, ".if-lost-lived")), mean(past | !dead), n)
    }
  }
  mean_time <- summary(fit, rmean = 12)$table
  reach <- qnorm(0.975) * mean_time["se(rmean)"]
  put(id("restricted-mean"), mean_time["rmean"], n, mean_time["rmean"] - reach, mean_time["rmean"] + reach)
  if (is.null(entry)) {
    reverse <- summary(survfit(Surv(time, !dead) ~ 1, conf.type = "log-log"))$table
    put(id("follow-up"), reverse["median"], n, reverse["0.95LCL"], reverse["0.95UCL"])
  }
  middle(id("observed"), if (is.null(entry)) time else time - entry)
  inside <- fit$surv > 0 & fit$surv < 1
  curves[[paste0("curve of ", analysis, ", ", key)]] <<- list(
    times = fit$time, at_risk = fit$n.risk, events = fit$n.event, censored = fit$n.censor, survival = fit$surv,
    low = ifelse(inside, fit$lower, NA), high = ifelse(inside, fit$upper, NA)
  )
}
survived("overall-survival", "all", months, groups$all)
survived("time-zero", "all", from_diagnosis, groups$all)
# Watched from the first dose on, as long after the diagnosis as it was.
survived("time-zero-at-risk-from-the-first-dose", "all", from_diagnosis, groups$all, (started - diagnosed) / 30.4375)
for (key in names(by_cause)) survived("survival-curves-by-cause", key, months, by_cause[[key]])
# The events of the first group beyond expectation, with p from every deal of the scores to the patients.
exact_log_rank <- function(time, rows) {
  group <- factor(rows, c(TRUE, FALSE))
  test <- logrank_test(Surv(time, died) ~ group, distribution = "exact", ties.method = "mid-ranks")
  seen <- survdiff(Surv(time, died) ~ group)
  c(seen$obs[1] - seen$exp[1], pvalue(test))
}
compared <- function(analysis, time) {
  rows <- rheumatologic_cause
  exact <- exact_log_rank(time, rows)
  put(paste0(analysis, ".log-rank-exact"), exact[1], 16, p = exact[2])
  means <- sapply(list(rows, !rows), function(one) {
    summary(survfit(Surv(time[one], died[one]) ~ 1), rmean = 12)$table[c("rmean", "se(rmean)")]
  })
  difference <- means[1, 1] - means[1, 2]
  error <- sqrt(sum(means[2, ]^2))
  put(
    paste0(analysis, ".restricted-mean-difference"), difference, 16, difference - qnorm(0.975) * error,
    difference + qnorm(0.975) * error, p = 2 * pnorm(-abs(difference / error))
  )
}
compared("survival-curves-by-cause", months)
compared("survival-curves-by-cause-from-diagnosis", from_diagnosis)
between <- survdiff(Surv(months, died) ~ rheumatologic_cause)
put("survival-curves-by-cause.log-rank", between$chisq, 16, p = pchisq(between$chisq, 1, lower.tail = FALSE))

for (key in names(by_cause)) survived("survival-curves-by-cause-from-diagnosis", key, from_diagnosis, by_cause[[key]])
later <- survdiff(Surv(from_diagnosis, died) ~ rheumatologic_cause)
put("survival-curves-by-cause-from-diagnosis.log-rank", later$chisq, 16, p = pchisq(later$chisq, 1, lower.tail = FALSE))

# ---- Shares between two groups ----
for (key in names(by_cause)) count(paste0("survival-by-cause.", key), survivors, by_cause[[key]])
two_by_two <- sapply(list(survivors, died), function(end) sapply(by_cause, function(rows) sum(end & rows)))
plain <- suppressWarnings(chisq.test(two_by_two, correct = FALSE))
yates <- suppressWarnings(chisq.test(two_by_two, correct = TRUE))
put("survival-by-cause.chi-square", plain$statistic, 16, p = plain$p.value)
put("survival-by-cause.chi-square-yates", yates$statistic, 16, p = yates$p.value)
n_1 <- unname(plain$statistic) * 15 / 16
put("survival-by-cause.chi-square-n-1", n_1, 16, p = pchisq(n_1, 1, lower.tail = FALSE))
# The odds ratio and its limits are not kept: fisher.test stops its search at four digits (see roots.py).
put("survival-by-cause.fisher", NA, 16, p = fisher.test(two_by_two)$p.value)

# ---- Entries: one patient may have several causes ----
entries <- function(rows) rbind(colSums(has_cause[rows, , drop = FALSE]), colSums(has_cause[!rows, , drop = FALSE]))
pearson <- function(table) suppressWarnings(chisq.test(table, correct = FALSE))
slug <- function(words) gsub(" ", "-", words)
for (cause in causes) {
  id <- paste0("causes-among-survivors.", slug(cause))
  put(paste0(id, ".n"), sum(has_cause[, cause]), 16)
  count(id, survivors, has_cause[, cause])
}
seen <- pearson(entries(survivors))
put("causes-among-survivors.chi-square", seen$statistic, 16, p = seen$p.value)
# All ways in which five of the sixteen could have been the survivors.
deals <- combn(16, 5, function(chosen) unname(pearson(entries(seq_len(16) %in% chosen))$statistic))
put(
  "causes-among-survivors.permutation", seen$statistic, 16,
  p = mean(deals >= unname(seen$statistic) * (1 - 1e-9))
)

# ---- Causes in a fixed order: each patient once, by the first that he has ----
in_order <- c("rheumatologic disorder", "hematologic malignancy", "viral infection", "bacterial infection", "unknown")
first_cause <- in_order[apply(has_cause[, in_order], 1, function(one) which(one)[1])]
once <- "survival-by-cause-each-patient-once"
for (cause in in_order) count(paste0(once, ".", slug(cause)), survivors, first_cause == cause)
five_by_two <- table(first_cause, survivors)
# The chance of a table under its margins: their factorials over those of the cells and of the total.
chance <- exp(
  sum(lfactorial(rowSums(five_by_two))) + sum(lfactorial(colSums(five_by_two))) - sum(lfactorial(five_by_two)) -
    lfactorial(sum(five_by_two))
)
put(paste0(once, ".freeman-halton"), chance, 16, p = fisher.test(five_by_two)$p.value)

# ---- The same under every reading of the labels that are not stated ----
# A label in parentheses is less than certain; who loses the last one is of unknown cause.
sure <- lapply(sheet$cause, function(cell) !grepl("[(]", parts(cell)))
labels <- do.call(rbind, lapply(causes, function(cause) {
  rows <- which(mapply(function(one, is_sure) any(one == cause & !is_sure), named, sure))
  if (length(rows)) data.frame(row = rows, cause = cause)
}))
relabelled <- function(dropped) {
  has <- has_cause
  for (label in dropped) has[labels$row[label], labels$cause[label]] <- FALSE
  has[rowSums(has) == 0, "unknown"] <- TRUE
  has
}
# Every set of labels that may be dropped, the smallest first; its name counts the labels that are asked.
readings <- function(asked) {
  sets <- list(integer())
  for (size in seq_along(asked)) sets <- c(sets, combn(asked, size, simplify = FALSE))
  names(sets) <- sapply(sets, function(set) {
    if (!length(set)) return("as-labelled")
    if (length(set) == length(asked)) return("without-all")
    paste0("without-", paste(match(set, asked), collapse = "-"))
  })
  sets
}
tests_of_a_table <- function(has) {
  rows <- has[, "rheumatologic disorder"]
  table <- sapply(list(survivors, died), function(end) c(sum(end & rows), sum(end & !rows)))
  plain <- suppressWarnings(chisq.test(table, correct = FALSE))
  yates <- suppressWarnings(chisq.test(table, correct = TRUE))
  n_1 <- unname(plain$statistic) * 15 / 16
  list(
    `chi-square` = c(plain$statistic, plain$p.value), `chi-square-yates` = c(yates$statistic, yates$p.value),
    `chi-square-n-1` = c(n_1, pchisq(n_1, 1, lower.tail = FALSE)), fisher = c(NA, fisher.test(table)$p.value)
  )
}
log_ranks <- function(time) function(has) {
  test <- survdiff(Surv(time, died) ~ has[, "rheumatologic disorder"])
  list(
    `log-rank` = c(test$chisq, pchisq(test$chisq, 1, lower.tail = FALSE)),
    `log-rank-exact` = exact_log_rank(time, has[, "rheumatologic disorder"])
  )
}
tests_of_entries <- function(has) {
  statistic <- function(rows) {
    table <- rbind(colSums(has[rows, , drop = FALSE]), colSums(has[!rows, , drop = FALSE]))
    pearson(table[, colSums(table) > 0, drop = FALSE])
  }
  seen <- statistic(survivors)
  deals <- combn(16, 5, function(chosen) unname(statistic(seq_len(16) %in% chosen)$statistic))
  value <- unname(seen$statistic)
  list(`chi-square` = c(value, seen$p.value), permutation = c(value, mean(deals >= value * (1 - 1e-9))))
}
relabel <- function(analysis, asked, tests, most = 16) {
  sets <- readings(asked)
  put(paste0(analysis, ".labels"), length(asked), 16)
  put(paste0(analysis, ".labellings"), length(sets), length(sets))
  found <- lapply(sets, function(set) tests(relabelled(set)))
  dropped <- lengths(sets)
  shown <- names(sets)[length(sets) <= most | dropped <= 1 | dropped == length(asked)]
  for (set in shown) {
    for (test in names(found[[set]])) {
      put(paste0(analysis, ".", set, ".", test), found[[set]][[test]][1], 16, p = found[[set]][[test]][2])
    }
  }
  for (test in names(found[[1]])) {
    all_of_them <- sapply(found, function(one) one[[test]])
    for (end in c("smallest", "greatest")) {
      which_one <- if (end == "smallest") which.min(all_of_them[2, ]) else which.max(all_of_them[2, ])
      put(paste0(analysis, ".", test, ".p-", end), all_of_them[1, which_one], 16, p = all_of_them[2, which_one])
    }
    put(paste0(analysis, ".", test, ".below"), sum(all_of_them[2, ] < 0.05), length(sets))
  }
}
rheumatologic_labels <- which(labels$cause == "rheumatologic disorder")
relabel("alive-by-cause-relabelled", rheumatologic_labels, tests_of_a_table)
relabel("from-first-dose-relabelled", rheumatologic_labels, log_ranks(months))
relabel("from-diagnosis-relabelled", rheumatologic_labels, log_ranks(from_diagnosis))
relabel("causes-among-survivors-relabelled", seq_len(nrow(labels)), tests_of_entries)

# ---- Measurements between two groups ----
# U counts the pairs in which the first group is above; R's W is the same.
ranked <- function(analysis, values, groups, asymptotic = TRUE) {
  for (key in names(groups)) {
    rows <- groups[[key]]
    put(paste0(analysis, ".", key, ".n"), sum(rows & !is.na(values)), sum(rows))
    middle(paste0(analysis, ".", key), values[rows & !is.na(values)])
  }
  known <- !is.na(values)
  test <- suppressWarnings(
    wilcox.test(values[known & groups[[1]]], values[known & groups[[2]]], exact = FALSE, correct = TRUE)
  )
  if (asymptotic) put(paste0(analysis, ".mann-whitney"), test$statistic, sum(known), p = test$p.value)
  exact <- wilcox_test(values[known] ~ factor(groups[[1]][known]), distribution = "exact")
  put(paste0(analysis, ".mann-whitney-exact"), test$statistic, sum(known), p = pvalue(exact))
}
ranked("ferritin-response-and-survival", response, by_outcome)
ranked("printed-ferritin-response-and-survival", printed, by_outcome)
ranked("ferritin-response-and-cause", response, by_cause)
ranked("printed-ferritin-response-and-cause", printed, by_cause)
ranked("age-and-survival", age, by_outcome)
ranked("first-ferritin-and-survival", ferritin, by_outcome)
ranked("first-ferritin-and-cause", ferritin, by_cause)
ranked("response-at-day-5", at_day_5, by_outcome, asymptotic = FALSE)

# ---- Summaries over all and by outcome ----
put("patients.n", nrow(sheet), nrow(sheet))
for (analysis in c("characteristics", "treatment")) {
  for (key in names(groups)) put(paste0(analysis, ".", key, ".n"), sum(groups[[key]]), 16)
}
missing <- function(id, key, known) put(paste0(id, ".", key, ".missing"), sum(groups[[key]] & !known), sum(groups[[key]]))
measured <- function(id, values) {
  for (key in names(groups)) {
    known <- !is.na(values)
    middle(paste0(id, ".", key), values[groups[[key]] & known])
    missing(id, key, known)
  }
}
yes_no <- function(id, rows, known) {
  for (key in names(groups)) {
    count(paste0(id, ".", key), rows, groups[[key]] & known)
    missing(id, key, known)
  }
}
# A matrix with a column a level; `known` are the patients of whom it was told.
levelled <- function(id, has, known) {
  for (key in names(groups)) {
    for (level in colnames(has)) count(paste0(id, ".", slug(level), ".", key), has[, level], groups[[key]] & known)
    missing(id, key, known)
  }
}
measured("characteristics.age", age)
levelled("characteristics.sex", cbind(f = sheet$sex == "F", m = sheet$sex == "M"), !is.na(sheet$sex))
levelled(
  "characteristics.cause", cbind(has_cause, several = rowSums(has_cause) > 1), !is.na(sheet$cause)
)
measured("characteristics.criteria-met", number(sheet$criteria_met))
measured("characteristics.hscore", number(sheet$hscore))
measured("characteristics.ferritin", ferritin)
measured("characteristics.day-diagnosed", diagnosed)
measured("characteristics.day-started", started)
measured("characteristics.max-response", response)
measured("characteristics.months", months)
levelled("treatment.prior-therapy", given("prior_therapy", hlh_directed), !is.na(sheet$prior_therapy))
levelled("treatment.concurrent-therapy", given("concurrent_therapy", hlh_directed), !is.na(sheet$concurrent_therapy))
levelled("treatment.cause-treated", given("cause_treated", cause_directed), !is.na(sheet$cause_treated))
levelled("treatment.anakinra.route", cbind(subcutaneous = subcutaneous), !is.na(sheet$anakinra))
measured("treatment.anakinra.daily", daily)
measured("treatment.anakinra.days", number(sheet$anakinra.days))
yes_no("treatment.toxicity", sheet$toxicity != "None", !is.na(sheet$toxicity))

# ---- Ferritin by day ----
for (day in grid) {
  id <- paste0("ferritin-by-day.", slug(day))
  values <- by_day[, day]
  put(paste0(id, ".n"), sum(!is.na(values)), 16)
  middle(id, values[!is.na(values)])
}

# Each patient's course in numbers, from the cells that are filled in.
on <- as.numeric(sub("day ", "", grid))
within <- 2  # days: how far from its day on the grid a value may have been taken
days_followed <- months * 30.4375
tenths <- ifelse(grepl("[.]", sheet$months), 0.1, 1)  # as the time was typed
day_of_death <- ifelse(died, floor(days_followed + 0.5) + 1, NA)
latest <- days_followed + tenths / 2 * 30.4375 + 1 + within
in_numbers <- function(patient) {
  has <- !is.na(by_day[patient, ])
  day <- on[has]
  value <- by_day[patient, has]
  first <- value[day == 1]
  after <- value[day > 1]
  day_after <- day[day > 1]
  k <- length(after)
  nadir_day <- day_after[which.min(after)]
  higher <- value[day > nadir_day]
  halved <- day_after[after <= first / 2]
  told <- list(
    values = c(length(day), length(day)), gap = c(median(diff(day)), length(day)),
    `greatest-fall` = c(response[patient], k), nadir = c(min(after), k), `nadir-day` = c(nadir_day, k),
    half = c(if (length(halved)) halved[1] - 1 else NA, k),
    rebound = c(if (length(higher)) max(higher) / min(after) else NA, k)
  )
  for (at in c(5, 10, 15)) {
    there <- value[day == at]
    told[[paste0("day-", at, ".fold")]] <- if (length(there)) c(there / first, 1) else c(NA, 0)
  }
  if (died[patient]) {
    stopifnot(max(day) <= latest[patient])
    told[["before-death"]] <- c(value[which.max(day)], 1)
    told[["before-death-days"]] <- c(max(0, day_of_death[patient] - max(day)), length(day))
  }
  told
}
courses <- lapply(seq_len(nrow(sheet)), in_numbers)
for (measure in names(courses[[which(died)[1]]])) {
  id <- paste0("ferritin-by-day.", measure)
  values <- sapply(courses, function(one) if (is.null(one[[measure]])) NA else one[[measure]][1])
  if (measure == "half") count(id, !is.na(values), rep(TRUE, length(values)))
  middle(id, values[!is.na(values)])
  for (patient in seq_len(nrow(sheet))) {
    mine <- courses[[patient]][[measure]]
    if (!is.null(mine)) put(paste0("ferritin-by-day.patient.", sheet$patient[patient], ".", measure), mine[1], mine[2])
  }
}

# ---- What was promised, adjusted for its number ----
promised <- c(
  "survival-by-cause.chi-square", "causes-among-survivors.chi-square",
  paste0(c(
    "ferritin-response-and-survival", "printed-ferritin-response-and-survival", "ferritin-response-and-cause",
    "printed-ferritin-response-and-cause", "age-and-survival", "first-ferritin-and-survival", "first-ferritin-and-cause"
  ), ".mann-whitney"),
  "survival-by-cause-each-patient-once.freeman-halton", "response-at-day-5.mann-whitney-exact"
)
ps <- sapply(promised, function(id) as.numeric(book[[id]]$p))
for (way in c("holm", "BH")) {
  name <- if (way == "BH") "benjamini-hochberg" else way
  adjusted <- p.adjust(ps, way)
  for (id in promised) put(paste0(id, ".", name), book[[id]]$value, book[[id]]$n, p = adjusted[[id]])
}

keep("founding_study.R", c(book, curves), c("survival", "coin"))
