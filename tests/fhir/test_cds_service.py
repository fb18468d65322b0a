"""The CDS Hooks service of the documentation, asked over HTTP on this machine."""

from __future__ import annotations

import copy
import json
import re
import threading
import types
from collections.abc import Iterator
from http.server import HTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from bundles import Bundle, dosage, drafted, request, resources, written

from cec import Pharmacy

PAGE = Path(__file__).parents[2] / "docs" / "integration.md"
ORDER = written(drafted(start=None, pharmacy=Pharmacy(), history={}))


def service() -> types.ModuleType:
    """The module that stands on the page."""
    (source,) = re.findall(
        r'^```python title="cds_service.py"\n(.*?)^```', PAGE.read_text(encoding="utf-8"), re.S | re.M
    )
    module = types.ModuleType("cds_service")
    exec(compile(source, "cds_service.py", "exec"), module.__dict__)  # noqa: S102  it stands in the documentation
    return module


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    class Quiet(service().Service):  # type: ignore[misc]
        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/cds-services"
        server.shutdown()
        thread.join()


def asked(address: str, content: Any = None) -> Any:
    body = None if content is None else json.dumps(content).encode()
    ask = Request(address, body, {"Content-Type": "application/json"})  # noqa: S310  of this machine
    with urlopen(ask, timeout=60) as answer:  # noqa: S310
        return json.loads(answer.read())


def call(bundle: Bundle, *, hook: str = "order-sign") -> dict[str, Any]:
    """A call as an EHR makes it: the requests in the context, patient and measures as they were fetched before."""
    requests = [{"resource": each} for each in resources(bundle, "MedicationRequest")]
    observations = [{"resource": each} for each in resources(bundle, "Observation")]
    patient = next(resources(bundle, "Patient"))
    text = json.dumps(requests) if hook == "order-sign" else json.dumps([requests[1]])
    moved = json.loads(text.replace("urn:uuid:", "Patient/"))
    fetched = json.loads(json.dumps(observations).replace("urn:uuid:", "Patient/"))
    context = {"userId": "Practitioner/1", "patientId": patient["id"]}
    context |= {"draftOrders": {"resourceType": "Bundle", "entry": moved}} if hook == "order-sign" else {}
    context |= {} if hook == "order-sign" else {"medication": moved[0]["resource"]}
    return {
        "hook": hook,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": context,
        "prefetch": {"patient": patient, "observations": {"resourceType": "Bundle", "entry": fetched}},
    }


def test_it_says_which_hooks_it_answers(address: str) -> None:
    services = asked(address)["services"]
    assert [each["hook"] for each in services] == ["order-sign", "medication-verify"]
    assert all({"hook", "id", "description"} <= each.keys() for each in services)


def test_an_order_that_agrees_has_no_card(address: str) -> None:
    assert asked(f"{address}/order-sign", call(ORDER)) == {"cards": []}


@pytest.mark.parametrize("prefetch", [{}, {"patient": None, "observations": None}])
def test_what_was_not_fetched_is_said_on_a_card(address: str, prefetch: dict[str, Any]) -> None:
    """An EHR need not fetch what a service would like to have; without an answer nobody would know of the order."""
    (card,) = asked(f"{address}/order-sign", call(ORDER) | {"prefetch": prefetch})["cards"]
    assert "has no Patient; an order is for one" in card["detail"]


@pytest.mark.parametrize("hook", ["order-sign", "medication-verify"])
def test_a_dose_that_differs_has_a_card_with_the_mistake(address: str, hook: str) -> None:
    bundle = copy.deepcopy(ORDER)
    part = dosage(bundle, "etoposide")["doseAndRate"][1]
    part["doseQuantity"]["value"] = part["rateRatio"]["numerator"]["value"] = 960
    (card,) = asked(f"{address}/{hook}", call(bundle, hook=hook))["cards"]
    assert card["indicator"] == "critical"
    assert card["summary"] == "etoposide: 960 mg ordered, 96 mg expected"
    assert "ten times 96 mg is 960 mg" in card["detail"]
    assert card["source"] == {"label": "cec"}
    assert len(card["summary"]) < 140


def test_another_route_has_a_card_of_its_own(address: str) -> None:
    bundle = copy.deepcopy(ORDER)
    dosage(bundle, "etoposide")["route"] = {"text": "oral"}
    (card,) = asked(f"{address}/order-sign", call(bundle))["cards"]
    assert card["summary"] == "etoposide: not the route of the protocol"
    assert card["detail"] == "route: oral, expected IV infusion"


def test_what_cannot_be_read_has_a_card_that_says_why(address: str) -> None:
    bundle = copy.deepcopy(ORDER)
    request(bundle, "etoposide")["dosageInstruction"][0]["doseAndRate"][1]["doseQuantity"]["code"] = "g"
    (card,) = asked(f"{address}/order-sign", call(bundle))["cards"]
    assert card["indicator"] == "warning"
    assert "which one is meant is not guessed" in card["detail"]


def test_it_is_about_forty_lines() -> None:
    (source,) = re.findall(
        r'^```python title="cds_service.py"\n(.*?)^```', PAGE.read_text(encoding="utf-8"), re.S | re.M
    )
    assert len([line for line in source.splitlines() if line.strip()]) < 70
