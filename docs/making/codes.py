"""Every code that an order, a table or a verification can show, from the tables that hold them.

What no table holds stands in `OTHERS`; a test reads the program for codes that are missing there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from cec import load_regimen
from cec.calculate.rules import rules_for
from cec.calculate.rules.rule import LimitQuestion, Rule
from cec.conditions import words
from cec.errors import CODES, CecError
from cec.load import regimen_names
from cec.pharmacy import Pharmacy
from cec.regimen import NOT_SHIPPED, Condition, DoseEntry, DrugLine, Limit, Regimen, Source, any_words
from cec.units import Quantity
from cec.verification.mistakes import MISTAKES
from cec.verification.outcome import MEANINGS
from making.markdown import table

OTHERS = {
    "incomplete": ("note", "checks were not made, because the facts that it names are missing"),
    "not-applicable": ("note", "checks were not made, because they are drawn for other patients"),
    "not-asked": ("note", "the history holds facts for which this regimen does not ask"),
    "fatal-route-<drug>": ("stop", "the drug kills by this route; nothing lifts this stop"),
    "much-into-csf-<drug>": (
        "check",
        "the dose is more than is given into the cerebrospinal fluid: 15 mg of methotrexate, 100 mg of cytarabine",
    ),
    "used-too-late-<drug>": (
        "check",
        "made at the pharmacy's hour, a dose ends after what is made up keeps at the longest",
    ),
    "vinca-syringe-<drug>": (
        "check",
        "a vinca alkaloid into a vein is not an infusion: it is made up in infusion bags only",
    ),
    "not-weekly-<drug>": ("check", "methotrexate by mouth is given more often than once a week"),
    "damaged-file": ("check", "a file that may be an order cannot be trusted, so that a worklist may lack its patient"),
    "one-id-two-patients": ("check", "one id has two names or dates of birth in different orders"),
    "two-ids-one-patient": ("check", "one name and date of birth has two ids in different orders"),
    "counts-as-given": (
        "check",
        "doses of a worklist already count as given, because their orders were changed after that day",
    ),
    "orders-without-dates": ("note", "orders were drafted without a start, so that no worklist has them"),
    "two-orders-one-day": ("check", "two orders of one patient's history both give drugs on one day; both are counted"),
    "earlier-doses-differ": (
        "check",
        "an order tells of other earlier doses than those to which the orders before it in a history come",
    ),
    "product-differs-<drug>": (
        "check",
        "a product is not the same thing in every order of a worklist, or not in the pharmacy file",
    ),
    "withdrawn": ("stop", "the regimen's file says that it is withdrawn"),
    "superseded": ("check", "the regimen's file names another that takes its place"),
    "draft": ("check", "the regimen's file says that it is a draft"),
    "not-reviewed": (
        "check or stop",
        "the file was changed after its review; a stop, also where nobody reviewed it, with `require_review`",
    ),
    "not-for-patient-<drug>": (
        "note",
        "the regimen gives the drug to others `only`, and no line instead to the patient; the order goes without it",
    ),
    "share-left-out-<drug>": ("check", "the dose is a share of a drug that is not given on that day"),
    "withheld-<drug>": ("check", "a person leaves the drug out on the days that it names"),
    "below-weight-change": (
        "check",
        "a weight within a cycle is nearer to the one before than the pharmacy doses anew for (`weight_change`)",
    ),
    "given-<drug>": (
        "note or check",
        "somebody told that a dose was not given, or another amount than ordered; more than ordered is a check",
    ),
    "made-before-<drug>": (
        "check",
        "a dose was to be made up (`made_at`) before the day on which a change made it another one: it is made anew",
    ),
    "days-apart-<drug>": ("check", "moved days of a drug are nearer to each other than the protocol has them"),
    "weekday-<drug>": ("check", "a moved day of a drug is not one of the days of the week that the regimen names"),
    "stays-<drug>": ("check", "a dose stays on a day left out or moved, because it hangs on a drug of an earlier day"),
    "interrupted-<drug>": ("check", "bags that were one chain no longer follow each other"),
    "large-reduction-<drug>": ("check", "a person reduces by more than half: is not meant `to` that percentage?"),
    "set-dose-<drug>": (
        "check or stop",
        "a person set an amount 10% above, or less than half of, the calculated dose; more than twice is a stop",
    ),
    "set-above-maximum-<drug>": ("check", "a person set an amount above the regimen's maximum"),
    "product-<drug>": (
        "check",
        "the preferred product is not for this patient, or nobody knows: another is taken",
    ),
    "rule-not-applied-<drug>": ("check", "the pharmacy file names a drug of nearly this name: a rule may be misspelt"),
    "no-bag-<drug>": ("check", "no bag of the formulary gives a concentration that is allowed"),
    "diluent-<drug>": ("check", "the regimen's diluent is not one that the formulary allows"),
    "undiluted-<drug>": ("check", "IV with no duration, drawn up stronger than the formulary allows"),
    "runs-longer-<drug>": ("check", "it runs longer than the formulary says that it keeps, made up as it is"),
    "measured-<drug>": ("check", "what can be drawn up lies further from the dose than the pharmacy allows"),
    "digits-<drug>": ("check", "the dose has more digits than anybody can measure: a rounding rule settles it"),
    "no-time-<drug>": ("check", "the dose finds no time on its date; a person sets its time"),
    "anchor-<drug>": ("check", "the drug that its start hangs on is not given"),
    "longer-duration-<drug>": ("note", "it runs for a range of times, of which the schedule takes the longer"),
    "total-doses-<drug>": ("check", "fewer doses than the regimen's `total_doses` fit into the days of this cycle"),
    "clock-change-<drug>": ("check", "the clock is changed while it runs, or its time is not there or comes twice"),
    "interval-<drug>": ("check", "the time since the dose before is not the one that the regimen says"),
    "runs-twice-<drug>": ("check", "a dose starts while another of the same drug runs"),
    "overlap-<drug>": ("note", "a dose starts while another drug runs: another line, or known to be compatible"),
    "intrathecal-beside-iv-<drug>": ("check", "an intrathecal dose stands at the time of an intravenous one"),
}
"""Level and meaning of every code that stands in no table of the program."""

ALERTS = """# Codes

An alert has a code, by which `--accept` and tables name it. [Alerts](../alerts.md) says what a level means and
how an alert is answered. A check on [facts](facts.md) names those that it looks at, what passes, and whose limit that
is; a limit without a source is cec's own.

## Alerts of every order

"""
REGIMENS = """
## Checks of the shipped regimens

A regimen brings checks of its own, by the codes of its file.

"""
REMARKS = """
## Remarks of `cec verify`

"""
MISTAKE_NAMES = """
## Mistakes that `cec verify` knows

A wrong dose is explained where the written digits fit one of these, the gravest first.

"""
ERRORS = """
## Errors

What cannot be read or computed gives no order: a message, exit status 1 and, from Python, an exception. Wrong usage of
a command is exit status 2.

"""


FAULTS = """
### Codes of faults

With `--errors json` every command tells what is wrong on standard error as JSON, an object to a line, with one of
these as its `code` ([at the keyboard](../command-line.md#faults-for-a-program)); in Python it is the `code` of a fault
or, where that is empty, of the exception. A code keeps its meaning. What only tells more, like the counts of a batch,
has the code `note`.

"""


DRUG = "<drug>"
_BOUND = Condition("creatinine_clearance", (Limit("<", Quantity(Decimal(40), "mL/min")),))
ANY_REGIMEN = Regimen(
    name=f"{NOT_SHIPPED}<regimen>",
    title="",
    edition=1,
    indication="",
    source=Source("the regimen's source"),
    drugs=(
        DrugLine(
            DRUG,
            Quantity(Decimal(1), "mg"),
            "oral",
            (1,),
            lifetime_maximum=Quantity(Decimal(1), "mg"),
        ),
        DrugLine(DRUG, Quantity(Decimal(1), "mg"), "intrathecal", (1,)),
        DrugLine(DRUG, Quantity(Decimal(1), "AUC"), "IV bolus", (1,)),
        DrugLine(DRUG, Quantity(Decimal(1), "AUC by newell-1993"), "IV bolus", (1,)),
        DrugLine(DRUG, (DoseEntry(Quantity(Decimal(1), "mg"), (_BOUND,)),), "oral", (1,)),
    ),
    sha256="",
)
"""Stands for every regimen: rules of a drug stand once."""


def page() -> str:
    """The page, as Markdown."""
    mistakes = [("mistake",), *((mistake,) for mistake in MISTAKES)]
    faults = [("code", "what is wrong"), *((f"`{code}`", words) for code, words in CODES.items())]
    remarks = [("code", "what it says"), *((f"`{name}`", meaning) for name, meaning in MEANINGS.items())]
    parts = (
        *(ALERTS, table(_alerts()), REGIMENS, table(_regimen_checks())),
        *(REMARKS, table(remarks), MISTAKE_NAMES, table(mistakes), ERRORS, table(_errors()), FAULTS, table(faults)),
    )
    return "".join(parts)


def _alerts() -> Iterator[Sequence[str]]:
    """Every code of every order, by the alphabet: of a rule with its limits, of another with its meaning."""
    rows: set[tuple[str, str, str]] = {
        (f"`{_general_code(rule)}`", rule.level, _right(rule)) for rule in rules_for(ANY_REGIMEN, Pharmacy())
    }
    rows |= {(f"`{name}`", level, meaning) for name, (level, meaning) in OTHERS.items()}
    yield ("code", "level", "what it looks at, or what it says")
    yield from sorted(rows, key=_as_it_reads)


def _as_it_reads(row: Sequence[str]) -> tuple[str, ...]:
    """A row by which a reader's alphabet sorts: `bmi` before `bmi-for-age`."""
    return tuple(cell.replace("`", "") for cell in row)


def _right(rule: Rule) -> str:
    """What a rule looks at and what is right, with its source."""
    source = f" [{rule.source}]" if rule.source else ""
    facts = ", ".join(f"`{name}`" for name in rule.facts)
    return f"{facts or 'the regimen'}; passes: {_limits(rule)}{source}"


def _regimen_checks() -> Iterator[Sequence[str]]:
    """The checks of the shipped regimens, those that several have once."""
    owners: dict[tuple[str, ...], list[str]] = {}
    for name in regimen_names():
        for check in load_regimen(name).checks:
            source = f" [{check.source}]" if check.source else ""
            when = any_words(check.any_of)
            owners.setdefault((f"`{check.code}`", check.level, when, check.text + source), []).append(f"`{name}`")
    yield ("code", "level", "when", "what it says", "regimens")
    yield from sorted(((*row, ", ".join(names)) for row, names in owners.items()), key=_as_it_reads)


def _errors() -> Iterator[Sequence[str]]:
    yield ("error", "what it means")
    errors: tuple[type[CecError], ...] = (CecError, *CecError.__subclasses__())
    for error in errors:
        yield (f"`{error.__name__}`", (error.__doc__ or "").split("\n\n")[0].replace("``", "`"))


def _general_code(rule: Rule) -> str:
    """The code of a rule, with `<drug>` for the drug that it is about."""
    return rule.code.replace("-drug", f"-{DRUG}") if rule.about == DRUG else rule.code


def _limits(rule: Rule) -> str:
    """The limits of a rule in words: as it says them, else those that stand in numbers."""
    if rule.limits:
        return rule.limits
    asked = (each for each in rule.asks if isinstance(each, LimitQuestion) and each.stretch)
    stretches = (words(each.fact, each.stretch).removeprefix(f"{each.fact} ") for each in asked if each.stretch)
    return " and ".join(stretches)
