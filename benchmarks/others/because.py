"""Why some libraries do not agree with us, as far as it was found out, and who is right."""

from __future__ import annotations

BECAUSE = {
    ("mann-whitney", "tableone"): (
        "tableone gives the Kruskal-Wallis p instead, which has no continuity correction: to 1e-13 it is "
        "SciPy's `mannwhitneyu(use_continuity=False)`."
    ),
    ("mann-whitney-exact", "SciPy"): (
        'SciPy\'s `method="exact"` takes the distribution without ties, and does not say so where there '
        "are some. Its `PermutationMethod` deals the ranks with their ties, as we and coin do, and "
        "doubles the smaller tail, where we and coin count both by their distance from the mean: two "
        "definitions, both right, the same without ties."
    ),
    ("hodges-lehmann", "R"): (
        "with ties, or when it is not exact, `wilcox.test` solves for the shift at which the normal "
        "statistic is 0, which is not the median of all pairwise differences; coin lists these, as we do."
    ),
    ("odds-conditional", "R"): (
        "`fisher.test` solves loosely. On the founding table it prints an upper limit of 856.20; the "
        "equation's root, as we and SciPy have it, is 862.98."
    ),
    ("mid-p", "R"): (
        "epitools searches as loosely: an upper limit of 426.17 on the founding table, where the root is "
        "428.06; and it fails where a cell is empty. Ours are held to the roots in 60-digit decimals."
    ),
    ("freeman-halton", "SciPy"): (
        "SciPy draws 9,999 tables, so that its least p is 0.0001; R and we go through all of them."
    ),
    ("miettinen-nurminen", "statsmodels"): (
        "statsmodels' score interval has a count where the group's size belongs (its issue 10269): it "
        "fails on the founding table, and errs elsewhere."
    ),
    ("katz", "statsmodels"): (
        "where nobody had the event it divides by 0; there is no interval then, and we say so."
    ),
    ("katz", "SciPy"): (
        "where nobody had the event it gives 0 as the lower limit and no upper one; we give neither."
    ),
    ("katz", "R"): ("as SciPy."),
    ("odds-woolf", "statsmodels"): (
        "as for the risk ratio: a lower limit of 0, and no upper one; we give neither."
    ),
    ("odds-woolf", "SciPy"): ("the same."),
    ("odds-woolf", "R"): ("the same."),
    ("standardised", "R"): ("metafor's `SMDH` is the same, multiplied by Hedges' factor for small samples."),
    ("limits-log-log", "lifelines"): (
        "once everybody has died, lifelines gives limits for a survival of 0; R and we give none."
    ),
    ("limits-log-log", "scikit-survival"): ("the same."),
    ("median", "lifelines"): (
        "where the curve rests on one half, lifelines takes the beginning of the rest, 1.5 months in the "
        "founding series; R and we take its middle, 1.65. On request we take the beginning too."
    ),
    ("median", "statsmodels"): ("statsmodels takes the end of that rest, 1.8 months."),
    ("aalen-johansen", "lifelines"): (
        "lifelines parts events that are tied by moving each at random, so that its answer hangs on a "
        "seed (here 0), and on who is then counted at risk. The others take ties as they are."
    ),
    ("aalen-johansen-error", "lifelines"): (
        "the same; and there is none at the last event, which all then at risk had."
    ),
    ("aalen-johansen-error", "statsmodels"): (
        "none at the last event, which all then at risk had; R and we have one."
    ),
    ("aalen-johansen-limits", "lifelines"): (
        "as its incidence; none at the last event, nor where there is no standard error."
    ),
    ("aalen-johansen-limits", "scikit-survival"): (
        "scikit-survival's variance is Aalen's, which divides by one less than those at risk, and matters "
        "where few are left; R's and ours is the jackknife's. Before the first event it gives limits of 0, "
        "where R and we give none."
    ),
    ("cox-efron", "lifelines"): (
        "lifelines stops its search early unless told otherwise: `precision=1e-12, r_precision=1e-14` "
        "mends it."
    ),
    ("cox-efron", "statsmodels"): (
        "on pbc statsmodels' Newton steps, which are not shortened, run off to what is no number; "
        '`fit(method="bfgs")` arrives.'
    ),
    ("cox-breslow", "statsmodels"): ("the same."),
    ("cox-start-stop", "statsmodels"): (
        "statsmodels counts who enters at the time of an event as at risk at it. With each entry a "
        "millionth later it says what R, lifelines and we say."
    ),
    ("zph", "lifelines"): (
        "lifelines gives the older approximation, which takes the variance to be the same at all events; "
        "R since survival 3.0, and we, give the exact score test."
    ),
    ("logistic", "R"): (
        "`glm` stops at a relative change of 1e-8 in the deviance, which leaves its errors short of the "
        "end; `glm.control(epsilon = 1e-15)` arrives at ours."
    ),
    ("rmst", "lifelines"): (
        "the mean alone: what `return_variance` gives is the variance of the time lived, and not that of "
        "its mean."
    ),
}
"""By row and library."""
