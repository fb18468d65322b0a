"""Whose orders they are: by id, else by name and date of birth; and what does not fit together."""

from __future__ import annotations

import datetime

from cec.course.patients import patient_alerts, patient_keys, unknown_patient
from cec.course.ward_day import PatientOfDay

BORN = datetime.date(2018, 5, 14)
ANNA = PatientOfDay("1042", "Anna Nowak", BORN)
WITHOUT_ID = PatientOfDay("", "anna  NOWAK", BORN)
JAN = PatientOfDay("1042", "Jan Kowalski", BORN)
OTHER_ID = PatientOfDay("1077", "Anna Nowak", BORN)


def test_one_id_is_one_patient_else_one_name_and_date_of_birth() -> None:
    anna, without_id, jan, other, alone = patient_keys(
        [ANNA, WITHOUT_ID, PatientOfDay("7", "Jan Kowalski"), PatientOfDay("1042"), PatientOfDay("", "Ewa Lis", BORN)]
    )
    assert anna == without_id == other
    assert len({anna, jan, alone}) == 3


def test_a_name_and_date_of_birth_with_two_ids_belong_to_neither() -> None:
    anna, other, without_id = patient_keys([ANNA, OTHER_ID, WITHOUT_ID])
    assert len({anna, other, without_id}) == 3


def test_who_is_not_told_is_nobody() -> None:
    assert not list(unknown_patient(ANNA, "a.json"))
    assert not list(unknown_patient(WITHOUT_ID, "a.json"))
    for person in (PatientOfDay(), PatientOfDay("", "Anna Nowak"), PatientOfDay("", "", BORN)):
        (fault,) = unknown_patient(person, "a.json")
        assert str(fault).startswith(
            "a.json: patient: names no patient: an id, or a name and a date of birth, is needed"
        )


def test_what_may_be_mixed_up_is_asked_about() -> None:
    (one_id,) = patient_alerts([("a.json", ANNA), ("b.json", JAN)])
    assert (one_id.code, one_id.about) == ("one-id-two-patients", "1042")
    assert "Anna Nowak, born 2018-05-14 in a.json and Jan Kowalski, born 2018-05-14 in b.json" in one_id.text
    (two_ids,) = patient_alerts([("a.json", ANNA), ("b.json", OTHER_ID)])
    assert two_ids.code == "two-ids-one-patient"
    assert "1042 in a.json and 1077 in b.json" in two_ids.text
    in_peace = [("a.json", ANNA), ("b.json", WITHOUT_ID), ("c.json", PatientOfDay("1042")), ("d.json", ANNA)]
    assert not list(patient_alerts(in_peace))
