"""Names of drugs as words: which words tell one drug from another, and which names are of different drugs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

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
        *("abemaciclib", "acalabrutinib", "aclarubicin", "afatinib", "aflibercept", "aldesleukin"),
        *("alectinib", "alemtuzumab", "alitretinoin", "allopurinol", "amsacrine", "anastrozole"),
        *("anlotinib", "apalutamide", "apatinib", "aprepitant", "asciminib", "asparaginase"),
        *("atezolizumab", "avapritinib", "avelumab", "axitinib", "azacitidine", "azathioprine"),
        *("belantamab", "bendamustine", "betamethasone", "bevacizumab", "bexarotene", "bicalutamide"),
        *("binimetinib", "bleomycin", "blinatumomab", "bortezomib", "bosutinib", "brentuximab"),
        *("brigatinib", "busulfan", "cabazitaxel", "cabozantinib", "calaspargase", "capecitabine"),
        *("capmatinib", "carboplatin", "carfilzomib", "carmustine", "ceritinib", "cetuximab"),
        *("chlorambucil", "cisplatin", "cladribine", "clofarabine", "cobimetinib", "cortisone"),
        *("crizotinib", "cyclophosphamide", "cytarabine", "dabrafenib", "dacarbazine", "dacomitinib"),
        *("dactinomycin", "daratumumab", "dasatinib", "daunorubicin", "decitabine", "degarelix"),
        *("denosumab", "deruxtecan", "dexamethasone", "dexrazoxane", "dinutuximab", "docetaxel"),
        *("doxorubicin", "durvalumab", "elotuzumab", "elranatamab", "emtansine", "encorafenib"),
        *("ensartinib", "entrectinib", "enzalutamide", "epirubicin", "erdafitinib", "eribulin"),
        *("erlotinib", "etoposide", "everolimus", "evofosfamide", "exemestane", "fedratinib"),
        *("filgrastim", "fludarabine", "fludrocortisone", "fluorouracil", "flutamide", "fosaprepitant"),
        *("fotemustine", "fulvestrant", "gefitinib", "gemcitabine", "gemtuzumab", "gilteritinib"),
        *("givinostat", "glufosfamide", "goserelin", "granisetron", "hydrocortisone", "ibrutinib"),
        *("idarubicin", "idelalisib", "ifosfamide", "imatinib", "inotuzumab", "ipilimumab"),
        *("irinotecan", "isatuximab", "isotretinoin", "ixabepilone", "ixazomib", "lanreotide"),
        *("lapatinib", "larotrectinib", "lenalidomide", "lenograstim", "lenvatinib", "letrozole"),
        *("leuprorelin", "lipegfilgrastim", "lomustine", "lorlatinib", "masitinib", "melphalan"),
        *("mercaptopurine", "mesna", "methotrexate", "methylprednisolone", "midostaurin", "mitomycin"),
        *("mitotane", "mitoxantrone", "mogamulizumab", "momelotinib", "necitumumab", "nelarabine"),
        *("neratinib", "nilotinib", "nilutamide", "nimustine", "niraparib", "nivolumab"),
        *("obinutuzumab", "octreotide", "ofatumumab", "olaparib", "ondansetron", "osimertinib"),
        *("oxaliplatin", "ozogamicin", "paclitaxel", "pacritinib", "palbociclib", "palonosetron"),
        *("panitumumab", "pazopanib", "pegaspargase", "pegfilgrastim", "pembrolizumab", "pemetrexed"),
        *("pentostatin", "pertuzumab", "pirarubicin", "pirtobrutinib", "pixantrone", "plerixafor"),
        *("polatuzumab", "pomalidomide", "ponatinib", "pralatrexate", "pralsetinib", "prednimustine"),
        *("prednisolone", "prednisone", "procarbazine", "quizartinib", "raltitrexed", "ramucirumab"),
        *("ranimustine", "rasburicase", "regorafenib", "repotrectinib", "ribociclib", "rituximab"),
        *("romidepsin", "rucaparib", "ruxolitinib", "selinexor", "selpercatinib", "siltuximab"),
        *("sirolimus", "sorafenib", "sotorasib", "streptozocin", "sunitinib", "tagraxofusp"),
        *("talazoparib", "taletrectinib", "tamoxifen", "tazemetostat", "tebentafusp", "tegafur"),
        *("telisotuzumab", "temozolomide", "temsirolimus", "teniposide", "thalidomide", "thiotepa"),
        *("tioguanine", "tivozanib", "topotecan", "toremifene", "trabectedin", "trametinib"),
        *("trastuzumab", "tremelimumab", "treosulfan", "tretinoin", "triptorelin", "trofosfamide"),
        *("ublituximab", "valrubicin", "vandetanib", "vedotin", "vemurafenib", "venetoclax"),
        *("vinblastine", "vincristine", "vindesine", "vinflunine", "vinorelbine", "vismodegib"),
        *("vorinostat", "zanubrutinib", "zoledronic", "zongertinib", "zorubicin"),
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


ALIKE = 0.8
"""How alike two names are of which one is probably misspelt: `klofarabina` and `clofarabine` are 0.82."""


_OLD_NAMES = {"daunomycin": "daunorubicin", "adriamycin": "doxorubicin"}
"""Names of a drug that are nearer to that of another one."""


def misspelt_drug(name: str, drugs: Iterable[str]) -> str:
    """Of these drugs the one whose name this is probably meant to be; nothing where it is one of them, or another drug.

    >>> misspelt_drug("klofarabina", ["etoposide", "clofarabine"]), misspelt_drug("Etoposid", ["etoposide"])
    ('clofarabine', 'etoposide')
    >>> misspelt_drug("prednisolone", ["prednisone"]), misspelt_drug("Clofarabine", ["clofarabine"])
    ('', '')
    """
    known = {drug.casefold(): drug for drug in drugs}
    if drug_key(name) in map(drug_key, known.values()) or not own_words(name).isdisjoint(DIFFERENT_DRUGS):
        return ""
    old = _OLD_NAMES.get(name.casefold())
    if old:
        return known.get(old, "")
    near = get_close_matches(name.casefold(), known, 1, ALIKE)
    return known[near[0]] if near else ""


@lru_cache(maxsize=1 << 12)
def drug_key(name: str) -> str:
    """What every spelling of one drug has in common: its letters and digits, without capitals.

    >>> drug_key("Doxorubicin, liposomal") == drug_key("doxorubicin  LIPOSOMAL")
    True
    >>> drug_key("G-CSF") == drug_key("gcsf"), drug_key("etoposide") == drug_key("etoposide phosphate")
    (True, False)
    """
    return "".join(words_of(unicodedata.normalize("NFKC", name))) or name.casefold()


def is_same_drug(name: str, other: str) -> bool:
    """Whether two names are of one drug: wherever names of drugs are compared, they are compared so."""
    return name == other or drug_key(name) == drug_key(other)


def spelled_twice(names: Iterable[str]) -> list[tuple[str, str]]:
    """Each name of a drug that stands in another spelling before it, with that one.

    >>> spelled_twice(["doxorubicin", "etoposide", "Doxorubicin", "etoposide"])
    [('Doxorubicin', 'doxorubicin')]
    """
    first: dict[str, str] = {}
    return [
        (name, before) for name in dict.fromkeys(names) if (before := first.setdefault(drug_key(name), name)) != name
    ]


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
