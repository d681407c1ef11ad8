"""The rows of the table: what was compared, and what is not to be had here."""

from __future__ import annotations

LIBRARIES = ("lifelines", "statsmodels", "scikit-survival", "tableone", "SciPy", "R")

ROWS = {
    "quartiles": "Median and quartiles, type 7",
    "mann-whitney": "Mann-Whitney, asymptotic, tie- and continuity-corrected",
    "mann-whitney-exact": "Mann-Whitney, exact with ties",
    "kruskal-wallis": "Kruskal-Wallis, tie-corrected",
    "hodges-lehmann": "Hodges-Lehmann shift, exact interval",
    "chi-square": "Chi-square, uncorrected",
    "chi-square-yates": "Chi-square, Yates",
    "chi-square-n-1": "Chi-square, n - 1",
    "fisher": "Fisher's exact test, p",
    "odds-conditional": "Conditional odds ratio, exact limits",
    "mid-p": "Mid-p: p and limits of the odds ratio",
    "odds-woolf": "Odds ratio ad/bc, Woolf limits",
    "barnard": "Barnard, pooled",
    "barnard-unpooled": "Barnard, unpooled",
    "boschloo": "Boschloo, two-sided by probability",
    "boschloo-doubled": "Boschloo, twice the one-sided",
    "freeman-halton": "Freeman-Halton, r x c",
    "newcombe": "Risk difference, Newcombe",
    "miettinen-nurminen": "Risk difference, Miettinen-Nurminen",
    "agresti-caffo": "Risk difference, Agresti-Caffo",
    "katz": "Risk ratio, Katz",
    "koopman": "Risk ratio, Koopman",
    "standardised": "Standardised difference",
    "kaplan-meier": "Kaplan-Meier",
    "limits-log-log": "its log-log limits",
    "limits-log": "its log limits",
    "limits-plain": "its plain limits",
    "median": "Median survival with its interval, log-log",
    "follow-up": "Median follow-up, reverse Kaplan-Meier",
    "rmst": "Restricted mean survival time",
    "rmst-difference": "its difference between groups",
    "log-rank": "Log-rank",
    "log-rank-stratified": "Log-rank, stratified",
    "harrington-early": "Fleming-Harrington G(1, 0)",
    "harrington-late": "Fleming-Harrington G(0, 1)",
    "log-rank-exact": "Log-rank, exact",
    "aalen-johansen": "Aalen-Johansen incidence",
    "aalen-johansen-error": "its standard error",
    "aalen-johansen-limits": "its log-log limits",
    "gray": "Gray's test",
    "fine-gray": "Fine-Gray",
    "cox-efron": "Cox, Efron's ties",
    "cox-breslow": "Cox, Breslow's ties",
    "cox-start-stop": "Cox, start and stop",
    "zph": "Proportional hazards (cox.zph)",
    "firth-cox": "Cox with Firth's penalty",
    "logistic": "Logistic regression",
    "firth-logistic": "Logistic with Firth's penalty",
    "holm": "Holm",
    "benjamini-hochberg": "Benjamini-Hochberg",
}

NOT_IN_DEBIAN = {
    "barnard": "Exact",
    "barnard-unpooled": "Exact",
    "boschloo": "Exact",
    "boschloo-doubled": "exact2x2",
    "newcombe": "DescTools",
    "miettinen-nurminen": "DescTools",
    "agresti-caffo": "DescTools",
    "koopman": "DescTools",
    "rmst-difference": "survRM2",
    "firth-cox": "coxphf",
    "firth-logistic": "logistf",
}
"""Packages of R that are said to give it, and could not be asked, as Debian has none of them."""

GIVEN_BY_NONE = {"firth-cox", "firth-logistic"}
"""Rows about which there is nobody here to ask."""

NEEDS = {
    "mann-whitney-exact": "coin",
    "chi-square-n-1": "coin",
    "log-rank-exact": "coin",
    "gray": "cmprsk",
    "fine-gray": "cmprsk",
    "mid-p": "epitools",
    "odds-woolf": "epitools",
    "katz": "epitools",
    "standardised": "metafor",
}
"""Packages of R, in Debian, without which a row cannot be asked."""
