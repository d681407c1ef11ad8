"""Papers: what a study's folder holds of what is printed, of its own patients and of those of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from caseseries.cases.series import CaseSeries, Source
from caseseries.evidence.problem import Problem, Problems
from caseseries.literature.claims import Claim, claims_source, read_claims
from caseseries.literature.cohorts import Published, cohorts_source, counts_printed, read_cohorts
from caseseries.literature.set_aside import SetAside, read_set_aside
from caseseries.protocol.protocol import Protocol

if TYPE_CHECKING:
    from caseseries.analysis.results import Results
    from caseseries.literature.verdicts import Verdict

CLAIMS, COHORTS, SET_ASIDE = "claims.toml", "cohorts.toml", "not-claims.csv"


@dataclass(frozen=True, slots=True)
class Papers:
    """The files beside a protocol in which stands what is printed. A study need not have any of them.

    Each verb reads its file anew, and raises Problems where it cannot be read.
    """

    study: str
    folder: Path
    protocol: Protocol

    def claims(self) -> tuple[Claim, ...]:
        """The printed numbers that the study is held against; none without a claims.toml."""
        with _of_a_paper():
            return read_claims(self.folder / CLAIMS)

    def some_claims(self) -> tuple[Claim, ...]:
        """The claims of a study that must have them. Raises Problems also without a claims.toml."""
        file = self.folder / CLAIMS
        if not file.exists():
            found, mend = "there is no such file, and so nothing to hold", "Write it: see docs/claims.md."
            raise Problems([Problem(str(file), found, mend)])
        return self.claims()

    def claims_source(self, claims: Sequence[Claim]) -> Source | None:
        """The file from which these claims were read, with its digest; None where there is none."""
        return claims_source(self.folder / CLAIMS, claims)

    def set_aside(self) -> tuple[SetAside, ...]:
        """What the same text prints that is no claim; none without a not-claims.csv."""
        return read_set_aside(self.folder / SET_ASIDE)

    def cohorts(self) -> tuple[Published, ...]:
        """The published cohorts of cohorts.toml; none without one."""
        return read_cohorts(self.folder / COHORTS, self.protocol.levels)

    def some_cohorts(self) -> tuple[Published, ...]:
        """The published cohorts of a study that must have them. Raises Problems also without any."""
        published = self.cohorts()
        if not published:
            found = "there is no cohort to pool"
            mend = f"Write an entry for each published cohort into {COHORTS}; docs/pooling.md says how."
            raise Problems([Problem(f"{self.study}, {COHORTS}", found, mend)])
        return published

    def cohorts_source(self, published: Sequence[Published]) -> Source | None:
        """The file from which these cohorts were read, with its digest; None where there is none."""
        return cohorts_source(self.folder / COHORTS, published)

    def verdicts(
        self, claims: Sequence[Claim], results: Results, cases: CaseSeries, published: Sequence[Published]
    ) -> tuple[tuple[Verdict, ...], ...]:
        """These claims held against the results, the cases and what is printed of the published cohorts."""
        from caseseries.literature.verdicts import check

        with _of_a_paper():
            return check(claims, results, cases, counts_printed(published))


@contextmanager
def _of_a_paper() -> Iterator[None]:
    """Tell at the end of what is wrong with the claims that a study need not have any."""
    try:
        yield
    except Problems as told:
        *others, last = told.problems
        mend = f"{last.mend}\nOr delete {CLAIMS} if this study follows no paper."
        raise Problems([*others, replace(last, mend=mend)]) from None
