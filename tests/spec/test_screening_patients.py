"""Screening, from stays to patients, as docs/screening.md has it: the same for every engine that screens.

A line is a patient, with one stay of days 1 to 20 where no other is written. Day 1 is 3 February 2014.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.referee.engines import ENGINES
from tests.referee.making import day, hospital, number_of, protocol, visit
from tests.referee.tables import Engine, counted, lines, promise, screened

from caseseries.records.codebook import Silence
from caseseries.records.codebook_reading import read_codebook

pytestmark = pytest.mark.parametrize("engine", ENGINES)
ONE = counted(1, "ferritin")
TWO = counted(2, "fever", "ferritin")


def step(kind: str, asked: str, unknown: str) -> str:
    """A step that keeps or drops."""
    return f'\n[[eligibility]]\n{kind} = "those"\n{asked}\nif_unknown = "{unknown}"\n'


# ---- Stays ----


def test_moves_from_house_to_house_are_one_stay(engine: Engine) -> None:
    """A stay has the id of its first visit. A visit is written as `id: first day to last day`."""
    table = """
        what                     | transfers | visits                            | stays
        a day between them       | 1 day     | 5: 1 to 4; 6: 5 to 9              | 5: 1 to 9
        the same day             | 1 day     | 5: 1 to 4; 6: 4 to 9              | 5: 1 to 9
        two days                 | 1 day     | 5: 1 to 4; 6: 6 to 9              | 5: 1 to 4; 6: 6 to 9
        two are allowed          | 2 days    | 5: 1 to 4; 6: 6 to 9              | 5: 1 to 9
        one is not               | 12 hours  | 5: 1 to 4; 6: 5 to 9              | 5: 1 to 4; 6: 5 to 9
        the same day is          | 12 hours  | 5: 1 to 4; 6: 4 to 9              | 5: 1 to 9
        from the latest end      | 1 day     | 5: 1 to 9; 6: 2 to 3; 7: 10 to 12 | 5: 1 to 12
        in order of their starts | 1 day     | 7: 5 to 9; 5: 1 to 4              | 5: 1 to 9
        then of their ends       | 1 day     | 5: 1 to 9; 7: 1 to 4              | 7: 1 to 9
        then of their ids        | 1 day     | 5: 1 to 4; -7: 1 to 4             | -7: 1 to 4
        without an end           | 1 day     | 5: 1 to ?; 6: 3 to 4              | 5: 1 to 1; 6: 3 to 4
        without one, then a move | 1 day     | 5: 1 to ?; 6: 2 to 4              | 5: 1 to 4
        ends before it starts    | 1 day     | 5: 4 to 1; 6: 3 to 4              | 6: 3 to 4
        begins before the study  | 1 day     | 5: 0 to 4; 6: 5 to 9; 7: 20 to 21 | 7: 20 to 21
        on its last day          | 1 day     | 5: 100 to 200; 6: 202 to 203      | 5: 100 to 200
        """
    for line in lines(table):
        rows = []
        for told in line["visits"].split("; "):
            number, _, days = told.partition(": ")
            start, _, end = days.partition(" to ")
            rows.append(
                ("visit_occurrence", visit(int(number), 1, int(start), None if end == "?" else int(end)))
            )
        told_promise = protocol(promise(ONE, stay=f'transfers = "{line["transfers"]}"'))
        whole = engine(hospital(rows), told_promise, read_codebook(), [])
        found = [f"{one.stay_id}: {number_of(one.start)} to {number_of(one.end)}" for one in whole.stays]
        assert "; ".join(found) == line["stays"], line


def test_only_inpatients_have_stays(engine: Engine) -> None:
    visits = [(1, 9201), (2, 262), (3, 8717), (4, 9202), (5, 9203)]
    rows = [("visit_occurrence", visit(person, person, 1, 9, concept)) for person, concept in visits]
    whole = engine(hospital(rows), protocol(promise(ONE)), read_codebook(), [])
    assert [one.person for one in whole.stays] == [1, 2, 3]


def test_visits_that_cannot_be_are_counted(engine: Engine) -> None:
    rows = [("visit_occurrence", visit(1, 1, 4, 1)), ("visit_occurrence", visit(2, 1, 3, None))]
    whole = engine(hospital(rows), protocol(promise(ONE)), read_codebook(), [])
    assert whole.visits == {("visit", "ends before it starts"): 1, ("visit", "no end"): 1}


# ---- The studied stay ----


def test_the_first_stay_that_meets_is_studied(engine: Engine) -> None:
    """Else the first that is open, else the first of the rest. Later ones that meet are further episodes."""
    screened(
        engine,
        promise(ONE),
        """
        what                 | stays                    | ferritin, ng/mL         | studied | further
        the first            | 1 to 5; 9 to 9           | 2: 900; 9: 900          | 1       | 1
        the second           | 1 to 5; 9 to 9           | 2: 9; 9: 900            | 9       | 0
        the first is open    | 1 to 5; 9 to 9           | 9: 900                  | 9       | 0
        the second is open   | 1 to 5; 9 to 9           | 1: 9                    | 9       | 0
        neither              | 1 to 5; 9 to 9           | 1: 9; 9: 9              | 1       | 0
        two further ones     | 1 to 5; 9 to 9; 20 to 25 | 1: 900; 9: 900; 21: 900 | 1       | 2
        one, and one is open | 1 to 5; 9 to 9; 20 to 25 | 1: 900; 21: 900         | 1       | 1
        """,
    )


def test_nobody_is_lost_before_their_rows_are_read(engine: Engine) -> None:
    """Who needs a second look is found by a first one, which lets pass whatever it cannot tell."""
    screened(
        engine,
        promise(counted(2, "fever", "ferritin", "platelets", "neutrophils", "hemophagocytosis"), within=0),
        """
        what               | temp          | ferritin           | platelets  | hemophagocytosis | fate
        at their limits    | 1: 38.5 C     | 1: 500 ng/mL       |            |                  | in
        in other units     | 1: 101.3 F    | 1: 500 ug/L        |            |                  | in
        below a limit      |               | 1: 501 ng/mL       | 1: 99 K/uL |                  | in
        a unit by value    | 1: 101.3      | 7: 500 ng/mL       |            |                  | in
        a text for numbers | 1: "39.5" C   | 1: ">33,511" ng/mL |            |                  | in
        NaN and a text     | 1: NaN "39" C | 1: 900 ng/mL       |            |                  | in
        operators          | 1: >38.5 C    | 1: >=500 ng/mL     |            |                  | in
        of words           |               | 1: 500 ng/mL       |            | 2: Present       | in
        at the last day    | 14: 38.5 C    | 20: 500 ng/mL      |            |                  | in
        """,
    )
    screened(
        engine,
        promise(counted(2, "ferritin", "neutrophils"), within=0),
        """
        what   | ferritin, ng/mL | wbc, K/uL | neutrophil share, % | fate
        of two | 1: 500          | 1: 1.8    | 1: 50               | in
        """,
    )


# ---- Age ----


@pytest.mark.parametrize(
    ("asked", "column"),
    [
        ('above = "18 years"', "above"),
        ('at_least = "18 years"', "at_least"),
        ('below = "18 years"', "below"),
        ('at_most = "18 years"', "at_most"),
    ],
)
def test_age_in_completed_years(engine: Engine, asked: str, column: str) -> None:
    """On the day of admission, 3 February 2014. Without a day or a month it is a range of ages."""
    table = """
        what                     | born     | above   | at_least | below   | at_most
        eighteen today           | 1996-2-3 | not met | met      | not met | met
        eighteen tomorrow        | 1996-2-4 | not met | not met  | met     | met
        nineteen today           | 1995-2-3 | met     | met      | not met | not met
        eighteen, or not yet     | 1996-2   | not met | unknown  | unknown | met
        eighteen in any case     | 1996-1   | not met | met      | not met | met
        seventeen or eighteen    | 1996     | not met | unknown  | unknown | met
        eighteen or nineteen     | 1995     | unknown | met      | not met | unknown
        twenty-one or twenty-two | 1992     | met     | met      | not met | not met
        """
    fates = {"met": "in", "not met": "out", "unknown": "open"}
    told = [f"{line['born']} | 1: 900 | {fates[line[column]]}" for line in lines(table)]
    age = step("keep", f'age = {{ {asked}, at = "admission" }}', "review")
    screened(engine, promise(ONE, after=age), "\n".join(["born | ferritin, ng/mL | fate", *told]))


def test_the_unknown_have_the_fate_that_was_promised(engine: Engine) -> None:
    """And whoever is met by what a step drops is out."""
    age = 'age = { at_least = "18 years", at = "admission" }'
    table = """
        born     | ferritin, ng/mL | fate
        1996-2-3 | 1: 900          | {met}
        1996-2-4 | 1: 900          | {not_met}
        1996     | 1: 900          | {unknown}
        """
    for unknown, fate in (("keep", "in"), ("drop", "out"), ("review", "open")):
        for kind, met, not_met in (("keep", "in", "out"), ("drop", "out", "in")):
            told = table.format(met=met, not_met=not_met, unknown=fate)
            screened(engine, promise(ONE, after=step(kind, age, unknown)), told)


def test_a_stay_at_seventeen_is_not_studied(engine: Engine) -> None:
    """Steps up to the criteria are asked of stays: the second one, at eighteen, is the first that counts."""
    age = step("keep", 'age = { at_least = "18 years", at = "admission" }', "drop")
    whole = screened(
        engine,
        promise(ONE, before=age),
        """
        born      | stays            | ferritin, ng/mL | fate
        1996-2-10 | 1 to 3; 10 to 15 | 1: 900; 11: 900 | in
        1996-2-20 | 1 to 3; 10 to 15 | 1: 900; 11: 900 | out
        """,
    )
    assert [one.stay_id for one in whole.patients if one.fate == "in"] == [102]


# ---- Findings ----


def test_any_of_and_all_of(engine: Engine) -> None:
    """The greatest truth, or the least. Anakinra that is not recorded was not given; a gene may be unread."""
    asked = '["hlh mutation", "anakinra"]'
    table = """
        what    | ferritin, ng/mL | hlh mutation | anakinra | fate
        both    | 1: 900          | 3: R1        | 4: given | {both}
        a gene  | 1: 900          | 3: R1        |          | {gene}
        a drug  | 1: 900          |              | 4: given | {drug}
        neither | 1: 900          |              |          | {neither}
        """
    any_of = table.format(both="in", gene="in", drug="in", neither="open")
    all_of = table.format(both="in", gene="out", drug="open", neither="out")
    screened(engine, promise(ONE, after=step("keep", f"any_of = {asked}", "review")), any_of)
    screened(engine, promise(ONE, after=step("keep", f"all_of = {asked}", "review")), all_of)


def test_some_findings_last_for_life(engine: Engine) -> None:
    """A gene counts whenever it was found; a drug where it was given in the studied stay."""
    given = step("keep", 'any_of = ["anakinra"]', "review")
    screened(
        engine,
        promise(ONE, after=given),
        """
        what           | ferritin, ng/mL | anakinra  | fate
        in the stay    | 1: 900          | 20: given | in
        the day before | 1: 900          | 0: given  | out
        the day after  | 1: 900          | 21: given | out
        """,
    )
    gene = step("keep", 'any_of = ["hlh mutation"]', "review")
    screened(
        engine,
        promise(ONE, after=gene),
        """
        what             | ferritin, ng/mL | hlh mutation | fate
        in the stay      | 1: 900          | 20: R1       | in
        years before     | 1: 900          | -900: R1     | in
        weeks after      | 1: 900          | 50: R1       | in
        never looked for | 1: 900          |              | open
        """,
    )


def test_silence_means_absence_only_where_the_record_is_complete(engine: Engine) -> None:
    shipped = read_codebook()
    for since, fate in ((day(1), "out"), (day(2), "open")):
        entries = tuple(
            replace(one, silent=Silence("absent", since)) if one.finding == "anakinra" else one
            for one in shipped.entries
        )
        screened(
            engine,
            promise(ONE, after=step("keep", 'any_of = ["anakinra"]', "review")),
            f"""
            ferritin, ng/mL | anakinra | fate
            1: 900          | 3: given | in
            1: 900          |          | {fate}
            """,
            replace(shipped, name="since", entries=entries, digest=f"since {since}"),
        )


def test_each_step_divides_who_came_to_it(engine: Engine) -> None:
    age = step("keep", 'age = { at_least = "18 years", at = "admission" }', "drop")
    gene = step("drop", 'any_of = ["hlh mutation"]', "keep")
    whole = screened(
        engine,
        promise(TWO, before=age, after=gene),
        """
        what           | born     | temp, C | ferritin, ng/mL | hlh mutation | fate
        in to the end  | 1960-1-1 | 1: 39   | 1: 900          |              | in
        a child        | 2004-1-1 | 1: 39   | 1: 900          |              | out
        with a gene    | 1960-1-1 | 1: 39   | 1: 900          | 2: R1        | out
        short of one   | 1960-1-1 | 1: 39   |                 |              | open
        who has it not | 1960-1-1 | 1: 36   | 1: 900          |              | out
        out of reach   | 1960-1-1 |         |                 |              | could not be shown
        """,
    )
    told = [(one.came, one.kept, one.out, one.open, one.not_shown) for one in whole.attrition]
    assert told == [(6, 5, 1, 0, 0), (5, 2, 1, 1, 1), (2, 1, 1, 0, 0)]
    furthest = [one.furthest for one in sorted(whole.patients, key=lambda one: one.person)]
    assert furthest == [2, 0, 2, 1, 1, 1]


# ---- Answers ----


def test_an_answer_stands_in_the_place_of_the_record(engine: Engine) -> None:
    """For the whole of its stay, and known from its first day."""
    screened(
        engine,
        promise(counted(2, "fever", "splenomegaly"), stay='together = "1 day"'),
        """
        temp, C | splenomegaly | answers, splenomegaly           | splenomegaly is | anchor | known
        9: 39   | 12: coded    |                                 | unknown         | 9      | never
        9: 39   |              | A: yes                          | met             | 9      | 9
        9: 39   | 9: coded     | A: no                           | not met         | 9      | never
        9: 39   | 9: coded     | A: unclear                      | unknown         | 9      | never
        9: 39   |              | A: yes; B: Yes                  | met             | 9      | 9
        9: 39   | 9: coded     | A: yes; B: no                   | unknown         | 9      | never
        9: 39   |              | A: no; B: yes; adjudicated: yes | met             | 9      | 9
        9: 39   |              | A: no; B: no; adjudicated: yes  | met             | 9      | 9
        """,
    )


def test_the_reviewer_is_the_origin(engine: Engine) -> None:
    """Of several who agree the first by name, and the adjudicated before all."""
    screened(
        engine,
        promise(counted(1, "splenomegaly")),
        """
        answers, splenomegaly           | splenomegaly | splenomegaly by
        B: yes; A: yes                  | 2: coded     | A
        A: no; B: yes; adjudicated: yes | 2: coded     | adjudicated
        """,
    )


def test_an_answer_belongs_to_the_stay_of_its_evidence(engine: Engine) -> None:
    """To the first stay in which a row lies that it names; where none does, to every one."""
    screened(
        engine,
        promise(counted(2, "fever", "splenomegaly")),
        """
        what    | stays            | temp, C               | answers, splenomegaly        | studied | further
        second  | 1 to 9; 20 to 25 | 1: 39; #31 20: 39     | A: yes by #31                | 20      | 0
        first   | 1 to 9; 20 to 25 | #32 1: 39; 20: 39     | A: yes by #32                | 1       | 0
        both    | 1 to 9; 20 to 25 | #33 1: 39; #34 20: 39 | A: yes by #34; B: yes by #33 | 1       | 1
        two     | 1 to 9; 20 to 25 | #35 1: 39; #36 20: 39 | A: yes by #36 and #35        | 1       | 0
        none    | 1 to 9; 20 to 25 | 1: 39; 20: 39         | A: yes by note:4             | 1       | 1
        another | 1 to 9; 20 to 25 | 1: 39; 20: 39         | A: yes by #31                | 1       | 1
        nothing | 1 to 9; 20 to 25 | 1: 36; 20: 39         | A: yes                       | 20      | 0
        """,
    )


def test_what_lasts_for_life_was_answered_in_whichever_stay(engine: Engine) -> None:
    """A gene that a later stay's chart tells counts; an answer stands in the place of its own stay alone."""
    gene = step("keep", 'any_of = ["hlh mutation"]', "review")
    screened(
        engine,
        promise(ONE, after=gene),
        """
        stays            | ferritin, ng/mL        | hlh mutation | answers, hlh mutation       | fate
        1 to 9; 20 to 25 | #41 1: 900             |              | A: yes by #41               | in
        1 to 9; 20 to 25 | 1: 900; #42 20: 400    |              | A: yes by #42               | in
        1 to 9; 20 to 25 | 1: 900; #43 20: 400    |              | A: no by #43                | out
        1 to 9; 20 to 25 | #44 1: 900; #45 20: 40 |              | A: no by #44; B: yes by #45 | in
        1 to 9; 20 to 25 | #46 1: 900             | 20: R1       | A: no by #46                | in
        1 to 9; 20 to 25 | #47 1: 900             | 3: R1        | A: no by #47                | out
        1 to 9; 20 to 25 | #48 1: 900             |              | A: no by #48; B: yes by #48 | open
        1 to 9; 20 to 25 | 1: 900                 |              |                             | open
        """,
    )


def test_what_only_a_reviewer_can_answer(engine: Engine) -> None:
    asked = step("keep", 'all_of = ["anakinra", "anakinra given for HLH"]', "review")
    screened(
        engine,
        promise(ONE, after=asked),
        """
        ferritin, ng/mL | anakinra | answers, anakinra given for HLH | fate
        1: 900          | 3: given | A: yes                          | in
        1: 900          | 3: given | A: no                           | out
        1: 900          | 3: given |                                 | open
        1: 900          | 3: given | A: yes; B: no                   | open
        1: 900          |          | A: yes                          | out
        """,
    )


def test_what_need_only_be_there_is_there_but_for_a_word_that_denies(engine: Engine) -> None:
    """A row of the gene is a gene, whatever it says; one that says "absent" says that there is none.

    One that begins with "no" denies something, and says nothing of the gene.
    """
    asked = step("drop", 'any_of = ["hlh mutation"]', "keep")
    screened(
        engine,
        promise(counted(1, "ferritin"), after=asked),
        """
        ferritin, ng/mL | hlh mutation         | fate
        1: 900          | 2: PRF1, pathogenic  | out
        1: 900          | 2: absent            | in
        1: 900          | 2: Negative          | in
        1: 900          | 2: absent; 3: UNC13D | out
        1: 900          | 2: No variant found  | in
        1: 900          | 2: nonsense in PRF1  | out
        1: 900          |                      | in
        """,
    )
