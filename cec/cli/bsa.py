"""cec bsa: every formula for body surface area, side by side."""

from __future__ import annotations

from typing import Annotated

from cec.cli.inputs import pharmacy_file, read_patient, read_pharmacy, require_measures
from cec.cli.option import ChosenFrom
from cec.cli.options import BsaPolicyOptions, SizeOptions
from cec.cli.output import chosen_format, show
from cec.cli.output_options import OutputOptions
from cec.cli.places import keep_apart
from cec.errors import together
from cec.rendering import BSA_COMPARISONS


def bsa(
    size: SizeOptions, pharmacy: BsaPolicyOptions, output: Annotated[OutputOptions, ChosenFrom(BSA_COMPARISONS)]
) -> None:
    """Body surface area by every formula, side by side.

    With each formula's equation, citation and difference from the formula in use.

    Examples:
      cec bsa --height 128cm --weight 26kg --sex female
      cec bsa --height '4 ft 2 in' --weight 57.3lb --format csv
    """
    from cec.calculate.bsa_comparison import compare_bsa

    chosen = chosen_format(output, BSA_COMPARISONS)
    require_measures(size)
    keep_apart({"--patient": size.patient, "--pharmacy": pharmacy_file(pharmacy.pharmacy)}, {"--output": output.output})
    patient, policy = together(lambda: read_patient(size), lambda: read_pharmacy(pharmacy))
    show(compare_bsa(patient, policy.bsa_formula), chosen)
