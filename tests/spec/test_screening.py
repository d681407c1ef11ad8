"""Screening, the criteria day by day, as docs/screening.md has it: the same for every engine that screens.

A line is a patient, with one stay of days 1 to 20 where no other is written. `3: 900` is 900 on day 3.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.referee.engines import ENGINES
from tests.referee.making import found, hospital, protocol, visit
from tests.referee.tables import Engine, counted, promise, screened

from caseseries.evidence.truth import Truth
from caseseries.records.codebook_reading import read_codebook

pytestmark = pytest.mark.parametrize("engine", ENGINES)
TWO = counted(2, "fever", "ferritin", "hemophagocytosis")
"""Two of three."""


# ---- Criteria: what stands together ----


def test_seven_days_stand_together(engine: Engine) -> None:
    """On day d the evidence of the days d-6 to d."""
    screened(
        engine,
        promise(TWO, stay='together = "7 days"'),
        """
        what                | temp, C      | ferritin, ng/mL | verdict            | anchor | criteria
        the same day        | 4: 39        | 4: 900          | met                | 4      | 2 to 3
        day 1 and day 7     | 1: 39        | 7: 900          | met                | 7      | 2 to 3
        day 1 and day 8     | 1: 39        | 8: 900          | open               | 1      | 1 to 3
        the other way round | 7: 39        | 1: 900          | met                | 7      | 2 to 3
        the nearest counts  | 1: 39; 6: 39 | 8: 900; 9: 900  | met                | 8      | 2 to 3
        the last day        | 14: 39       | 20: 900         | met                | 20     | 2 to 3
        none meets a test   | 6: 37        |                 | could not be shown | 1      | 0 to 3
        nothing at all      |              |                 | could not be shown | 1      | 0 to 3
        """,
    )


def test_some_criteria_are_given_more_days(engine: Engine) -> None:
    screened(
        engine,
        promise(TWO, stay='together = "7 days"\nwider = { hemophagocytosis = "14 days" }'),
        """
        what                    | hemophagocytosis | ferritin, ng/mL | temp, C | verdict | anchor
        13 days after a marrow  | 1: present       | 14: 900         |         | met     | 14
        14 days after it        | 1: present       | 15: 900         |         | open    | 1
        a marrow after ferritin | 8: present       | 1: 900          |         | open    | 1
        fever is not wider      |                  | 9: 900          | 1: 39   | open    | 1
        """,
    )


def test_the_whole_stay_may_stand_together(engine: Engine) -> None:
    """Up to the day that is asked, and nothing from before or after the stay."""
    screened(
        engine,
        promise(TWO, stay='together = "stay"'),
        """
        what               | temp, C | ferritin, ng/mL | verdict | anchor
        first day and last | 1: 39   | 20: 900         | met     | 20
        the day before it  | 0: 39   | 20: 900         | open    | 20
        the day after it   | 21: 39  | 20: 900         | open    | 20
        """,
    )


def test_one_day_may_stand_alone(engine: Engine) -> None:
    screened(
        engine,
        promise(TWO, stay='together = "1 day"'),
        """
        what          | temp, C | ferritin, ng/mL | verdict | anchor
        the same day  | 2: 39   | 2: 900          | met     | 2
        the day after | 1: 39   | 2: 900          | open    | 1
        """,
    )


def test_what_does_not_stand_on_the_anchor_is_unknown(engine: Engine) -> None:
    """A ferritin that was normal too long ago denies nothing."""
    screened(
        engine,
        promise(counted(2, "fever", "ferritin"), stay='together = "3 days"'),
        """
        what                     | temp, C | ferritin, ng/mL | anchor | ferritin is | criteria
        normal within the window | 4: 39   | 2: 20           | 4      | not met     | 1 to 1
        normal before it         | 4: 39   | 1: 20           | 4      | unknown     | 1 to 2
        normal after the anchor  | 4: 39   | 5: 20           | 4      | unknown     | 1 to 2
        the best of the window   | 4: 39   | 3: 20; 4: 900   | 4      | met         | 2 to 2
        """,
    )


def test_the_reach_of_review(engine: Engine) -> None:
    """Open is what is short by at most so many, and whose range reaches the need."""
    of_four = counted(3, "fever", "ferritin", "hemophagocytosis", "splenomegaly")
    table = """
        what           | temp, C | ferritin, ng/mL | hemophagocytosis | splenomegaly | criteria | verdict
        three          | 1: 39   | 1: 900          |                  | 1: coded     | 3 to 4   | met
        short of one   | 1: 39   | 1: 900          |                  |              | 2 to 4   | {one}
        short of two   | 1: 39   |                 |                  |              | 1 to 4   | {two}
        short of three |         |                 |                  |              | 0 to 4   | {three}
        two cannot be  | 1: 39   | 1: 9            | 1: absent        |              | 1 to 2   | not met
        """
    far = "could not be shown"
    fates = [(far, far, far), ("open", far, far), ("open", "open", far), ("open", "open", "open")]
    for within, (one, two, three) in enumerate(fates):
        screened(engine, promise(of_four, within=within), table.format(one=one, two=two, three=three))


def test_what_cannot_decide_stays_open(engine: Engine) -> None:
    """Though it was looked for: of <600 the range still reaches at least 500."""
    screened(
        engine,
        promise(counted(1, "ferritin")),
        """
        what               | ferritin, ng/mL | criteria | verdict
        cannot decide      | 1: <600         | 0 to 1   | open
        beside what denies | 1: <600; 2: 90  | 0 to 1   | open
        denies             | 1: <400         | 0 to 0   | not met
        """,
    )


def test_two_of_three_lineages(engine: Engine) -> None:
    """A lineage that nobody counted leaves open what the others do not decide."""
    screened(
        engine,
        promise(counted(1, "cytopenias")),
        """
        hemoglobin  | platelets    | neutrophils | verdict | criteria
        1: 8.9 g/dL | 1: 99 K/uL   |             | met     | 1 to 1
        1: 9.0 g/dL | 1: 99 K/uL   |             | open    | 0 to 1
        1: 90 g/L   | 1: 100 K/uL  |             | not met | 0 to 0
        1: 12 g/dL  | 1: 99 10*9/L | 1: 1.0 K/uL | not met | 0 to 0
                    | 1: 99000 /uL | 1: 999 /uL  | met     | 1 to 1
        """,
    )


# ---- When it was known ----


def test_known_is_when_the_results_were_back(engine: Engine) -> None:
    """Since is by the samples, known by the results: the first day on which any window was known to do."""
    screened(
        engine,
        promise(TWO),
        """
        what                       | temp, C       | ferritin, ng/mL              | anchor | known
        at once                    | 1: 39         | 3: 900                       | 3      | 3
        a late result              | 1: 39         | 3: 900 back 9                | 3      | 9
        back after the stay        | 1: 39         | 3: 900 back 40               | 3      | 40
        a later one is back first  | 1: 39         | 3: 900 back 9; 5: 800        | 3      | 5
        one of a day is back first | 1: 39         | 3: 900 back 9; 3: 800 back 4 | 3      | 4
        only a normal one is back  | 1: 39         | 3: 900 back 9; 3: 20 back 4  | 3      | 9
        two late ones              | 1: 39 back 12 | 3: 900 back 9                | 3      | 12
        back before it was taken   | 1: 39         | 3: 900 back 2                | 3      | 3
        never met                  | 1: 39         |                              | 1      | never
        """,
    )


def test_without_a_time_of_results_known_is_the_day_of_the_sample(engine: Engine) -> None:
    shipped = read_codebook()
    entries = tuple(replace(one, known_from="") for one in shipped.entries)
    screened(
        engine,
        promise(TWO),
        """
        temp, C | ferritin, ng/mL | anchor | known
        1: 39   | 3: 900 back 9   | 3      | 3
        """,
        replace(shipped, name="without", entries=entries, digest="without"),
    )


def test_a_criterion_is_met_since_a_sample_and_known_since_a_result(engine: Engine) -> None:
    """Of what stands on the anchor; of two of three lineages it is the second."""
    screened(
        engine,
        promise(counted(2, "cytopenias", "ferritin"), stay='together = "7 days"'),
        """
        what               | plt, K/uL            | hb, g/dL    | ferritin, ng/mL | anchor | cytopenias met
        the second lineage | 1: 50                | 3: 7        | 4: 900          | 4      | 3, known 3
        a late result      | 1: 50 back 8         | 3: 7        | 4: 900          | 4      | 3, known 8
        one before is gone | 1: 50; 9: 50         | 8: 7        | 9: 900          | 9      | 9, known 9
        an earlier, later  | 2: 50 back 19; 3: 40 | 4: 7        | 4: 900          | 4      | 4, known 4
        both are late      | 2: 50 back 19        | 4: 7 back 5 | 4: 900          | 4      | 4, known 19
        one lineage        | 2: 50                | 4: 12       | 4: 900          | 4      | never
        none               | 2: 500               | 2: 12       | 4: 9            | 1      | never
        """,
    )


def test_an_answer_holds_since_the_records_say_so_or_the_first_day_of_its_stay(engine: Engine) -> None:
    """For the whole of the stay it holds, so that who is in hangs on no day; when it was met does."""
    screened(
        engine,
        promise(counted(2, "hemophagocytosis", "fever")),
        """
        what     | stays   | hemophagocytosis | answers, hemophagocytosis | temp, C | hemophagocytosis met
        recorded | 3 to 20 | 8: present       |                           | 9: 39   | 8, known 8
        answered | 3 to 20 |                  | A: yes                    | 9: 39   | 3, known 3
        both     | 3 to 20 | 8: present       | A: yes                    | 9: 39   | 8, known 8
        another  | 3 to 20 | 8: absent        | A: yes                    | 9: 39   | 3, known 3
        denied   | 3 to 20 | 8: present       | A: no                     | 9: 39   | never
        """,
    )


def test_with_an_answer_it_is_met_when_the_last_criterion_needed_was(engine: Engine) -> None:
    """Who is in hangs on the answer alone; on which day hangs on what the records say of it."""
    screened(
        engine,
        promise(counted(2, "hemophagocytosis", "fever"), stay='together = "7 days"'),
        """
        what      | hemophagocytosis | answers, hemophagocytosis | temp, C | verdict | anchor | met   | known
        recorded  | 4: present       |                           | 6: 39   | met     | 6      | 6     | 6
        answered  |                  | A: yes                    | 6: 39   | met     | 6      | 6     | 6
        both      | 9: present       | A: yes                    | 6: 39   | met     | 6      | 9     | 9
        far apart | 19: present      | A: yes                    | 6: 39   | met     | 6      | 19    | 19
        before    | 4: present       | A: yes                    | 6: 39   | met     | 6      | 6     | 6
        denied    | 4: present       | A: no                     | 6: 39   | not met | 6      | never | never
        """,
    )


# ---- Because: the row that decided ----


def test_because_is_the_first_of_the_best(engine: Engine) -> None:
    """The best truth, then the first day, then the smallest row id; of what stands together on the anchor."""
    screened(
        engine,
        promise(TWO, stay='together = "3 days"'),
        """
        what                    | temp, C | ferritin, ng/mL       | ferritin is | ferritin by
        the first day           | 3: 39   | #9 2: 900; #3 3: 5000 | met         | 9
        the smallest id         | 3: 39   | #9 3: 900; #-3 3: 800 | met         | -3
        as numbers, not as text | 3: 39   | #10 3: 900; #9 3: 800 | met         | 9
        the best truth          | 3: 39   | #5 2: 20; #6 3: 800   | met         | 6
        the first that denies   | 3: 39   | #5 2: 20; #4 3: 30    | not met     | 5
        before the window       | 4: 39   | #5 1: 20; #6 3: 30    | not met     | 6
        nothing decides         | 3: 39   | #5 2: 20; #4 3: <600  | unknown     |
        """,
    )


def test_of_one_day_the_smallest_table_comes_first(engine: Engine) -> None:
    """A condition before an observation, whatever their ids."""
    rows = [
        ("visit_occurrence", visit(1, 1, 1, 9)),
        ("observation", found("observation", 5, 1, "splenomegaly", 2)),
        ("condition_occurrence", found("condition_occurrence", 77, 1, "splenomegaly", 2)),
    ]
    whole = engine(hospital(rows), protocol(promise(counted(1, "splenomegaly"))), read_codebook(), [])
    assert whole.verdicts[0].tests[0] == (Truth.MET, "condition_occurrence:77")
