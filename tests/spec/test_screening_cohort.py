"""Screening, what is told of the cohort: moments, exposures, points and flags, the same for every engine.

A line is a patient, with one stay of days 1 to 20 where no other is written. Day 1 is 3 February 2014.
"""

from __future__ import annotations

import pytest
from tests.referee.definitions import written
from tests.referee.engines import ENGINES
from tests.referee.tables import Engine, counted, promise, screened

pytestmark = pytest.mark.parametrize("engine", ENGINES)
ONE = counted(1, "ferritin")
FIRST_DOSE = 'first_dose = { first = "anakinra", during = "stay" }\n'
GIVEN = 'given = { first = "anakinra" }'
DIAGNOSIS = f'diagnosis = {{ day_met = "{ONE}" }}\n'
SCORE = written(
    """
name = "score"
title = "Score"
source = "made up"

[[criterion]]
name = "ferritin"
finding = "ferritin"
grade = [
  { points = 3, at_least = "500 ng/mL" },
  { points = 7, above = "2000 ng/mL" },
]

[[criterion]]
name = "neutrophils"
finding = "neutrophils"
below = "1.0 10*9/L"
points = 2

[[criterion]]
name = "known immunosuppression"
finding = "immunosuppression"
present = true
points = 10
"""
)


# ---- Moments ----


def test_the_day_on_which_it_is_met_and_known(engine: Engine) -> None:
    """By the day of the sample, and by that of the result; of who does not meet it there is neither."""
    screened(
        engine,
        promise(
            counted(2, "fever", "ferritin"),
            moments=f'diagnosis = {{ day_met = "{counted(2, "fever", "ferritin")}" }}',
        ),
        """
        temp, C | ferritin, ng/mL | verdict | admission | diagnosis | diagnosis.known
        2: 39   | 4: 900          | met     | 1         | 4         | 4
        2: 39   | 4: 900 back 9   | met     | 1         | 4         | 9
        2: 39   |                 | open    | 1         | never     | never
        """,
    )


def test_the_first_and_the_last_of_a_drug_are_doses(engine: Engine) -> None:
    """A dose of 0 mg was not given; of what goes on from home the first in the stay is that written there."""
    moments = 'last = { last = "anakinra" }\nstopped = { last_of_course = "anakinra" }'
    screened(
        engine,
        promise(ONE, moments=FIRST_DOSE + moments),
        """
        what             | ferritin, ng/mL | anakinra                           | first_dose | last  | stopped
        in the stay      | 2: 900          | 3: 100 mg; 4: 100 mg               | 3          | 4     | 4
        not given        | 2: 900          | 2: 0 mg; 3: 100 mg; 4: 0 mg        | 3          | 3     | 3
        none was given   | 2: 900          | 2: 0 mg                            | never      | never | never
        from home        | 2: 900          | -1: 100 mg; 0: 100 mg; 2: 100 mg   | 2          | 2     | 2
        at home alone    | 2: 900          | -1: 100 mg; 0: 100 mg              | never      | 0     | never
        begun again      | 2: 900          | 3: 100 mg; 9: 100 mg; 10: 100 mg   | 3          | 10    | 3
        three days apart | 2: 900          | 3: 100 mg; 6: 100 mg; 25: 100 mg   | 3          | 25    | 6
        only ordered     | 2: 900          | 18: given                          | 18         | 20    | 20
        """,
    )


def test_the_first_and_the_last_of_what_was_found(engine: Engine) -> None:
    """Of numbers every one, also of two; of words those that say that it is there."""
    moments = """
count = { first = "neutrophils" }
seen = { first = "hemophagocytosis" }
gene = { last = "hlh mutation" }
"""
    screened(
        engine,
        promise(counted(1, "fever"), moments=moments),
        """
        temp, C | wbc, K/uL | neutrophil share, % | hlh mutation     | hemophagocytosis | count | seen  | gene
        2: 39   | -9: 8     | -9: 50              | -40: PRF1; 9: no | 3: no; 7: seen   | -9    | 7     | -40
        2: 39   | 3: 8      |                     | 9: PRF1; 30: B1  | 3: perhaps       | never | never | 30
        """,
    )


def test_moments_rest_on_one_another(engine: Engine) -> None:
    """Days of the moment itself count after it, and not until it; nothing rests on one that never came."""
    moments = """
later = { first = "ferritin", after = "first_dose + 2 days" }
before = { last = "ferritin", until = "first_dose" }
"""
    screened(
        engine,
        promise(ONE, moments=moments + FIRST_DOSE),
        """
        ferritin, ng/mL                | anakinra  | first_dose | later | before
        2: 900; 4: 900; 5: 900; 6: 900 | 4: 100 mg | 4          | 6     | 2
        2: 900; 7: 900                 | 4: 100 mg | 4          | 7     | 2
        4: 900                         | 4: 100 mg | 4          | never | never
        4: 900; 9: 900                 |           | never      | never | never
        """,
    )


def test_who_was_treated_before_it_was_known_is_counted(engine: Engine) -> None:
    """Before the day of the result; of those in at the end, and by the drug, whatever else came first."""
    sampled = 'sampled = { first = "ferritin", during = "stay" }\n'
    gene = '\n[[eligibility]]\ndrop = "those"\nany_of = ["hlh mutation"]\nif_unknown = "keep"\n'
    table = """
        what              | ferritin, ng/mL | anakinra  | hlh mutation | fate
        the day before    | 5: 900 back 8   | 7: 100 mg |              | in
        the same day      | 5: 900 back 8   | 8: 100 mg |              | in
        dropped           | 5: 900 back 8   | 7: 100 mg | 2: PRF1      | out
        never treated     | 5: 900 back 8   |           |              | in
        """
    whole = screened(engine, promise(ONE, moments=sampled + FIRST_DOSE + DIAGNOSIS, after=gene), table)
    assert whole.counts.exposed_before_known == 1
    whole = screened(engine, promise(ONE, moments=sampled + DIAGNOSIS, after=gene), table)
    assert whole.counts.exposed_before_known is None


# ---- Points ----


def test_points_at_a_moment_are_a_range(engine: Engine) -> None:
    """The highest grade that is met counts; what nobody tested may still give its points."""
    screened(
        engine,
        promise(ONE, moments=GIVEN, score=SCORE),
        """
        what         | ferritin, ng/mL | neutrophils, K/uL | immunosuppression | anakinra | points at given
        nothing else | 5: 600          |                   |                   | 5: 1 mg  | 3 to 15
        the highest  | 4: 2001; 5: 600 | 5: 0.9            | -90: coded        | 5: 1 mg  | 19
        an operator  | 5: >600         | 5: 1.0            |                   | 5: 1 mg  | 3 to 17
        not yet      | 6: 600          | 6: 0.9            | 6: coded          | 5: 1 mg  | 0 to 19
        no longer    | 2: 600          | 2: 0.9            |                   | 9: 1 mg  | 0 to 19
        """,
    )


def test_a_count_at_a_moment_is_that_of_the_criteria(engine: Engine) -> None:
    """Each criterion by its own window, and of what is worked out of two as by the screening."""
    criteria = counted(1, "neutrophils", "nk activity", "splenomegaly", "fever")
    screened(
        engine,
        promise(criteria, moments=GIVEN, stay='wider = { splenomegaly = "14 days" }'),
        """
        what   | wbc, K/uL | neutrophil share, % | nk activity | splenomegaly | anakinra | criteria at given
        of two | 5: 1.8    | 5: 50               |             |              | 5: 1 mg  | 1 to 4
        wider  | 1: 1.8    | 1: 50               |             | 1: coded     | 9: 1 mg  | 1 to 4
        limit  | 5: 1.8    | 5: 50               | 5: 8 of 7   |              | 5: 1 mg  | 1 to 3
        open   | 5: 1.8    | 5: 50               | 5: <8 of 7  |              | 5: 1 mg  | 1 to 4
        """,
    )


def test_a_count_at_a_moment_is_of_the_stay(engine: Engine) -> None:
    """What is found after the discharge is no evidence of it, however near to the moment."""
    moments = 'seen = { last = "contact in person or laboratory result" }'
    screened(
        engine,
        promise(counted(1, "fever", "ferritin"), moments=moments),
        """
        temp, C        | ferritin, ng/mL | seen | criteria at seen
        18: 39         | 2: 900          | 20   | 1 to 2
        18: 39; 22: 37 | 2: 900; 22: 900 | 22   | 1 to 2
        2: 39          | 2: 900; 40: 900 | 40   | 0 to 2
        """,
    )


def test_an_answer_at_a_moment_is_to_what_was_asked(engine: Engine) -> None:
    """No to low or absent NK activity is no; of a number yes says that the limit asked about is met.

    The score asks whether the ferritin is above others: there the record counts.
    """
    screened(
        engine,
        promise(counted(1, "ferritin", "nk activity"), moments=GIVEN, score=SCORE),
        """
        ferritin, ng/mL | anakinra | answers, nk activity | criteria at given
        5: 900          | 5: 1 mg  |                      | 1 to 2
        5: 900          | 5: 1 mg  | LN: yes              | 2
        5: 900          | 5: 1 mg  | LN: no               | 1
        """,
    )
    screened(
        engine,
        promise(counted(1, "ferritin", "nk activity"), moments=GIVEN, score=SCORE),
        """
        ferritin, ng/mL | anakinra | answers, ferritin | criteria at given | points at given
        5: 2001         | 5: 1 mg  |                   | 1 to 2            | 7 to 19
        5: 2001         | 5: 1 mg  | LN: yes           | 1 to 2            | 7 to 19
        5: <600         | 5: 1 mg  | LN: yes           | 1 to 2            | 0 to 15
        """,
    )


# ---- Flags ----


def test_a_verdict_stands_also_without_the_flagged_evidence(engine: Engine) -> None:
    """Of samples on the day of a transfusion and of the two days behind it; the literal verdict stays."""
    flag = """
[[flag]]
name = "transfused"
on = ["platelets"]
when = { finding = "transfusion", within = "48 hours before" }
"""
    screened(
        engine,
        promise(counted(2, "platelets", "ferritin", flags=flag)),
        """
        what        | plt, K/uL     | ferritin, ng/mL | transfusion | verdict | unflagged | criteria unflagged
        none        | 5: 50         | 5: 900          |             | met     | met       | 2 to 2
        same day    | 5: 50         | 5: 900          | 5: given    | met     | open      | 1 to 2
        2 before    | 5: 50         | 5: 900          | 3: given    | met     | open      | 1 to 2
        3 before    | 5: 50         | 5: 900          | 2: given    | met     | met       | 2 to 2
        day after   | 5: 50         | 5: 900          | 6: given    | met     | met       | 2 to 2
        another     | 5: 50; 9: 50  | 5: 900          | 5: given    | met     | met       | 2 to 2
        another day | 3: 500; 9: 50 | 3: 900          | 9: given    | met     | not met   | 1 to 1
        """,
    )


def test_a_flag_says_which_row_it_marks_and_by_which(engine: Engine) -> None:
    """Of the rows that decided, whichever way; by the last row that does."""
    flags = """
[[flag]]
name = "blood"
on = ["hemoglobin", "platelets"]
when = { finding = "transfusion", within = "48 hours before" }

[[flag]]
name = "spleen"
on = ["platelets"]
when = { finding = "splenomegaly", within = "7 days before" }
"""
    screened(
        engine,
        promise(counted(1, "cytopenias", flags=flags)),
        """
        what      | plt, K/uL | hb, g/dL | transfusion        | splenomegaly | marked
        nothing   | 5: 50     | 5: 7     |                    |              |
        both rows | 5: 50     | 5: 7     | 4: given           |              | 201 blood 203; 202 blood 203
        the last  | 5: 50     | 7: 7     | 5: given; 6: given |              | 301 blood 303; 302 blood 304
        two flags | 5: 50     | 9: 7     | 5: given           | 1: present   | 401 blood 403; 401 spleen 404
        decided   | 5: 50     | 6: 7     | 6: given           |              | 502 blood 503
        not met   | 1: 500    | 1: 12    | 1: given           |              | 601 blood 603; 602 blood 603
        """,
    )


def test_a_row_that_says_otherwise_than_its_criterion_did_not_decide_it(engine: Engine) -> None:
    """Two lineages are low, and the third is high by what was given: the criterion rests on the two."""
    flag = """
[[flag]]
name = "blood"
on = ["platelets"]
when = { finding = "transfusion", within = "48 hours before" }
"""
    screened(
        engine,
        promise(counted(1, "cytopenias", flags=flag)),
        """
        what    | plt, K/uL | hb, g/dL | anc, K/uL | transfusion | criteria | marked
        met     | 5: 500    | 5: 7     | 5: 0.2    | 5: given    | 1 to 1   |
        of two  | 5: 50     | 5: 7     | 5: 3      | 5: given    | 1 to 1   | 201 blood 204
        not met | 1: 50     | 1: 12    | 1: 3      | 1: given    | 0 to 0   |
        all     | 1: 500    | 1: 12    | 1: 3      | 1: given    | 0 to 0   | 401 blood 404
        unknown | 1: 500    | 1: 7     |           | 1: given    | 0 to 1   | 501 blood 503
        """,
    )


def test_what_a_reviewer_answered_is_marked_by_nothing(engine: Engine) -> None:
    flag = """
[[flag]]
name = "transfused"
on = ["platelets"]
when = { finding = "transfusion", within = "48 hours before" }
"""
    screened(
        engine,
        promise(counted(2, "platelets", "fever", flags=flag)),
        """
        what     | plt, K/uL | temp, C | transfusion | answers, platelets | marked             | platelets by
        recorded | 5: 50     | 5: 39   | 5: given    |                    | 101 transfused 103 | 101
        answered | 5: 50     | 5: 39   | 5: given    | A: yes             |                    | A
        """,
    )


def test_a_row_that_denies_it_or_a_dose_of_nothing_marks_nothing(engine: Engine) -> None:
    flags = """
[[flag]]
name = "seen"
on = ["platelets"]
when = { finding = "hemophagocytosis", within = "2 days before" }

[[flag]]
name = "g-csf"
on = ["platelets"]
when = { finding = "g-csf", within = "2 days before" }
"""
    screened(
        engine,
        promise(counted(1, "platelets", flags=flags)),
        """
        what     | plt, K/uL | hemophagocytosis | g-csf     | marked         | unflagged
        said     | 5: 50     | 4: present       |           | 101 seen 102   | open
        denied   | 5: 50     | 4: absent        |           |                | met
        unknown  | 5: 50     | 4: not done      |           |                | met
        negated  | 5: 50     | 4: No change     |           |                | met
        a dose   | 5: 50     |                  | 4: 300 mg | 501 g-csf 502  | open
        no dose  | 5: 50     |                  | 4: 0 mg   |                | met
        an order | 5: 50     |                  | 4: given  | 701 g-csf 702  | open
        """,
    )
