# What base R gives for the variants of a test that a search tries: Rscript variants.R > variants.json
# Values without and with ties; a table with an expected count under 5; a share of 5 of 16.
num <- function(x) format(x, digits = 15, scientific = TRUE)
line <- function(name, x) sprintf('  "%s": %s', name, num(x))

ranks <- function(key, x, y) {
  w <- function(...) suppressWarnings(wilcox.test(x, y, ...))$p.value
  n <- length(x); m <- length(y)
  r <- rank(c(x, y)); u <- sum(r[1:n]) - n * (n + 1) / 2
  untied <- sqrt(n * m * (n + m + 1) / 12)
  z <- (abs(u - n * m / 2) - 0.5) / untied
  low <- pwilcox(floor(u), n, m); high <- pwilcox(floor(u) - 1, n, m, lower.tail = FALSE)
  side <- if (mean(r[1:n]) > mean(r[-(1:n)])) "greater" else "less"
  c(line(paste0(key, " with continuity"), w(exact = FALSE, correct = TRUE)),
    line(paste0(key, " without continuity"), w(exact = FALSE, correct = FALSE)),
    line(paste0(key, " one-sided"), w(exact = FALSE, correct = TRUE, alternative = side)),
    line(paste0(key, " untied"), 2 * pnorm(-z)),
    line(paste0(key, " untied, z at two decimals"), 2 * pnorm(-round(z, 2))),
    line(paste0(key, " exact untied"), 2 * min(low, high)),
    line(paste0(key, " exact untied one-sided"), min(low, high)),
    line(paste0(key, " student"), t.test(x, y, var.equal = TRUE)$p.value),
    line(paste0(key, " welch"), t.test(x, y)$p.value),
    line(paste0(key, " student of ranks"), t.test(r[1:n], r[-(1:n)], var.equal = TRUE)$p.value))
}

printed <- c(30, 0, 96, 79, 20, 0, 71, 0, 87, 22, 23, 99, 99, 53, 88, 72)
age <- c(65, 70, 25, 32, 27, 82, 39, 62, 42, 61, 64, 34, 32, 19, 56, 24)
alive <- c(4, 12, 13, 15, 16)
lines <- c(ranks("printed", printed[alive], printed[-alive]), ranks("age", age[alive], age[-alive]))

counts <- matrix(c(3, 1, 2, 10), 2, byrow = TRUE)
q <- function(correct) suppressWarnings(chisq.test(counts, correct = correct))
expected <- q(FALSE)$expected
shares <- counts[, 1] / rowSums(counts)
wald <- diff(rev(shares)) / sqrt(sum(shares * (1 - shares) / rowSums(counts)))
fit <- glm(counts ~ c(1, 0), family = binomial)
lines <- c(lines,
  line("table chi-square", q(FALSE)$p.value),
  line("table yates", q(TRUE)$p.value),
  line("table at two decimals", pchisq(round(q(FALSE)$statistic, 2), 1, lower.tail = FALSE)),
  line("table likelihood ratio", pchisq(2 * sum(counts * log(counts / expected)), 1, lower.tail = FALSE)),
  line("table fisher one-sided", fisher.test(counts, alternative = "greater")$p.value),
  line("table wald difference", 2 * pnorm(-abs(wald))),
  line("table wald odds", {
    z <- log(counts[1, 1] * counts[2, 2] / counts[1, 2] / counts[2, 1]) / sqrt(sum(1 / counts))
    2 * pnorm(-abs(z))
  }))

x <- 5; n <- 16; z <- qnorm(0.975); p <- x / n; more <- n + z^2; mid <- (x + z^2 / 2) / more
lines <- c(lines,
  line("share wald", p - z * sqrt(p * (1 - p) / n)),
  line("share wald corrected", p - z * sqrt(p * (1 - p) / n) - 1 / (2 * n)),
  line("share agresti-coull", mid - z * sqrt(mid * (1 - mid) / more)),
  line("share jeffreys", qbeta(0.025, x + 0.5, n - x + 0.5)),
  line("share clopper-pearson", binom.test(x, n)$conf.int[1]),
  line("share wilson", prop.test(x, n, correct = FALSE)$conf.int[1]))

for (type in c(2, 5, 6, 7, 8)) {
  lines <- c(lines, line(paste("quartile", type), quantile(age, 0.75, type = type, names = FALSE)))
}
cat("{\n", paste(lines, collapse = ",\n"), "\n}\n", sep = "")
