"""Whether what was typed as allergies names a drug of the order. Nothing is known here of drugs: words are compared."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cec.calculate.rules.rule import Case, Rule, TextQuestion
from cec.drug_names import misspelt_drug, own_words, words_of
from cec.order import code_of_drug
from cec.pharmacy import Pharmacy
from cec.regimen import Regimen

_SHORTEST = 6
"""Letters of a word that may be a misspelt name."""


def allergy_rules(regimen: Regimen, pharmacy: Pharmacy) -> Iterator[Rule]:
    """A check for each drug that this order gives and the patient's allergies name; it quotes them.

    Whole words count, in small letters or capitals, and words that are nearly its name: another language, a slip. "No
    reaction to etoposide" is quoted too: a person reads it.
    """
    for drug in dict.fromkeys(line.drug for line in regimen.drugs):
        named = partial(named_as, drug, pharmacy)
        yield Rule(
            code=code_of_drug("allergy", drug),
            level="check",
            about=drug,
            asks=(TextQuestion("allergies", named),),
            text=partial(_text, named),
            limits="they name neither the drug, nor nearly so, nor a product of it in the formulary",
            drug=drug,
        )


def _text(named: partial[str], case: Case) -> str:
    allergies = case.patient.allergies
    return f"the patient's allergies name {named(allergies)}: '{allergies}'"


def named_as(drug: str, pharmacy: Pharmacy, allergies: str) -> str:
    """As what allergies name a drug: `it`, one of its products, or nearly its name; nothing where they do not.

    >>> named_as("etoposide", Pharmacy(), "Etoposide (anaphylaxis 2024)")
    'it'
    >>> named_as("etoposide", Pharmacy(), "Etoposid: Ausschlag"), named_as("prednisone", Pharmacy(), "prednisolone")
    ('etoposid, nearly its name', '')
    """
    words = words_of(allergies)
    name, *products = pharmacy.names_of(drug)
    if _names(words, name):
        return "it"
    if product := next((each for each in products if _names(words, each)), ""):
        return f"its product {product}"
    near = next((word for word in words if len(word) >= _SHORTEST and misspelt_drug(word, [drug])), "")
    return f"{near}, nearly its name" if near else ""


def _names(words: list[str], name: str) -> bool:
    """Whether a name is among the words, whole or by a word of its own."""
    of_name = words_of(name)
    whole = f" {' '.join(of_name)} " in f" {' '.join(words)} "
    return bool(of_name) and (whole or not own_words(name).isdisjoint(words))
