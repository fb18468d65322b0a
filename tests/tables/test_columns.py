"""Columns are found by their names, or by what somebody says that they tell."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cec.errors import CecError
from cec.tables.columns import Column, columns_for, find_columns


def names_of(found: dict[str, Column]) -> Iterator[tuple[str, str, str]]:
    return ((fact, column.name, column.unit) for fact, column in found.items())


def test_columns_are_found_by_name_and_by_map() -> None:
    found = find_columns(["ID", "Wzrost", "Weight (lb)", "Age months", "colour"], {"height": "Wzrost"})
    assert set(names_of(found)) == {
        ("height", "Wzrost", ""),
        ("id", "ID", ""),
        ("weight", "Weight (lb)", "lb"),
        ("age", "Age months", "months"),
    }
    assert find_columns(["height_cm", "w", "weight_kg"], {"weight": "w"})["weight"].name == "w"
    assert find_columns(["height_cm", "m"], {"weight_lb": "m"})["weight"] == Column("m", "lb")
    named = find_columns(["h_in", "Waga (lb)", "Kreatynina umol/L"], {"height": "h_in", "weight": "Waga (lb)"})
    assert [column.unit for column in named.values()] == ["in", "lb"]
    told = {
        "height": "Boy (\u00f6l\u00e7\u00fcm)",
        "weight": "Weight lb measured",
        "age": "Age (mo)",
        "creatinine": "creat \u00b5mol/L",
    }
    assert [one.unit for one in find_columns(list(told.values()), told).values()] == ["", "lb", "months", "micromol/L"]
    assert find_columns(["Boy i\u00e7in", "kg"], {"height": "Boy i\u00e7in", "weight": "kg"})["height"].unit == ""
    assert find_columns(["height", "w_lb"], {"weight_lb": "w_lb"})["weight"].unit == "lb"
    assert find_columns(["height", "weight", "Reductions"], {})["reduce"].name == "Reductions"
    flagged = columns_for(["height", "weight", "prior_hsct", "earlier_etoposide"], {}, [])
    assert set(flagged) == {"height", "weight"}


@pytest.mark.parametrize(
    ("names", "renamed", "reason"),
    [
        (["id"], {}, "no column tells the height.*\n.*no column tells the weight"),
        (["height", "height_cm", "weight"], {}, "two columns tell the height: height and height_cm"),
        (["height", "weight"], {"hight": "height"}, "did you mean height"),
        (["height", "weight"], {"age": "Alter"}, "there is no column 'Alter'"),
        (["height", "weight"], {"zzz": "height"}, "known are"),
        (["a", "b"], {"height": "a", "height_cm": "b"}, "two columns are given for the height: a and b"),
        (
            ["height", "w_lb"],
            {"weight_kg": "w_lb"},
            "w_lb is given for weight_kg, but its name says lb; give .* weight_lb",
        ),
        (
            ["height", "w (oz)"],
            {"weight": "w (oz)"},
            r"w \(oz\) is given for weight, but its name says oz, in which no",
        ),
        (["height", "weight", "Wiek dni"], {"age": "Wiek dni"}, "its name says dni"),
        (["height", "weight", "reduce", "reduction"], {}, "two columns tell the reduce: reduce and reduction"),
        (["a", "b"], {"height": "a", "weight": "a"}, "given for the height and the weight"),
    ],
)
def test_columns_that_do_not_tell(names: list[str], renamed: dict[str, str], reason: str) -> None:
    with pytest.raises(CecError, match=reason):
        find_columns(names, renamed)
