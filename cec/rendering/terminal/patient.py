"""What a patient file says, on the terminal."""

from __future__ import annotations

import datetime

from cec.facts import body_mass_index
from cec.patient import Patient
from cec.rendering.terminal import draw
from cec.rendering.terminal.drawing import BLANK_LINE, STRONG, Terminal, labelled, section, wrap, wrap_each
from cec.rendering.words.patient import declarations, identity, known_facts, measures, place_of_care


def render(patient: Patient, day: datetime.date, terminal: Terminal) -> bytes:
    """Every value of a patient file, with the age on a day; what no file says has no line."""
    chosen = (f"{drug} {', '.join(what)}" for drug, what in patient.choices.items())
    clearance = patient.creatinine_clearance
    return draw(
        [
            *wrap(identity(patient, patient.age_on(day), day) or "A patient without a name", terminal, style=STRONG),
            BLANK_LINE,
            *labelled(
                [
                    ("In care", place_of_care(patient)),
                    ("Diagnosis", patient.diagnosis),
                    ("Allergies", patient.allergies or "not stated"),
                    ("Measures", measures(patient)),
                    ("Body mass index", f"{body_mass_index(patient.height, patient.weight).value:.1f} kg/m2"),
                    ("Creatinine clearance", f"{clearance}, measured" if clearance else ""),
                    *known_facts(patient),
                    ("Chosen", "; ".join(chosen)),
                ],
                terminal,
            ),
            *section("Changed by a person", wrap_each(declarations(patient), terminal)),
        ],
        terminal,
    )
