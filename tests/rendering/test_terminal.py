"""Orders as text: every width shows every amount whole, and every format shows the same amounts."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from regimen_texts import regimen_file

from cec import Order, draft_order, load_order, load_patient, load_pharmacy, load_regimen, render
from cec.days import list_days
from cec.order import Administration
from cec.rendering.terminal import draw
from cec.rendering.terminal.drawing import TableColumn, Terminal, table, width_of, wrap
from cec.rendering.terminal.regimen import render as render_regimen
from cec.rendering.terminal.schedule import timeline
from cec.rendering.terminal.styled import styled
from cec.units import Quantity

WIDTHS = st.integers(20, 220)
SIZES = st.tuples(st.integers(1000, 2000), st.integers(150, 1200))
NAMES = st.sampled_from(["cec-induction", "cec-consolidation"])
TERMINALS = st.builds(lambda width, terminal: Terminal(width, *[terminal] * 4), WIDTHS, st.booleans())
START = datetime.date(2026, 11, 30)


def order(
    height: str = "128 cm", weight: str = "26 kg", *, regimen: str = "cec-induction", start: datetime.date | None = None
) -> Order:
    patient = load_patient(texts={"height": height, "weight": weight})
    return draft_order(load_regimen(regimen), patient, load_pharmacy(), start=start)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    height, weight = draw(SIZES)
    start = draw(st.none() | st.dates(datetime.date(2020, 1, 1), datetime.date(2099, 12, 31)))
    return order(f"{height} mm", f"{Decimal(weight) / 10} kg", regimen=draw(NAMES), start=start)


def plain(text: bytes) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text.decode())


@pytest.mark.slow
@settings(max_examples=60)
@given(orders(), TERMINALS)
def test_no_width_cuts_an_amount_a_name_or_a_unit(drawn: Order, terminal: Terminal) -> None:
    lines = plain(render(drawn, "table", terminal=terminal, explain=True)).splitlines()
    for dose in drawn.doses:
        assert any(re.match(rf"\s*{dose.drug}\b", line) for line in lines)
        for amount in (dose.prescribed, dose.calculated, dose.ordered, dose.daily_total, dose.cycle_total):
            assert any(re.search(rf"(?<![\d.,]){re.escape(str(amount))}(?![\w/])", line) for line in lines), amount
    for row in drawn.administrations:
        assert any(row.drug in line and f" {row.dose}" in line for line in lines)


@pytest.mark.slow
@settings(max_examples=40)
@given(orders(), st.integers(80, 220))
def test_nothing_runs_over_the_edge_from_80_columns_on(drawn: Order, width: int) -> None:
    terminal = Terminal(width, edge=True, lines=True, colour=True, bold=True)
    assert max(map(len, plain(render(drawn, "table", terminal=terminal, explain=True)).splitlines())) <= width


@pytest.mark.slow
@settings(max_examples=40)
@given(orders())
def test_every_format_shows_the_same_amounts(drawn: Order) -> None:
    amounts = [(dose.drug, dose.ordered) for dose in drawn.doses]
    told = json.loads(render(drawn, "json"), parse_float=Decimal, parse_int=Decimal)
    assert [(dose["drug"], Quantity(**dose["ordered"])) for dose in told["doses"]] == amounts
    rows = list(csv.DictReader(io.StringIO(render(drawn, "csv").decode())))
    if drawn.start:
        given_amounts = [(row.drug, row.dose) for row in drawn.administrations]
        assert [(row["drug"], Quantity(Decimal(row["dose"]), row["unit"])) for row in rows] == given_amounts
    else:
        assert [(row["drug"], Quantity(Decimal(row["ordered"]), row["unit"])) for row in rows] == amounts
    text = plain(render(drawn))
    for drug, amount in amounts:
        (line,) = [line for line in text.splitlines() if re.match(rf"{drug}  ", line)]
        assert str(amount) in re.split(r"  +", line)
    assert load_order(render(drawn, "json")) == drawn
    assert render(drawn) == render(drawn)


LONG_NAMES = (
    "drug: pegylated liposomal doxorubicin hydrochloride, dose: 40 mg/m2, route: IV infusion, over: 90 min, days: 1",
    "drug: asparaginase erwinia chrysanthemi recombinant rywn, dose: 25000 units/m2, route: intramuscular, "
    'days: "1, 3, 5, 8, 10, 12, 15, 17, 19"',
    "drug: fluorouracil, dose: 4000 mg/m2, route: IV infusion, over: 96 h, days: 1",
)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("lines", [True, False])
def test_long_names_stand_on_every_terminal_with_their_doses(tmp_path: Path, width: int, lines: bool) -> None:
    regimen = load_regimen(regimen_file(tmp_path, "long", *LONG_NAMES))
    patient = load_patient(texts={"height": "128 cm", "weight": "26 kg"})
    drawn = draft_order(regimen, patient, start=datetime.date(2026, 11, 30))
    terminal = Terminal(width, edge=True, lines=lines)
    shown = [render(drawn, terminal=terminal, explain=True), render_regimen(regimen, terminal=terminal)]
    wide = [line for text in shown for line in text.decode().splitlines() if len(line) > width]
    assert [line for line in wide if len(line.split()[-1]) < 60] == []  # an SHA-256 is one word
    text = " ".join(shown[0].decode().split())
    for dose in drawn.doses:
        assert dose.drug in text
        assert text.count(str(dose.ordered)) > len(dose.days)


def at(width: int, document: Order, *, brief: bool = False, explain: bool = False) -> list[str]:
    """The lines of an order on a terminal of this width."""
    terminal = Terminal(width, edge=True, lines=True, brief=brief)
    return render(document, terminal=terminal, explain=explain).decode().splitlines()


def test_every_figure_has_a_column_where_there_is_room() -> None:
    row = r"clofarabine +40 mg/m2 +38.4 mg +38.4 mg +IV infusion +2 h +1 to 5 +38.4 mg +192 mg"
    assert any(re.fullmatch(row, line) for line in at(120, order()))


def test_what_repeats_the_ordered_dose_gives_way_first() -> None:
    lines = at(80, order())
    assert any(
        re.fullmatch(r"clofarabine +40 mg/m2 +38.4 mg +IV infusion +2 h +1 to 5 +192 mg", line) for line in lines
    )
    reduced = load_patient(texts={"height": "128 cm", "weight": "26 kg", "reductions": ["etoposide=by 25%: mucositis"]})
    lines = at(80, draft_order(load_regimen("cec-induction"), reduced, load_pharmacy()))
    number = next(number for number, line in enumerate(lines) if line.startswith("etoposide  "))
    assert lines[number].split() == ["etoposide", "100", "mg/m2", "96", "mg", "72", "mg", "360", "mg"]
    assert lines[number + 1] == "  IV infusion, 2 h, days 1 to 5"


def test_a_narrow_table_has_the_rest_below_the_name() -> None:
    stacked = at(60, order())
    number = next(number for number, line in enumerate(stacked) if line.startswith("clofarabine  "))
    assert [line.strip() for line in stacked[number + 3 : number + 5]] == ["IV infusion, 2 h", "days 1 to 5"]
    assert set(stacked[number + 5]) == {"─"}


def test_a_screen_of_80_by_24_ends_with_doses_and_alerts_in_view() -> None:
    """The last line of the screen is that of the prompt; a pipe and `--explain` say in full what is one line here."""
    young = order("90 cm", "12 kg")
    screen = at(80, young, brief=True)[-23:]
    assert screen[0].split() != []
    assert [dose.drug for dose in young.doses if not any(line.startswith(f"{dose.drug} ") for line in screen)] == []
    text = "\n".join(screen)
    assert [alert.code for alert in young.alerts if alert.code not in text] == []
    wanted = ("taper", "G-CSF", "2015 to")
    for lines in (render(young).decode(), "\n".join(at(80, young, brief=True, explain=True))):
        assert [word for word in wanted if word not in lines] == []
    assert not any(word in line for word in wanted for line in at(80, young, brief=True))


def test_a_pipe_is_plain_and_keeps_a_row_to_a_line() -> None:
    text = render(order(start=START)).decode()
    assert set(re.findall(r"[^\x00-\x7f]", text)) <= {"…", "√", "×"}
    assert "\x1b" not in text
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_colour_and_bold_are_told_apart() -> None:
    """NO_COLOR takes colour away and leaves what is bold."""
    young = order("90 cm", "12 kg")
    assert any(alert.level == "check" for alert in young.alerts)
    coloured, uncoloured, bare = (
        render(young, terminal=Terminal(80, edge=True, lines=True, colour=colour, bold=bold)).decode()
        for colour, bold in ((True, True), (False, True), (False, False))
    )
    assert "\x1b[1;33m" in coloured
    assert "\x1b[1;33m" not in uncoloured
    assert "\x1b[1m" in uncoloured
    assert "\x1b" not in bare


def test_a_name_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in draw(wrap("a\x1b[2Jb\tc", Terminal()), Terminal()).decode()
    assert "[red]" in draw([table([TableColumn("[red]")], [["[bold]x"]])], Terminal()).decode()


def test_a_table_needs_the_width_that_it_takes() -> None:
    grid = table([TableColumn("Drug"), TableColumn("Dose", right=True)], [["a", "1 mg"], ["long name", "1,000 mg"]])
    drawn = draw([grid], Terminal(5)).decode().splitlines()
    assert drawn == ["Drug           Dose", "a              1 mg", "long name  1,000 mg"]
    assert width_of(grid) == len(drawn[0])


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("give 38.4 mg in 5 days", 12, ["give 38.4 mg", "in 5 days"]),
        ("give 38.4 mg in 5 days", 11, ["give", "38.4 mg in", "5 days"]),
        ("a target of AUC 5 and 4 ft 2 in", 13, ["a target of", "AUC 5 and", "4 ft 2 in"]),
        ("https://example.org/a-very-long-address", 10, ["https://example.org/a-very-long-address"]),
    ],
)
def test_text_breaks_between_words_but_never_inside_a_quantity(text: str, width: int, lines: list[str]) -> None:
    assert draw(wrap(text, Terminal(width)), Terminal(width)).decode().splitlines() == lines


def row(start: str, end: str | None, drug: str = "a") -> Administration:
    begin = datetime.datetime.fromisoformat(start)
    finish = datetime.datetime.fromisoformat(end) if end else None
    return Administration(1, 1, 1, 0, drug, Quantity(Decimal(1), "mg"), "IV", begin.date(), begin, end=finish)


def test_a_timeline_shows_infusions_side_by_side() -> None:
    rows = [
        row("2026-11-30T09:00", None),
        row("2026-11-30T09:00", "2026-11-30T11:00"),
        row("2026-11-30T11:00", "2026-11-30T11:10"),
        row("2026-11-30T12:00", "2026-11-30T14:00"),
    ]
    assert timeline(rows, 19, lines=False) == (
        "09:00     14:00",
        ["*", "======", "      =", "         ======"],
    )


def test_a_timeline_ends_after_24_hours_and_says_that_more_follows() -> None:
    rows = [row("2026-11-30T22:00", "2026-12-04T22:00"), row("2026-12-01T09:00", "2026-12-01T10:00")]
    scale, bars = timeline(rows, 24, lines=False)
    assert scale == "22:00              22:00"
    assert bars == ["=" * 24 + ">", " " * 11 + "="]
    assert timeline([row("2026-11-30T09:00", None)], 24, lines=True) == ("09:00", ["●"])


@pytest.mark.parametrize(
    ("days", "text"),
    [
        ((1,), "1"),
        ((1, 2), "1, 2"),
        ((1, 2, 3), "1 to 3"),
        ((1, 8, 15), "1, 8, 15"),
        ((1, 2, 3, 8, 9, 10), "1 to 3, 8 to 10"),
    ],
)
def test_days_in_words(days: tuple[int, ...], text: str) -> None:
    assert list_days(days) == text


def test_a_reduction_is_told_with_its_size_and_reason() -> None:
    texts = {"height": "128", "weight": "26", "reductions": ["etoposide=25%: mucositis", "clofarabine=100%: liver"]}
    order = draft_order(load_regimen("cec-induction"), load_patient(texts=texts))
    text = " ".join(render(order).decode().split())
    # 100 mg/m2 × 0.96 m2 = 96 mg; three quarters of it are 72 mg
    assert "Changed by a person clofarabine: OMITTED on every day, reduced by 100%, to 0% of 38.4 mg: liver" in text
    assert "etoposide: 72 mg, reduced by 25%, to 75% of 96 mg: mucositis" in text


def test_a_reduced_dose_is_told_as_it_is_ordered_after_rounding() -> None:
    """100 mg/m2 × 0.96 m2 = 96 mg; three quarters of it are 72 mg, to the nearest 5 mg 70 mg."""
    patient = load_patient(texts={"height": "128", "weight": "26", "reductions": ["etoposide=25%: mucositis"]})
    pharmacy = load_pharmacy(texts={"dose_rounding": {"etoposide": "nearest 5 mg"}})
    text = " ".join(render(draft_order(load_regimen("cec-induction"), patient, pharmacy)).decode().split())
    assert "etoposide: 70 mg, reduced by 25%, to 75% of 96 mg: mucositis" in text


CELLS = st.text(st.sampled_from("ab 1,./é李°\n"), max_size=12).map(lambda text: text.rstrip("\n"))


@settings(max_examples=100)
@given(
    st.lists(st.tuples(CELLS, st.booleans()), min_size=1, max_size=4).flatmap(
        lambda columns: st.tuples(
            st.just([TableColumn(heading, right) for heading, right in columns]),
            st.lists(st.tuples(*[CELLS] * len(columns)), max_size=4),
        )
    ),
    st.booleans(),
    WIDTHS,
)
def test_plain_tables_are_those_that_rich_draws_without_lines(
    table_of: tuple[list[TableColumn], list[tuple[str, ...]]], ruled: bool, width: int
) -> None:
    grid = table(*table_of, ruled=ruled)
    drawn = [line.rstrip() for line in styled([grid], Terminal(width)).splitlines()]
    assert draw([grid], Terminal(width)).decode().splitlines() == drawn
