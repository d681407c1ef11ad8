"""An exposure: one row of a hospital's records about a drug, an order or an administration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from caseseries.evidence.drugs import formulary


@dataclass(frozen=True, slots=True)
class Exposure:
    """One row about one drug of one patient.

    `drug` is any name that `drugs.toml` knows, else the name to keep. `start` and `stop` are moments, or
    days where no time of day is recorded (a table that has midnight everywhere records none). `quantity`
    counts `dose_unit` ("mg", "syringe"): of an administration it is what was given, of an order what is
    meant to last `days_supply` days. `strength` is the milligrams in one piece (syringe, tablet), where it
    is known. `discharge` is the last day of the stay that the row belongs to; `is_home` says that it belongs
    to none, as a prescription that is filled outside. `origin` leads back to the row:
    `drug_exposure:-109951`.
    """

    patient: str
    drug: str
    start: date | datetime
    stop: date | datetime | None = None
    is_administration: bool = False
    quantity: float | None = None
    dose_unit: str = ""
    strength: float | None = None
    sig: str = ""
    route: str = ""
    days_supply: float | None = None
    discharge: date | None = None
    is_home: bool = False
    origin: str = ""

    @property
    def moment(self) -> datetime:
        """When it starts, by the clock on the wall; midnight of a day without a time."""
        return moment(self.start)

    @property
    def generic(self) -> str:
        """The drug by its name in the formulary; as it stands where that does not know it."""
        known = formulary().drug(self.drug)
        return known.name if known else self.drug

    @property
    def order(self) -> tuple[datetime, str, int, str]:
        """By this rows stand in order: their time, then their table, then their id as a number."""
        number = re.search(r"-?[0-9]{1,30}$", self.origin)
        table = self.origin[: number.start()] if number else self.origin
        return self.moment, table, int(number[0]) if number else 0, repr(self)


def moment(when: date | datetime) -> datetime:
    """The moment by the clock on the wall; midnight, at which the day begins, of a day without a time."""
    if isinstance(when, datetime):
        return when.replace(tzinfo=None)
    return datetime.combine(when, time())
