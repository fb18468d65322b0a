"""Whether what was typed as allergies names a drug of the order. Nothing is known here of drugs: words are compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cec.calculate.alert_codes import code_of_drug
from cec.drug_names import own_words, words_of
from cec.order import Alert
from cec.pharmacy import Pharmacy
from cec.regimen import entry_of


def check_allergies(allergies: str, drugs: Iterable[str], pharmacy: Pharmacy) -> Iterator[Alert]:
    """A check for each of these drugs that the allergies name, or of which they name a product; it quotes them.

    Whole words count, in small letters or capitals. "No reaction to etoposide" is quoted too: a person reads it.

    >>> from cec.pharmacy import Pharmacy
    >>> for alert in check_allergies("Etoposide (anaphylaxis 2024)", ["clofarabine", "etoposide"], Pharmacy()):
    ...     print(alert.code, alert.level, alert.text)
    allergy-etoposide check the patient's allergies name it: 'Etoposide (anaphylaxis 2024)'
    """
    said = words_of(allergies)
    if not said:
        return
    for drug in dict.fromkeys(drugs):
        if _names(said, drug):
            named = "it"
        else:
            stock = entry_of(drug, pharmacy.formulary)
            products = [product.name for product in stock.products] if stock else []
            named = next((f"its product {product}" for product in products if _names(said, product)), "")
        if named:
            text = f"the patient's allergies name {named}: '{allergies}'"
            yield Alert(code_of_drug("allergy", drug), "check", drug, text)


def _names(said: list[str], name: str) -> bool:
    """Whether a name is said, whole or by a word of its own."""
    words = words_of(name)
    whole = f" {' '.join(words)} " in f" {' '.join(said)} "
    return bool(words) and (whole or not own_words(name).isdisjoint(said))
