"""Names of drugs as words: which words tell one drug from another, and which names are of different drugs."""

from __future__ import annotations

import re
from collections.abc import Iterable

SHORTEST_WORD = 4
"""Letters. A shorter word names a drug only together with the others of its name, like G-CSF."""

NAMES_NO_DRUG = frozenset(
    (
        *("acid", "acetate", "calcium", "chloride", "citrate", "hydrochloride", "phosphate", "potassium", "sodium"),
        *("succinate", "sulfate", "sulphate", "tartrate", "trioxide", "liposomal", "pegylated", "human", "recombinant"),
        *("ampoule", "bottle", "capsule", "capsules", "concentrate", "injection", "oral", "powder", "solution"),
        *("syringe", "tablet", "tablets", "units", "vial", "with", "water", "free", "high", "dose"),
    )
)
"""Words of names of drugs and products that stand in many of them."""

DIFFERENT_DRUGS = frozenset(
    (
        *("allopurinol", "aprepitant", "azacitidine", "azathioprine", "bendamustine", "bevacizumab", "bleomycin"),
        *("blinatumomab", "bortezomib", "busulfan", "cabazitaxel", "calaspargase", "carboplatin", "carfilzomib"),
        *("carmustine", "cetuximab", "chlorambucil", "cisplatin", "cladribine", "clofarabine", "cyclophosphamide"),
        *("cytarabine", "dacarbazine", "daratumumab", "daunorubicin", "decitabine", "deruxtecan", "dexamethasone"),
        *("dexrazoxane", "dinutuximab", "docetaxel", "doxorubicin", "emtansine", "epirubicin", "eribulin", "etoposide"),
        *("filgrastim", "fludarabine", "fluorouracil", "fosaprepitant", "gemcitabine", "granisetron", "hydrocortisone"),
        *("idarubicin", "ifosfamide", "ipilimumab", "irinotecan", "lenograstim", "lomustine", "melphalan"),
        *("mercaptopurine", "mesna", "methotrexate", "methylprednisolone", "mitomycin", "mitoxantrone", "nelarabine"),
        *("nivolumab", "obinutuzumab", "ondansetron", "oxaliplatin", "ozogamicin", "paclitaxel", "palonosetron"),
        *("panitumumab", "pegaspargase", "pegfilgrastim", "pembrolizumab", "pemetrexed", "pentostatin", "pertuzumab"),
        *("prednisolone", "prednisone", "procarbazine", "raltitrexed", "rasburicase", "rituximab", "streptozocin"),
        *("temozolomide", "temsirolimus", "teniposide", "thiotepa", "topotecan", "trabectedin", "trastuzumab"),
        *("treosulfan", "vedotin", "vinblastine", "vincristine", "vindesine", "vinorelbine"),
    )
)
"""Names that are each of another drug, or of a part that makes another drug; none is a second name for one of these."""

_KINDS = {
    "liposomal": r"liposom\w*",
    "pegylated": r"pegylated",
    "protein-bound": r"(?:protein|albumin)[\W_]+bound|nab",
}
"""What makes another drug of one, and how a name says so."""
_KINDS_OF = {"etoposide": {"phosphate": r"phosphate"}}
"""The same, for single drugs: etoposide phosphate is dosed as etoposide, and is another product."""


def words_of(name: str) -> list[str]:
    """The words of a name, without their capitals.

    >>> words_of("vinCRIStine sulfate 1 mg/mL")
    ['vincristine', 'sulfate', '1', 'mg', 'ml']
    """
    return re.findall(r"[^\W_]+", name.casefold())


def own_words(name: str) -> set[str]:
    """The words of a name that stand for its drug alone.

    >>> own_words("Doxorubicin, liposomal")
    {'doxorubicin'}
    """
    return {word for word in words_of(name) if word.isalpha() and len(word) >= SHORTEST_WORD} - NAMES_NO_DRUG


def other_drug(product: str, drug: str, others: Iterable[str]) -> str:
    """The drug that a product's name names and that is not this one, known by name or among these others; or nothing.

    A drug that no list knows may have products of any name: it may be a brand, or in another language.

    >>> other_drug("vinCRIStine sulfate 1 mg/mL", "vinblastine", ["vinblastine", "etoposide"])
    'vincristine'
    >>> other_drug("Vepesid 100 mg", "etoposide", ["etoposide"]), other_drug("vincristine 1 mg", "Oncovin", [])
    ('', '')
    """
    mine, named = own_words(drug), own_words(product)
    known = set(DIFFERENT_DRUGS) if mine & DIFFERENT_DRUGS else set()
    elsewhere = {word: other for other in others for word in own_words(other)}
    foreign = sorted((named - mine) & (known | set(elsewhere)))
    return elsewhere.get(foreign[0], foreign[0]) if foreign else ""


def other_kind(product: str, drug: str) -> str:
    """Why a product is another kind of its drug (liposomal, pegylated, protein-bound); nothing where it is not.

    >>> other_kind("pegylated liposomal doxorubicin 2 mg/mL", "doxorubicin")
    'is liposomal and pegylated'
    >>> other_kind("doxorubicin 2 mg/mL", "doxorubicin liposomal")
    'does not say liposomal'
    >>> other_kind("Caelyx 2 mg/mL", "doxorubicin liposomal")
    ''
    """
    words = own_words(drug)
    kinds = {
        **_KINDS,
        **{kind: pattern for name, only in _KINDS_OF.items() if name in words for kind, pattern in only.items()},
    }
    of_drug, of_product = (
        [kind for kind, pattern in kinds.items() if re.search(rf"\b(?:{pattern})\b", name, re.IGNORECASE)]
        for name in (drug, product)
    )
    more = [kind for kind in of_product if kind not in of_drug]
    less = [kind for kind in of_drug if kind not in of_product] if words & own_words(product) else []
    differences = (("is", more), ("does not say", less))
    return ", ".join(f"{verb} {' and '.join(found)}" for verb, found in differences if found)
