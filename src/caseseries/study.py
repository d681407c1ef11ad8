"""A study: a protocol and its verbs, each of which hands on to the room that does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from caseseries.evidence.counting import so_many
from caseseries.evidence.pace import Tell, silent
from caseseries.evidence.problem import Problem, Problems, did_you_mean
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.reading import read_protocol

if TYPE_CHECKING:
    from caseseries.analysis.results import Result, Results
    from caseseries.cases.abstract import Abstracted
    from caseseries.cases.consistency.question import Question
    from caseseries.cases.screening import Screening
    from caseseries.cases.series import CaseSeries
    from caseseries.cohort.answers import Answer
    from caseseries.cohort.cohort import Cohort
    from caseseries.criteria.definition import Definition
    from caseseries.folder.destination import Destination
    from caseseries.literature.claims import Claim
    from caseseries.literature.cohorts import Published
    from caseseries.literature.ground import Ground
    from caseseries.literature.ledger import Ledger
    from caseseries.literature.papers import Papers
    from caseseries.literature.planning import Aim
    from caseseries.literature.set_aside import SetAside
    from caseseries.literature.verdicts import Verdict
    from caseseries.protocol.sentences import Section
    from caseseries.records.codebook import Codebook
    from caseseries.records.omop import Records
    from caseseries.records.survey import Survey
    from caseseries.report.finished import Finished

BUNDLED = Path(__file__).parent / "studies"
SHEET, CODEBOOK, ANSWERS = "patients.csv", "codebook.toml", "answers.csv"


@dataclass(frozen=True, slots=True, repr=False)
class Study:
    """A folder with a protocol: what was promised, and the verbs that keep it. The folder is only read."""

    name: str
    folder: Path
    protocol: Protocol

    def __repr__(self) -> str:
        promise = self.protocol
        counts = f"{len(promise.variables)} variables, {len(promise.analyses)} analyses"
        return f"Study {self.name}: {promise.title} (protocol {promise.version}; {counts})"

    def sentences(self) -> tuple[Section, ...]:
        """The promise read back as the sentences of a methods section."""
        from caseseries.protocol.sentences import sentences

        return sentences(self.protocol)

    def read_cases(self, sheet: Path | str | None = None) -> CaseSeries:
        """The cases typed into a sheet: `sheet`, or `patients.csv` in the study's folder. Raises Problems."""
        from caseseries.cases.derived import with_derived
        from caseseries.cases.sheet import read_sheet

        cases = read_sheet(Path(sheet) if sheet else self.folder / SHEET, self.protocol)
        return with_derived(cases, self.protocol.derived)

    @property
    def has_no_sheet_yet(self) -> bool:
        """Whether nobody has filled in a sheet, not even one that is still a workbook."""
        from caseseries.cases.grid import saved_otherwise

        sheet = self.folder / SHEET
        return not sheet.exists() and saved_otherwise(sheet) is None

    # ---- From a hospital's records ----

    def codebook(self, path: Path | str | None = None) -> Codebook:
        """By which codes the records tell each finding: `path`, the study's codebook.toml, or the default."""
        from caseseries.records.codebook_reading import read_codebook

        own = self.folder / CODEBOOK
        return read_codebook(Path(path) if path else own if own.exists() else None)

    def check_records(self, codebook: Codebook | None = None) -> None:
        """Nothing, where records can be asked all that is promised. Raises Problems, naming what they cannot.

        So a slip is told before a hospital is at hand: no row is read.
        """
        from caseseries.cohort.served import served

        served(self.protocol, self._definitions(), codebook or self.codebook())

    def answers(self, path: Path | str | None = None) -> tuple[Answer, ...]:
        """What reviewers answered: `path`, or the study's answers.csv; none without one. Raises Problems."""
        from caseseries.cohort.answers import read_answers
        from caseseries.cohort.questions import questions_of

        own = self.folder / ANSWERS
        if not path and not own.exists():
            return ()
        asked = questions_of(self.protocol, tuple(self._definitions().values()))
        return read_answers(Path(path) if path else own, asked, self.protocol.digest)

    def screen(
        self,
        records: Records,
        answers: Iterable[Answer] = (),
        codebook: Codebook | None = None,
        tell: Tell = silent,
        costed: bool = True,
    ) -> Cohort:
        """Everyone in the records who reaches a named step, step by step, inside the database.

        `costed`: count what a review of each reach would cost, in one more pass. Raises Problems.
        """
        from caseseries.cohort.screen import screen
        from caseseries.records.naming import give_concepts
        from caseseries.records.resolving import resolve

        book = codebook or self.codebook()
        tell("looking the codebook up")
        resolved = give_concepts(records, resolve(book, records))
        return screen(records, self.protocol, self._definitions(), book, resolved, answers, tell, costed)

    def abstract(self, cohort: Cohort, codebook: Codebook | None = None, tell: Tell = silent) -> Abstracted:
        """The cohort as a case series, and beside it those who met the criteria and went no further."""
        from caseseries.cases.abstract import abstract
        from caseseries.cases.derived import with_derived

        book = codebook or self.codebook()
        found = abstract(cohort, self.protocol, self._definitions(), book, tell)
        return replace(found, cases=with_derived(found.cases, self.protocol.derived))

    def keep(self, cohort: Cohort, out: Path | str | None = None) -> Path:
        """Write what a screening found into the results folder, and return the folder. Raises Problems."""
        return self.write_files(self.files_of(cohort), out, of_records=True)

    def write_files(
        self,
        files: Mapping[str, str | bytes],
        out: Path | str | None = None,
        beside: bool = False,
        of_records: bool = False,
    ) -> Path:
        """Write files into the results folder, and return the folder. Raises Problems.

        They stand in the place of what an earlier run left there, or `beside` it. What is `of_records` marks
        the folder as identified.
        """
        from caseseries.folder.writing import write
        from caseseries.report.provenance import IDENTIFIED

        to = self._to(out)
        folder = to.results()
        made = {"protocol": {"sha256": self.protocol.digest}, **(IDENTIFIED if of_records else {})}
        write(folder, to.owner, files, made, beside)
        return folder

    def files_of(self, cohort: Cohort) -> dict[str, bytes]:
        """A cohort as files: Parquet, attrition.json, verdicts.csv, questions.csv, the SQL of every query."""
        from caseseries.cohort.keeping import files_of

        return files_of(cohort, self.name, self.protocol.digest)

    def files_of_cases(self, cases: CaseSeries, beside: CaseSeries) -> dict[str, bytes]:
        """A case series as files: cases.csv to open, and Parquet with the place that each cell came from.

        `beside`, who came to its last step and was not taken, stands in beside.csv and a folder of its own.
        """
        from caseseries.cases.keeping import BESIDE, files_of_cases

        return {**files_of_cases(cases), **files_of_cases(beside, BESIDE)}

    def finish_cohort(
        self, cohort: Cohort, codebook: Codebook | None = None, tell: Tell = silent
    ) -> Finished:
        """The run from a cohort: abstracted, analysed, and with how its patients were found."""
        from caseseries.cases.screened import screening_of

        book = codebook or self.codebook()
        tell(f"abstracting {so_many(cohort.patients.height, 'chart')}")
        found = self.abstract(cohort, book, tell)
        screening = screening_of(cohort, found, self.protocol, self._definitions(), book)
        return self.run(found.cases, tell, screening)

    def survey(self, records: Records, codebook: Codebook | None = None) -> Survey:
        """What the records tell of everything that this study asks of them, and what they do not."""
        from caseseries.cohort.known import asked_of, drugs_of, flags_of
        from caseseries.cohort.meaning import meanings
        from caseseries.records.admissions import admissions_told
        from caseseries.records.codebook import CONTACT
        from caseseries.records.naming import give_concepts
        from caseseries.records.resolving import resolve
        from caseseries.records.strangers import note_on_strangers
        from caseseries.records.survey import survey

        book = codebook or self.codebook()
        definitions = tuple(self._definitions().values())
        resolved = give_concepts(records, resolve(book, records))
        # That somebody was seen, almost every row says.
        asked = [one for one in asked_of(self.protocol, definitions) if one != CONTACT]
        asked += [*flags_of(definitions, book), *drugs_of(self.protocol, book)]
        found = survey(records, book, resolved, asked, meanings(definitions))
        told = note_on_strangers(records)
        if self.protocol.setting is not None:
            admitted = self.protocol.setting.admitted
            told = (*admissions_told(records, book, admitted.first, admitted.to), *told)
        return replace(found, unseen=(*told, *found.unseen))

    def _definitions(self) -> dict[str, Definition]:
        from caseseries.criteria.shelf import open_definition

        return {name: open_definition(name, self.folder) for name in self.protocol.criteria}

    # ---- From cases to results ----

    def questions(self, cases: CaseSeries) -> tuple[Question, ...]:
        """What cannot be true together in these cases or is improbable, the least probable first."""
        from caseseries.cases.consistency.counts import Countable
        from caseseries.cases.consistency.questions import questions
        from caseseries.criteria.totals import totals

        criteria = {
            name: Countable(one.title, one.need, totals(one)) for name, one in self._definitions().items()
        }
        return questions(cases, self.protocol, criteria)

    def analyse(self, cases: CaseSeries, tell: Tell = silent, screening: Screening | None = None) -> Results:
        """Every promised analysis; `tell` hears the name of each as it begins.

        With the `screening` that found the cases, what it counted stands beside the promised, and what
        published cohorts say where the study names any. Raises Problems where these cannot be read.
        """
        _expect_cases(cases, "analyse takes cases: study.analyse(study.read_cases())")
        return self._ground(cases).results(tell, screening)

    def run(self, cases: CaseSeries, tell: Tell = silent, screening: Screening | None = None) -> Finished:
        """`analyse` and `finish` in one, with every file read once. Raises Problems."""
        _expect_cases(cases, "run takes the cases: study.run(study.read_cases())")
        ground = self._ground(cases)
        return self._finished(ground, ground.results(tell, screening), screening)

    def _ground(self, cases: CaseSeries) -> Ground:
        from caseseries.literature.ground import ground_of

        return ground_of(cases, self._papers)

    # ---- Beside what is printed ----

    @property
    def _papers(self) -> Papers:
        from caseseries.literature.papers import Papers

        return Papers(self.name, self.folder, self.protocol)

    def cohorts(self) -> tuple[Published, ...]:
        """The published cohorts of cohorts.toml; none without one. Raises Problems."""
        return self._papers.cohorts()

    def pool(self, cases: CaseSeries | None = None) -> Result:
        """What published cohorts say together, and beside them these cases or their own publication.

        Raises Problems where there is no cohorts.toml, or it cannot be read.
        """
        from caseseries.literature.pool import pool

        published = self._papers.some_cohorts()
        own = next((one for one in published if one.present), None)
        present = own if cases is None else self._ground(cases).present
        return pool(published, present, self.protocol.conventions.level)

    def pool_files(self, pooled: Result, cases: CaseSeries | None = None) -> dict[str, str]:
        """A pool as files: pool.html, its figure and its tables."""
        from caseseries.report.pool_page import pool_files

        return pool_files(self.protocol, self.cohorts_beside(cases), pooled, cases)

    def plan(self, aim: Aim, cases: CaseSeries | None = None) -> Result:
        """How many patients a next study needs, and what the pool becomes with them. Raises Problems."""
        from caseseries.literature.planning import plan

        self._papers.some_cohorts()
        return plan(self.cohorts_beside(cases), aim, self.protocol.conventions.level)

    def cohorts_beside(self, cases: CaseSeries | None = None) -> tuple[Published, ...]:
        """The published cohorts, and these cases as one of them. Raises Problems."""
        return self.cohorts() if cases is None else self._ground(cases).beside

    def claims(self) -> tuple[Claim, ...]:
        """The printed numbers that the study is held against; none without a claims.toml. Raises Problems."""
        return self._papers.claims()

    def set_aside(self) -> tuple[SetAside, ...]:
        """What the same text prints that is no claim; none without a not-claims.csv. Raises Problems."""
        return self._papers.set_aside()

    def verdicts(self, results: Results, cases: CaseSeries) -> tuple[tuple[Verdict, ...], ...]:
        """The claims of claims.toml, held against the results and the cases; none where there is no file."""
        papers = self._papers
        return papers.verdicts(papers.claims(), results, cases, papers.cohorts())

    def ledger(self, tell: Tell = silent) -> Ledger:
        """The verdicts on every claim, from the study's own sheet, and what would explain the contradictions.

        Raises Problems, also without a claim.
        """
        from caseseries.literature.examination import examined

        claims, cases = self._papers.some_claims(), self.read_cases()
        ground = self._ground(cases)
        results = ground.results(tell, None)
        verdicts = self._papers.verdicts(claims, results, cases, ground.published)
        tell("what would explain the contradictions")
        return examined(verdicts, results, cases, self.protocol)

    # ---- On paper ----

    def finish(self, results: Results, cases: CaseSeries) -> Finished:
        """The run as a whole: with the printed numbers held against the results, and the open questions.

        What a paper printed of its own patients is held against none but a sheet's.
        """
        _expect_cases(cases, "report takes the results, then the cases: study.report(results, cases)")
        return self._finished(self._ground(cases), results, None)

    def _finished(self, ground: Ground, results: Results, screening: Screening | None) -> Finished:
        from caseseries.report.finished import Finished

        papers, cases = self._papers, ground.cases
        claims = () if cases.from_records else papers.claims()
        return Finished(
            self.protocol,
            ground.first,
            results,
            papers.verdicts(claims, results, cases, ground.published),
            self.questions(cases),
            papers.claims_source(claims) if claims else None,
            screening,
            ground.beside,
        )

    def write(
        self,
        run: Finished,
        out: Path | str | None = None,
        tell: Tell = silent,
        beside: Mapping[str, bytes] | None = None,
    ) -> Path:
        """Write the results folder (see `results_folder`): report.html, results.json, tables, figures.

        `beside` are further files, such as those of a cohort. What a ledger in the folder explained of the
        same contradictions is told again, and kept. Returns the folder. Raises Problems where it belongs to
        another study or cannot be written.
        """
        from caseseries.folder.finished import write_run

        return write_run(run, self._to(out), tell, beside or {})

    def release(
        self,
        run: Finished,
        out: Path | str | None = None,
        smallest: int = 5,
        with_patients: bool = False,
    ) -> Path:
        """Write the copy of a run that may leave the hospital (see `release_folder`), by the rule it states.

        Counts of patients from 1 to `smallest` - 1 are not shown; `with_patients` adds a line a patient,
        under pseudonyms. Returns the folder. Raises Problems where the run is not of records,
        where `smallest` is below 3, and as `write` does.
        """
        from caseseries.folder.finished import write_release

        return write_release(run, self._to(out), smallest, with_patients)

    def release_folder(self, out: Path | str | None = None) -> Path:
        """Where the released copy goes: beside the results folder of `out`, NAME-release for NAME-results.

        Raises Problems as `results_folder` does.
        """
        return self._to(out).release()

    def report(self, results: Results, cases: CaseSeries, out: Path | str | None = None) -> Path:
        """Finish the run and write its folder, with report.html. Raises Problems as `write` does."""
        return self.write(self.finish(results, cases), out)

    def results_folder(self, out: Path | str | None = None) -> Path:
        """Where the results go: `out`, or NAME-results where one is, else beside the study's own folder.

        Raises Problems where that folder belongs to somebody else, or lies in the study's own.
        """
        return self._to(out).results()

    def _to(self, out: Path | str | None) -> Destination:
        from caseseries.folder.destination import Destination

        return Destination(self.name, self.protocol.title, self.folder, out)


def _expect_cases(cases: object, how: str) -> None:
    """A kind word for who hands on something else than cases."""
    from caseseries.cases.series import CaseSeries

    if not isinstance(cases, CaseSeries):
        raise TypeError(how)


def open_study(name: Path | str) -> Study:
    """The study in a folder, or the bundled one of that name. Raises Problems, naming every slip."""
    folder = Path(name)
    try:
        is_study = (folder / "protocol.toml").exists()
    except OSError as error:
        why = (error.strerror or "").lower()
        raise Problems([Problem(str(name), f"it cannot be read ({why})", "Check the path.")]) from None
    if not is_study:
        bundled = bundled_studies()
        if str(name) in bundled:
            folder = BUNDLED / str(name)
        elif folder.is_dir():
            raise Problems(
                [
                    Problem(
                        str(name),
                        "there is no protocol.toml in this folder",
                        "Write the promise there first.",
                    )
                ]
            )
        else:
            found = "there is neither a folder nor a bundled study of this name"
            raise Problems([Problem(str(name), found, did_you_mean(str(name), bundled))])
    return Study(folder.resolve().name, folder, read_protocol(folder / "protocol.toml"))


def bundled_studies() -> tuple[str, ...]:
    """The names of the studies that travel with the package."""
    return tuple(sorted(path.parent.name for path in BUNDLED.glob("*/protocol.toml")))
