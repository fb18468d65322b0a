"""What holds for the whole suite: hypothesis finds no fault in a busy machine, and what is nightly is slow."""

import os

import pytest
from hypothesis import HealthCheck, settings

os.environ.pop("COLUMNS", None)  # as wide as a pipe is by itself, whatever terminal or worker runs the suite
for name in ("CEC_REGIMENS", "CEC_PHARMACY"):
    os.environ.pop(name, None)  # nothing of what the person who runs the suite set up for cec
os.environ["XDG_CONFIG_HOME"] = os.path.join(os.devnull, "none")  # noqa: PTH118 where nobody, not even root, can write

collect_ignore = ["with_a_new_fact.py"]
"""A program that adds to the tables of facts and rules: read for doctests, it would add to the suite's own."""

settings.register_profile("cec", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cec")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is nightly as slow before -m chooses."""
    for item in items:
        if item.get_closest_marker("nightly"):
            item.add_marker("slow")
