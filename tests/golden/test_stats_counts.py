"""Tables of counts against R (counts.R), roots to 1e-25 (roots.py) and every deal made (deals.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from caseseries.stats.compare import chi_square, expected, fisher, smallest_expected
from caseseries.stats.permutation import entries_chi_square, permuted_entries
from caseseries.stats.proportions import proportion


def kept(name: str) -> Any:
    return json.loads(Path(__file__).with_name(name).read_text("utf-8"))


R: dict[str, Any] = kept("counts.json")["cases"]
SAMPLES: dict[str, Any] = kept("samples.json")["cases"]
ROOTS: dict[str, Any] = kept("roots.json")
DEALS: dict[str, Any] = kept("deals.json")["entries"]
CLOSE = 1e-12


@pytest.mark.parametrize("name", R)
def test_expected_counts(name: str) -> None:
    assert np.allclose(expected(R[name]["counts"]), R[name]["expected"], rtol=CLOSE, atol=0.0)
    assert smallest_expected(R[name]["counts"]) == pytest.approx(
        min(map(min, R[name]["expected"])), rel=CLOSE
    )


@pytest.mark.parametrize("name", R)
def test_chi_square_uncorrected_and_n_1(name: str) -> None:
    plain = chi_square(R[name]["counts"])
    assert (plain.value, plain.p) == pytest.approx(
        (R[name]["chi_square"], R[name]["p"]), rel=CLOSE, abs=1e-14
    )
    assert plain.method == f"Pearson chi-square, uncorrected, {R[name]['df']} df"
    n_1 = chi_square(R[name]["counts"], correction="n-1")
    assert (n_1.value, n_1.p) == pytest.approx((R[name]["n_1"], R[name]["n_1_p"]), rel=CLOSE, abs=1e-14)


@pytest.mark.parametrize("name", [name for name in R if "yates" in R[name]])
def test_chi_square_of_yates(name: str) -> None:
    found = chi_square(R[name]["counts"], correction="Yates")
    assert (found.value, found.p) == pytest.approx(
        (R[name]["yates"], R[name]["yates_p"]), rel=CLOSE, abs=1e-14
    )


@pytest.mark.parametrize("name", [name for name in R if "fisher_p" in R[name]])
def test_fisher_p(name: str) -> None:
    assert fisher(R[name]["counts"]).p == pytest.approx(R[name]["fisher_p"], rel=1e-11)


@pytest.mark.parametrize("root", ROOTS["odds_ratios"])
def test_fisher_odds_ratio_and_limits(root: Any) -> None:
    found = fisher(root["counts"], level=root["level"])
    for here, there in ((found.value, "odds_ratio"), (found.low, "low"), (found.high, "high")):
        assert here is root[there] or here == pytest.approx(root[there], rel=1e-11)


@pytest.mark.parametrize("share", SAMPLES["proportions"])
def test_clopper_pearson_and_wilson(share: Any) -> None:
    exact = proportion(share["events"], share["n"], level=share["level"])
    assert [exact.low, exact.high] == pytest.approx(share["Clopper-Pearson"], rel=CLOSE, abs=1e-14)
    score = proportion(share["events"], share["n"], level=share["level"], interval="Wilson")
    assert [score.low, score.high] == pytest.approx(share["Wilson"], rel=CLOSE, abs=1e-14)


@pytest.mark.parametrize("share", ROOTS["mid_p"])
def test_mid_p(share: Any) -> None:
    found = proportion(share["events"], share["n"], level=share["level"], interval="mid-p")
    assert [found.low, found.high] == pytest.approx([share["low"], share["high"]], rel=CLOSE)


@pytest.mark.parametrize("name", DEALS)
def test_permuted_entries_is_every_deal_counted(name: str) -> None:
    found = permuted_entries(DEALS[name]["membership"], DEALS[name]["group"], seed=1)
    assert found.value == pytest.approx(DEALS[name]["chi_square"], rel=CLOSE)
    assert found.p == pytest.approx(DEALS[name]["as_great"] / DEALS[name]["deals"], rel=1e-15)
    assert f"exact over all {DEALS[name]['deals']:,} deals" in found.method


def test_printed_p_of_the_founding_paper() -> None:
    """Printed: 0.0293 for rheumatologic causes against the others, 0.00652 over the entries of five."""
    assert chi_square([[3, 1], [2, 10]]).p == pytest.approx(0.0293, abs=0.00005)
    five = DEALS["founding series, five causes"]
    assert entries_chi_square(five["membership"], five["group"]).p == pytest.approx(0.00652, abs=0.000005)
