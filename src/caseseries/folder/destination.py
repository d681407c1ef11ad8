"""The destination of a study's results: never in its own folder, and never where another's stand."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from caseseries.evidence.problem import Problem, Problems
from caseseries.folder.manifest import Owner, check_free


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the results of a study go, and the copy of them that may be released.

    `study` is the study's own folder, which is only read; `out` is the folder that is asked for, if any.
    """

    name: str
    title: str
    study: Path
    out: Path | str | None

    @property
    def owner(self) -> Owner:
        """Whose the results folder is."""
        return Owner(self.name, self.title)

    @property
    def owner_of_release(self) -> Owner:
        """Another than that of the results: neither is ever written into the folder of the other."""
        return Owner(self.name, f"{self.title} (released copy)")

    def results(self) -> Path:
        """`out`, or NAME-results where one is, else beside the study's own folder.

        Raises Problems where that folder belongs to somebody else, or lies in the study's own.
        """
        folder = Path(self.out) if self.out else Path(f"{self.name}-results")
        if not self.out and self._is_in_the_study(folder):
            folder = self.study.resolve().parent / folder
        if self._is_in_the_study(folder):
            found, mend = (
                "this lies in the folder of the study, which is only read",
                "Name a folder outside it.",
            )
            raise Problems([Problem(str(folder), found, mend)])
        check_free(folder, self.owner)
        return folder

    def release(self) -> Path:
        """Beside the results folder, NAME-release for NAME-results. Raises Problems as `results` does."""
        results = self.results()
        folder = results.with_name(f"{results.resolve().name.removesuffix('-results')}-release")
        check_free(folder, self.owner_of_release)
        return folder

    def _is_in_the_study(self, folder: Path) -> bool:
        return Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(self.study))
