"""One regimen, one patient and one pharmacy in which every key of their files stands, as texts of YAML."""

from typing import Annotated

from cec.keys import key
from cec.regimen import Regimen


class WithMotto(Regimen, frozen=True, omit_defaults=True):
    """A regimen with a key that somebody declared and forgot."""

    motto: Annotated[str, key("what its friends say")] = ""


REGIMEN = """
name: every-key
title: Every key
edition: 1
for: a test
phase: induction
status: draft
superseded_by: another-regimen
source: {citation: this test, url: https://example.org/test}
cycle_length: 28 days
day_0: transplantation
next_cycle: {earliest_day: 22, text: when counts recover, source: the source of the next cycle}
prescribe_separately: [hydration]
assumed: {sequence: as it stands here}
other_dose_sets:
  - doses: {clofarabine: 30 mg/m2}
    source: the source of other doses
checks:
  - when: {weight: under 100 kg}
    level: check
    code: light
    about: clofarabine
    text: weighs little
    offers: {clofarabine: by 50%}
    source: the source of a check
  - {when: {prior_hsct: true}, level: note, code: after-hsct, text: had a transplant}
  - {when: {days_since_day_1: under 40 days}, level: note, code: soon, text: the previous cycle was soon before}
  - {when: {previous_cycles: at least 1}, level: note, code: later, text: a later cycle}
drugs:
  - drug: clofarabine
    purpose: against the disease
    dose: 40 mg/m2
    maximum: 36 mg
    maximum_a_day: 37 mg
    bsa_cap: 1.1 m2
    route: IV infusion
    over: 2 h
    days: 1-3
    cycles: 1-3
    diluent: sodium chloride 0.9%
    label: by a central line
    note: before all others
    source: another source
    assumed: {over: as for adults}
  - drug: doxorubicin
    dose: 30 mg/m2
    lifetime_maximum: 450 mg/m2
    route: IV bolus
    days: 2
    after: clofarabine
    gap: 1 h
  - {drug: etoposide, dose: 50 mg/m2, route: IV infusion, over: 1 h, days: 1-2, times: 2, every: 6 h}
  - {drug: cyclophosphamide, dose: 440 mg/m2, route: IV infusion, over: 1 h, days: 1-2}
  - drug: pegaspargase
    dose: 1000 units/m2
    route: intramuscular
    days: 1-3
    repeat: every 14 days
    weekdays: [Monday, Wednesday]
    total_doses: 5
  - drug: ondansetron
    called: with every etoposide
    dose: 8 mg
    route: oral
    start: [with each etoposide, 4 h after its start]
  - {drug: aprepitant, dose: 80 mg, route: oral, days: 1, at: [after breakfast, night]}
  - {drug: dexamethasone, dose: 8 mg, route: oral, days: 1, times: 3}
  - {drug: mercaptopurine, dose: 60 mg, divided_into: 3, every: 8 h, route: oral or nasogastric tube, days: 1-2}
  - drug: prednisone
    dose:
      - {when: {weight: under 20 kg}, dose: 5 mg}
      - {when: {weight: at least 20 kg}, dose: 10 mg}
    route: oral
    days: 1-2
    at: "08:00"
  - {drug: carboplatin, dose: AUC 1 by newell-1993, route: IV infusion or intraperitoneal, over: 1 h, days: 1}
"""

PATIENT = """
id: "1042"
name: Anna Nowak
height: 128 cm
weight: 26 kg
measured_on: 2026-11-29
born: 2018-05-14
sex: female
creatinine: 0.5 mg/dL
creatinine_clearance: 90 mL/min
previous_weight: 20 kg
previous_day_1: 2026-11-02
previous_cycles: 1
anc: 3 x 10^9/L
platelets: 200 x 10^9/L
bilirubin: 0.8 mg/dL
alt: 30 U/L
ast: 35 U/L
haemoglobin: 9.5 g/dL
ward: 3 B
bed: "12"
physician: Dr. Kowalska
protocol_number: IR-0042
diagnosis: leukaemia
written_bsa: 1.2 m2
allergies: etoposide
history: {prior_hsct: true}
earlier_doses: {doxorubicin: 100 mg/m2}
earlier_doses_since: {doxorubicin: 2026-10-05}
choices: {mercaptopurine: oral}
reductions:
  - {drug: cyclophosphamide, percent: 25%, reason: mucositis, days: 1-2, line: 4}
set:
  - {drug: etoposide, dose: 30 mg, reason: one vial left, days: 2, line: 3}
without:
  - {drug: mercaptopurine, reason: hepatitis, days: 2, line: 9}
"""

PHARMACY = """
name: Hospital pharmacy
default_regimen: cec-consolidation
bsa_formula: haycock
bsa_rounding: 0.1 m2
clearance_cap: 60 mL/min
dose_rounding:
  clofarabine: nearest 0.5 mg
  cyclophosphamide: nearest 50 mg
  mercaptopurine:
    bands:
      - {from: 19 mg, to: 21 mg, dose: 20 mg}
      - {from: 22 mg, to: 40 mg, dose: 30 mg}
largest_deviation: 10%
largest_deviation_of: {mercaptopurine: 12%}
first_infusion: "10:00"
gap: 15 min
first_dose: "07:00"
last_dose: "21:00"
times_of_day: {after breakfast: "08:15"}
time_zone: Europe/Warsaw
made_at: "07:30"
storage: room temperature
jurisdiction: US label
measures_valid_for: 7 days
print_choices: true
tall_man: [cloFARabine]
share_vials: true
share_vials_between_patients: true
weight_change: 10%
require_review: false
formulary:
  clofarabine:
    products:
      - {name: clofarabine 1 mg/mL vial, form: solution, strength: 1 mg/mL, volume: 20 mL, label: for one use,
         keeps_opened: 6 h,
         rxnorm: "486419", source: the label of the vial}
    diluents:
      - {name: sodium chloride 0.9%, jurisdiction: US label, source: the label on diluents}
    lowest_concentration: 0.15 mg/mL
    highest_concentration: 0.4 mg/mL
    concentration_jurisdiction: US label
    bags: [100 mL, 250 mL]
    drug_volume: added to bag
    measuring_step: 0.2 mL
    cytotoxic: true
    filter: 0.2 micron
    light: keep dark
    line: a line of its own
    stability:
      - {hours: 24 h, conditions: room temperature, jurisdiction: US label, source: the label on storage}
    atc: L01BB06
    rxnorm: "44151"
    source: the labels
  cyclophosphamide:
    products:
      - {name: cyclophosphamide 500 mg vial, form: powder, content: 500 mg, reconstituted_with: 25 mL,
         reconstitution_fluid: sodium chloride 0.9%}
    diluents: [sodium chloride 0.9%]
    bags: [100 mL]
    measuring_step: 0.1 mL
    stability:
      - {hours: 24 h, conditions: room temperature, jurisdiction: US label}
      - {hours: 6 h, conditions: fridge, jurisdiction: US label, concentration: 3.5 mg/mL}
      - {hours: 8 h, conditions: room temperature, jurisdiction: US label, lowest_concentration: 3 mg/mL,
         highest_concentration: 4 mg/mL, diluent: sodium chloride 0.9%}
      - {hours: 24 h, conditions: room temperature, jurisdiction: EU label}
  etoposide:
    products:
      - {name: etoposide 100 mg vial, form: solution, strength: 20 mg/mL, volume: 5 mL}
    diluents: [sodium chloride 0.9%]
    bags: [250 mL]
    measuring_step: 0.1 mL
  prednisone:
    products:
      - {name: prednisone 20 mg tablet, form: tablet, content: 20 mg, halves: true, not_for: {age: under 5 years}}
"""
