"""Which file may be used: withdrawn, superseded, a draft, reviewed as it is; single and in batch."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from regimen_texts import regimen_text
from running import cec

from cec import CecError, Order, draft_order, load_order, load_patient, load_pharmacy, load_regimen, render
from cec.load.reviews import load_reviews
from cec.verification.saved_order import verify_order

TEXT = regimen_text("ac", "drug: etoposide, dose: 100 mg/m2, route: IV infusion, over: 1 h, days: 1-3")
SIZE = ("--height", "180cm", "--weight", "80kg")


def put(folder: Path, more: str = "", name: str = "ac") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(f"{TEXT.replace('name: ac', f'name: {name}')}{more}", encoding="utf-8")
    return path


def review(path: Path, *names: str, sha256: str = "") -> None:
    """Who reviewed the file as it is now, or the content of this SHA-256."""
    content = sha256 or hashlib.sha256(path.read_bytes()).hexdigest()
    lines = "".join(f"  - {{by: {name}, date: 2026-11-02, sha256: '{content}'}}\n" for name in names)
    path.with_suffix(".review.yaml").write_text(f"reviewed:\n{lines}", encoding="utf-8")


def order_of(path: Path, *, require: bool = False, accept: str = "") -> Order:
    return draft_order(
        load_regimen(path),
        load_patient(texts={"height": "180 cm", "weight": "80 kg"}),
        load_pharmacy(texts={"require_review": "true"} if require else {}),
        accept={accept: "a reason"} if accept else {},
    )


def words(order: Order, code: str) -> str:
    return next((f"{alert.level}: {alert.text}" for alert in order.alerts if alert.code == code), "")


def test_a_withdrawn_regimen_gives_no_dose_without_a_reason(tmp_path: Path) -> None:
    path = put(tmp_path, "status: withdrawn\nsuperseded_by: ac-dense\n")
    with pytest.raises(CecError, match="stop withdrawn: regimen: ac is withdrawn; ac-dense takes its place"):
        order_of(path)
    assert order_of(path, accept="withdrawn").doses
    assert not words(order_of(put(tmp_path, "status: in use\n")), "withdrawn")


def test_a_superseded_regimen_and_a_draft_are_checks(tmp_path: Path) -> None:
    order = order_of(put(tmp_path, "superseded_by: ac-dense\nstatus: draft\n"))
    assert words(order, "superseded") == "check: ac is superseded; ac-dense takes its place"
    assert words(order, "draft") == "check: ac is a draft: not yet for patients"
    assert not [alert for alert in order_of(put(tmp_path)).alerts if alert.level != "note"]


def test_an_example_is_a_check_wherever_its_file_lies(tmp_path: Path) -> None:
    text = "check: ac is an example, transcribed from a publication and not reviewed: not for patients"
    assert words(order_of(put(tmp_path, "status: example\n")), "example") == text
    assert not words(order_of(put(tmp_path, "status: in use\n")), "example")


def test_a_changed_file_is_no_longer_reviewed_and_says_so(tmp_path: Path) -> None:
    path = put(tmp_path)
    review(path, "A. Nowak")
    assert not words(order_of(path), "not-reviewed")
    assert load_regimen(path).is_reviewed
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    put(tmp_path, "# a remark\n")
    assert words(order_of(path), "not-reviewed").endswith(
        f" was changed after A. Nowak reviewed it on 2026-11-02 (SHA-256 {content[:16]})"
    )
    review(path, "B. Kowal")
    assert load_regimen(path).is_reviewed


def test_where_reviews_are_required_nothing_else_is_dosed(tmp_path: Path) -> None:
    path = put(tmp_path)
    assert not words(order_of(path), "not-reviewed")
    with pytest.raises(CecError, match="stop not-reviewed: regimen: nobody reviewed this file"):
        order_of(path, require=True)
    review(path, "A. Nowak")
    assert order_of(path, require=True).doses
    put(tmp_path, "# a remark\n")
    with pytest.raises(CecError, match=r"stop not-reviewed: regimen: this file .* was changed after A. Nowak"):
        order_of(path, require=True)
    assert words(order_of(path, require=True, accept="not-reviewed"), "not-reviewed").startswith("stop: ")


def test_a_review_of_other_content_among_others_is_enough(tmp_path: Path) -> None:
    path = put(tmp_path)
    review(path, "A. Nowak", sha256="0" * 64)
    assert words(order_of(path), "not-reviewed")
    beside = path.with_suffix(".review.yaml")
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    beside.write_text(f"{beside.read_text()}  - {{by: B, date: 2026-11-03, sha256: '{content}'}}\n", encoding="utf-8")
    assert not words(order_of(path), "not-reviewed")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("reviewed: []\nrevieved: []\n", "unknown key 'revieved'; did you mean 'reviewed'?"),
        ("reviewed:\n  - {by: A, date: 2026-11-02, sha256: abc}\n", "'abc' is not a SHA-256"),
        ("reviewed:\n  - {by: A, date: 2.11.2026, sha256: " + "a" * 64 + "}\n", "is not a date"),
        ("reviewed:\n  - {by: A, date: 2026-11-02}\n", "'sha256' is missing"),
    ],
)
def test_a_file_of_reviews_is_read_strictly(text: str, fault: str, tmp_path: Path) -> None:
    path = put(tmp_path)
    path.with_suffix(".review.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CecError) as caught:
        load_regimen(path)
    assert fault in str(caught.value)


def test_rows_of_a_table_are_refused_for_the_same_reasons(tmp_path: Path) -> None:
    withdrawn, table = put(tmp_path, "status: withdrawn\n"), tmp_path / "patients.csv"
    table.write_text("id,height,weight\n1,180 cm,80 kg\n", encoding="utf-8")
    done = cec("batch", str(table), "--regimen", str(withdrawn), "-o", str(tmp_path / "out.csv"))
    assert done.code == 1
    assert "ac is withdrawn" in (tmp_path / "out.rejects.csv").read_text(encoding="utf-8")


def test_a_saved_order_holds_its_reviews_and_a_later_one_is_no_difference(tmp_path: Path) -> None:
    path = put(tmp_path)
    review(path, "A. Nowak")
    order = order_of(path)
    assert load_order(render(order, "json")) == order
    assert [each.by for each in order.regimen.reviews] == ["A. Nowak"]
    review(path, "A. Nowak", "B. Kowal")
    assert verify_order(order, load_regimen(path)).agrees


def test_review_writes_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cec.load.search.own_folder", lambda: tmp_path / "own")
    path = put(tmp_path)
    for name in ("Łucja 'Ł' \"Nowak\"", "B. Kowal"):
        assert cec("regimen", "review", str(path), "--by", name, "--on", "2026-11-02").code == 0
    assert [each.by for each in load_reviews(path)] == ["Łucja 'Ł' \"Nowak\"", "B. Kowal"]
    assert load_regimen(path).is_reviewed
    done = cec("regimen", "review", "cec-induction", "--by", "A. Nowak")
    assert done.err.startswith(f"{tmp_path}/own/regimens/cec-induction.review.yaml: cec-induction, SHA-256 ")
    assert load_regimen("cec-induction").is_reviewed
    assert "reviewed by A. Nowak on" in cec("regimen", "list").said
    assert "--by: is empty" in cec("regimen", "review", str(path), "--by", " ").err
    put(tmp_path, "dose: 1\n")
    assert cec("regimen", "review", str(path), "--by", "A").code == 1


def test_list_says_where_each_is_from_and_how_it_stands(tmp_path: Path) -> None:
    put(tmp_path, "status: withdrawn\nsuperseded_by: ac-dense\n")
    put(tmp_path, "dose: 1\n", "faulty")
    done = cec("regimen", "list", "--regimens", str(tmp_path))
    assert f"--regimens, {tmp_path}/ac.yaml withdrawn, ac-dense takes its place; not reviewed" in done.said
    assert f"faulty --regimens: 1 fault: cec regimen check {tmp_path}/faulty.yaml" in done.said
    assert "shipped; in use; not reviewed" in done.said
    listed = json.loads(cec("regimen", "list", "--regimens", str(tmp_path), "--format", "json").out)["regimens"]
    listed = [each for each in listed if not each["name"].startswith("examples/")]
    assert [each["name"] for each in listed] == ["cec-consolidation", "cec-induction", "ac", "faulty"]
    assert [each["regimen"]["status"] for each in listed if "status" in each.get("regimen", {})] == ["withdrawn"]


def test_a_review_that_cannot_be_written_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", os.path.join(os.devnull, "none"))  # noqa: PTH118 nobody can write there
    done = cec("regimen", "review", "cec-induction", "--by", "A. Nowak")
    assert done.code == 1
    assert "cec-induction.review.yaml: cannot be written: " in done.err
