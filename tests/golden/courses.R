# One patient's course in numbers: the founding series' ferritin, and bilirubin of the first 40 patients of
# survival's pbcseq. What R gives for a course without an answer is null. Rscript courses.R
library(jsonlite)
library(survival)
source("founding.R")

answers <- function(days, values, first_day, at, within, before) {
  later <- days > first_day
  first <- values[days == first_day]
  near <- function(day) {
    away <- ifelse(later, abs(days - day), Inf)
    # which.min takes the first of equals: the earlier, as the days are in order.
    if (min(away) > within) NA else values[which.min(away)] / first
  }
  lowest <- if (any(later)) min(values[later]) else NA
  lowest_day <- if (any(later)) min(days[later & values == lowest]) else NA
  after <- values[!is.na(lowest_day) & days > lowest_day]
  halved <- days[later & values <= first / 2]
  last <- days[days <= before]
  list(
    days = days, values = values, first_day = unbox(first_day), at = at, within = unbox(within), before = unbox(before),
    nadir = unbox(lowest), day_of_nadir = unbox(lowest_day), folds = vapply(at, near, 0),
    half = unbox(if (length(halved)) min(halved) - first_day else NA),
    rebound = unbox(if (length(after)) max(after) / lowest else NA),
    last = unbox(if (length(last)) values[days == max(last)] else NA),
    ago = unbox(if (length(last)) before - max(last) else NA),
    gap = unbox(if (length(days) > 1) median(diff(days)) else NA)
  )
}

ferritin <- lapply(courses, function(course) {
  has <- !is.na(course)
  answers(days[seq_along(course)][has], course[has], 1, c(3, 5, 7, 10, 14), 2, 12)
})
bilirubin <- lapply(1:40, function(one) {
  rows <- pbcseq[pbcseq$id == one, ]
  answers(rows$day, rows$bili, 0, c(180, 365, 730), 60, 600)
})
keep("courses.R", list(ferritin = ferritin, bilirubin = bilirubin), c("jsonlite", "survival"))
