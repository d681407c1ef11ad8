# Contrasts of 2 x 2 tables, exact tests of larger ones, and standardised differences. Rscript tables.R
# What R has no package for (Miettinen-Nurminen, Koopman, Barnard, Boschloo) and what epitools solves loosely
# (mid-p limits) stands in unconditional.py.
library(jsonlite)
library(epitools)
source("founding.R")

level <- 0.95
z <- qnorm(1 - (1 - level) / 2)
wilson <- function(x, n) suppressWarnings(prop.test(x, n, conf.level = level, correct = FALSE)$conf.int)

contrasts <- function(a, b, c, d) {
  counts <- rbind(c(a, b), c(c, d))
  n1 <- a + b
  n2 <- c + d
  p1 <- a / n1
  p2 <- c / n2
  first <- wilson(a, n1)
  second <- wilson(c, n2)
  m1 <- (a + 1) / (n1 + 2)
  m2 <- (c + 1) / (n2 + 2)
  reach <- z * sqrt(m1 * (1 - m1) / (n1 + 2) + m2 * (1 - m2) / (n2 + 2))
  answer <- list(
    counts = counts, difference = unbox(p1 - p2),
    Newcombe = c(p1 - p2 - sqrt((p1 - first[1])^2 + (second[2] - p2)^2),
                 p1 - p2 + sqrt((first[2] - p1)^2 + (p2 - second[1])^2)),
    "Agresti-Caffo" = c(max(-1, m1 - m2 - reach), min(1, m1 - m2 + reach))
  )
  if (a + c > 0 && b + d > 0) {
    # Every table with these margins, those less probable, and half of those as probable.
    chance <- dhyper(max(0, a + c - n2):min(n1, a + c), n1, n2, a + c)
    seen <- dhyper(a, n1, n2, a + c)
    tied <- abs(chance - seen) <= 1e-7 * seen
    answer$fisher_mid_p <- unbox(sum(chance[chance < seen & !tied]) + sum(chance[tied]) / 2)
  }
  if (p1 * p2 * (1 - p1) * (1 - p2) > 0) {
    # epitools reads the group compared with, and those without the event, first.
    # Its chi-square, for which it warns, is not used.
    read <- function(ratio) suppressWarnings(unname(ratio(counts, rev = "both", conf.level = level)$measure[2, ]))
    answer$Katz <- read(riskratio.wald)
    answer$Wald <- read(oddsratio.wald)
    answer$mid_p_loose <- or.midp(counts, conf.level = level)$conf.int
    answer$mid_p_of_one <- unbox(ormidp.test(a, b, c, d)$two.sided)
  }
  answer
}
by <- function(group, event) {
  counts <- table(group, event)
  contrasts(counts[2, 2], counts[2, 1], counts[1, 2], counts[1, 1])
}

exact <- function(counts) {
  counts <- unname(unclass(as.matrix(counts)))
  attributes(counts) <- list(dim = dim(counts))
  list(counts = counts, p = unbox(fisher.test(counts, workspace = 2e7)$p.value))
}

apart <- function(x, y) {
  x <- x[!is.na(x)]
  y <- y[!is.na(y)]
  list(x = sprintf("%.17g", x), y = sprintf("%.17g", y), smd = unbox((mean(x) - mean(y)) / sqrt((var(x) + var(y)) / 2)))
}
apart_shares <- function(a, b, c, d) {
  p1 <- a / (a + b)
  p2 <- c / (c + d)
  list(counts = rbind(c(a, b), c(c, d)), smd = unbox((p1 - p2) / sqrt((p1 * (1 - p1) + p2 * (1 - p2)) / 2)))
}
lung <- survival::lung
colon <- survival::colon[survival::colon$etype == 2, ]
pbc <- survival::pbc
causes <- with(founding, ifelse(malignancy == 1, 1, ifelse(rheumatologic == 1, 2, 3)))

keep("tables.R", list(
  contrasts = list(
    "founding series, survival by rheumatologic cause" = contrasts(3, 1, 2, 10),
    "founding series, death by malignancy" = by(founding$malignancy, founding$died),
    "lung, death by sex" = by(lung$sex, lung$status),
    "colon, death by levamisole and fluorouracil" = by(colon$rx == "Lev+5FU", colon$status),
    "pbc, death by oedema" = by(pbc$edema > 0, pbc$status == 2),
    "infertility by spontaneous abortion" = by(infert$spontaneous > 0, infert$case),
    "nobody in one group" = contrasts(4, 0, 3, 9),
    "nobody in either" = contrasts(0, 9, 0, 7),
    "all against none" = contrasts(4, 0, 0, 12),
    "no difference" = contrasts(4, 4, 6, 6),
    "Newcombe a" = contrasts(56, 14, 48, 32),
    "Newcombe e" = contrasts(5, 51, 0, 29),
    "Newcombe h" = contrasts(10, 0, 0, 10),
    "two tables as probable" = contrasts(2, 36, 8, 30),
    "rare event" = contrasts(1, 1999, 9, 2991)
  ),
  exact = list(
    "founding series, survival by rheumatologic cause" = exact(rbind(c(3, 1), c(2, 10))),
    "founding series, survival by three causes" = exact(table(causes, founding$died)),
    "infertility by education" = exact(table(infert$education, infert$case)),
    "cars, gears by cylinders" = exact(table(mtcars$cyl, mtcars$gear)),
    "cars, carburettors by cylinders" = exact(table(mtcars$cyl, mtcars$carb)),
    "lung, ECOG by death" = exact(table(lung$ph.ecog, lung$status)),
    "pbc, stage by oedema" = exact(table(pbc$stage, pbc$edema)),
    "three by three" = exact(rbind(c(3, 5, 7), c(8, 1, 2), c(4, 4, 9))),
    "ties in plenty" = exact(rbind(c(2, 1, 1), c(1, 2, 1), c(1, 1, 2))),
    "no less probable" = exact(rbind(c(2, 2, 2), c(2, 2, 2))),
    "diagonal" = exact(diag(4) * 2),
    "two rows, six columns" = exact(rbind(c(8, 1, 0, 3, 2, 2), c(1, 6, 4, 1, 0, 5))),
    "job satisfaction" = exact(rbind(c(1, 2, 1, 0), c(3, 3, 6, 1), c(10, 10, 14, 9), c(6, 7, 12, 11)))
  ),
  apart = list(
    "founding series, age by survival" = apart(founding$age[survived], founding$age[!survived]),
    "founding series, ferritin by rheumatologic cause" = apart(founding$ferritin[rheumatologic], founding$ferritin[!rheumatologic]),
    "lung, age by sex" = apart(lung$age[lung$sex == 1], lung$age[lung$sex == 2]),
    "pbc, cholesterol by treatment" = apart(pbc$chol[which(pbc$trt == 1)], pbc$chol[which(pbc$trt == 2)]),
    "one group without spread" = apart(c(1, 2, 4), c(3, 3)),
    "the same" = apart(c(1, 2, 4), c(1, 2, 4))
  ),
  apart_shares = list(
    "founding series, survival by rheumatologic cause" = apart_shares(3, 1, 2, 10),
    "none in one group" = apart_shares(4, 0, 3, 9),
    "pbc, women by treatment" = apart_shares(137, 21, 139, 15),
    "the same" = apart_shares(3, 6, 2, 4)
  )
), c("epitools", "survival", "jsonlite"))
