"""Laws of assessing: order never matters, what decides never widens, and more met is never less."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseseries.criteria.assess import assess
from caseseries.criteria.definition import Definition, Number, every_test, findings_of
from caseseries.criteria.shelf import open_definition, shelf
from caseseries.evidence.catalogue import Entry, entry
from caseseries.evidence.finding import Finding
from caseseries.evidence.truth import Truth
from caseseries.evidence.values import Operator

DEFINITIONS = [open_definition(name) for name in shelf()]
OPERATORS: tuple[Operator, ...] = ("<", "<=", ">", ">=")
WORDS = ("present", "absent", "low", "normal", "perhaps", "")


def known(name: str) -> Entry:
    found = entry(name)
    assert found is not None
    return found


@st.composite
def findings(draw: st.DrawFn, *, decided: bool = False) -> Finding:
    """A finding of one patient; `decided` without operators, which may leave a test open."""
    name = draw(st.sampled_from(sorted({name for one in DEFINITIONS for name in findings_of(one)})))
    origin = f"measurement:{draw(st.integers(0, 99))}"
    one = known(name)
    if one.plausible is None:
        return Finding("1", name, text=draw(st.sampled_from(WORDS)), origin=origin)
    low, high = one.plausible
    limits = [
        limit.quantity.value
        for definition in DEFINITIONS
        for criterion in definition.criteria
        for grade in criterion.grades
        for test in every_test(grade.rule)
        if isinstance(test, Number) and test.finding == name
        for limit in test.limits
    ]
    near = st.sampled_from(limits).flatmap(lambda limit: st.sampled_from([limit * 0.99, limit, limit * 1.01]))
    return Finding(
        "1",
        name,
        value=draw(st.one_of(near, st.floats(low, high))),
        unit=draw(st.sampled_from([*one.units, "", "pg/mL"])),
        operator="" if decided else draw(st.sampled_from(["", *OPERATORS])),
        origin=origin,
    )


SOME = st.lists(findings(), max_size=12)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.name)
class TestAssess:
    @given(data=st.data())
    def test_the_order_of_findings_never_matters(self, definition: Definition, data: st.DataObject) -> None:
        some = data.draw(SOME)
        assert assess(definition, data.draw(st.permutations(some))) == assess(definition, some)

    @given(some=SOME, one=findings(decided=True))
    def test_what_decides_never_widens(
        self, definition: Definition, some: list[Finding], one: Finding
    ) -> None:
        # A second value of one finding may meet what the first did not, and reach a higher grade.
        some = [other for other in some if other.name != one.name]
        before, after = assess(definition, some), assess(definition, [*some, one])
        for earlier, later in zip(before.verdicts, after.verdicts, strict=True):
            assert later.bounds.width <= earlier.bounds.width
            assert later.bounds.low >= earlier.bounds.low

    @given(some=SOME, one=findings())
    def test_what_is_met_stays_met(self, definition: Definition, some: list[Finding], one: Finding) -> None:
        before, after = assess(definition, some), assess(definition, [*some, one])
        assert after.bounds.low >= before.bounds.low
        assert before.truth is not Truth.MET or after.truth is Truth.MET

    @given(some=SOME)
    def test_the_whole_is_within_the_definition(self, definition: Definition, some: list[Finding]) -> None:
        whole = assess(definition, some)
        assert 0 <= whole.bounds.low <= whole.bounds.high <= definition.most
        assert sum(one.bounds.width for one in whole.verdicts) == whole.bounds.width
        assert str(whole)
        for verdict in whole.verdicts:
            assert verdict.because or verdict.why


@pytest.mark.parametrize("operator", OPERATORS)
@given(data=st.data())
def test_an_operator_is_true_to_every_value_beyond_it(operator: Operator, data: st.DataObject) -> None:
    """What is decided of `<600` holds for each number below 600, and what is open is open for a reason."""
    definition = open_definition("hscore")
    value, other = (data.draw(st.integers(1, 8000)) for _ in range(2))
    beyond = {"<": other < value, "<=": other <= value, ">": other > value, ">=": other >= value}[operator]
    if not beyond:
        return
    censored, exact = (
        assess(definition, [Finding("1", "ferritin", value=number, unit="ng/mL", operator=sign)])["ferritin"]
        for number, sign in ((value, operator), (other, ""))
    )
    assert censored.bounds.low <= exact.bounds.low <= exact.bounds.high <= censored.bounds.high


def test_the_limits_hold_in_every_unit() -> None:
    """A value at a limit, taken into any other unit, is on the same side of it."""
    tests = [
        (definition, criterion.name, test)
        for definition in DEFINITIONS
        for criterion in definition.criteria
        for grade in criterion.grades
        for test in every_test(grade.rule)
    ]
    for definition, name, test in tests:
        if isinstance(test, Number) and len(test.limits) == 1:
            limit = test.limits[0].quantity
            printed = Finding("1", test.finding, value=limit.value, unit=limit.unit)
            for unit in known(test.finding).units:
                value = known(test.finding).convert(limit.value, limit.unit, unit)
                other = Finding("1", test.finding, value=value, unit=unit)
                assert assess(definition, [other])[name].bounds == assess(definition, [printed])[name].bounds
