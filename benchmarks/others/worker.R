# R at work, as worker.py: Rscript worker.R DATA.json [once]
suppressMessages(library(survival))
given <- commandArgs(TRUE)
once <- length(given) > 1
stored <- jsonlite::fromJSON(given[1])
options(warn = -1)

steps <- list(
  "table one" = function(d) {
    for (name in c("age", "marker")) {
      quantile(d[[name]], c(0.25, 0.5, 0.75))
      tapply(d[[name]], d$group, quantile, c(0.25, 0.5, 0.75))
      wilcox.test(d[[name]] ~ d$group, exact = FALSE)
    }
    counts <- table(d$group, d$male)
    expected <- chisq.test(counts)$expected
    if (min(expected) < 5) fisher.test(counts) else chisq.test(counts)
  },
  "curves" = function(d) summary(survfit(Surv(time, event) ~ group, d, conf.type = "log-log"))$table,
  "log-rank" = function(d) survdiff(Surv(time, event) ~ group, d),
  "Cox" = function(d) summary(coxph(Surv(time, event) ~ age + group, d)),
  "Mann-Whitney" = function(d) wilcox.test(marker ~ group, d, exact = FALSE)
)
series <- lapply(stored, as.data.frame)
if (once) {
  for (step in steps) step(series[["16"]])
} else {
  input <- file("stdin", "r")
  while (length(line <- readLines(input, 1))) {
    asked <- strsplit(line, "\t")[[1]]
    wanted <- if (asked[1] == "all") steps else steps[asked[1]]
    begun <- Sys.time()
    for (step in wanted) step(series[[asked[2]]])
    cat(format(as.double(Sys.time() - begun, units = "secs"), digits = 15), "\n", sep = "")
    flush(stdout())
  }
}
