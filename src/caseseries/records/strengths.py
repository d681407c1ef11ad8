"""Strengths: how many milligrams one piece of a product holds, by its name or by the table DRUG_STRENGTH."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from caseseries.evidence.units import mass_in_mg
from caseseries.records.omop import Records


def strengths(records: Records, products: Mapping[int, str]) -> dict[int, float]:
    """The milligrams in one piece (syringe, tablet) of each product, of which `products` has the name by its
    concept; what neither its name nor the table says is left out.

    The name counts first, for it is what the row was charted as. Of the table count the strengths of a piece:
    an amount, or a numerator in a denominator, and of products with one ingredient alone.
    """
    table = _in_table(records, products)
    by_name = {concept: said for concept, name in products.items() if (said := in_name(name)) is not None}
    return table | by_name


def in_name(product: str) -> float | None:
    """The milligrams that the name of a product says: 100 of "anakinra 100 mg syringe"; None for none."""
    said = re.search(r"([0-9]+(?:\.[0-9]+)?) ?(g|mg|mcg)\b(?!/)", product, re.IGNORECASE)
    return mass_in_mg(float(said[1]), said[2].casefold()) if said else None


def _in_table(records: Records, concepts: Iterable[int]) -> dict[int, float]:
    ids = ", ".join(str(concept) for concept in sorted(concepts))
    if not ids or not records.has("drug_strength"):
        return {}
    query = f"""
SELECT s.drug_concept_id, s.ingredient_concept_id, COALESCE(s.amount_value, s.numerator_value) AS amount,
  u.concept_code AS unit
FROM drug_strength s
LEFT JOIN concept u ON u.concept_id = COALESCE(s.amount_unit_concept_id, s.numerator_unit_concept_id)
WHERE s.drug_concept_id IN ({ids}) AND COALESCE(TRIM(s.invalid_reason), '') = ''
  AND (s.amount_value IS NOT NULL OR s.denominator_value IS NOT NULL)"""
    said: dict[int, set[tuple[int, float | None]]] = {}
    for concept, ingredient, amount, unit in records.run(query, "strengths of the products").iter_rows():
        mass = mass_in_mg(amount, unit or "") if amount else None
        said.setdefault(concept, set()).add((ingredient, mass))
    alone = {concept: one for concept, (one, *others) in said.items() if not others}
    return {concept: mass for concept, (_, mass) in alone.items() if mass is not None}
