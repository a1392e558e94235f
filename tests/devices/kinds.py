"""Kinds of devices for tests: one of each way, whatever brands there are."""

from __future__ import annotations

import pytest

from webapp.devices.adapters import Adapter, Pulled, adapters
from webapp.devices.rules import Parsed

CALLS = Adapter("t_calls", "Calls", parse=lambda kind, body, told: Parsed(), calls=True)
ASKED = Adapter("t_asked", "Asked", pull=lambda target: Pulled([]), port=4370)
SIGNS = Adapter("t_signs", "Signs", parse=lambda kind, body, told: Parsed(), signs=True)


def add(monkeypatch: pytest.MonkeyPatch) -> None:
    for adapter in (CALLS, ASKED, SIGNS):
        monkeypatch.setitem(adapters(), adapter.code, adapter)  # type: ignore[arg-type]
