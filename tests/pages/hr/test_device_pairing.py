"""HR lets a device nobody knows call, and takes it over."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories as make
from tests.devices import kinds
from webapp.core import clock
from webapp.devices.models import UnknownSerial


@pytest.fixture(autouse=True)
def _noon(app: Any, freeze: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    freeze("2026-03-02T12:00+08:00")
    kinds.add(monkeypatch)


@pytest.fixture
def branch(app: Any) -> Any:
    return make.branch("SH")


@pytest.fixture
def site(branch: Any) -> Any:
    return make.site(make.store_type(branch), name="Riverside", code="S1")


@pytest.fixture
def desk(client_as: Any, branch: Any) -> Any:
    return client_as(make.employee(branch, "hr"))


def waiting(branch_id: int | None, serial: str = "NEW-0001") -> None:
    seen = {"first_seen_at": clock.now(), "seen_at": clock.now()}
    told = {"pushver": "2.4.1", "pushcommkey": "secret-1"}
    make.save(UnknownSerial(serial=serial, branch_id=branch_id, ip="10.0.0.3", told=told, **seen))


def test_pairing_from_the_window_to_the_device(desk: Any, branch: Any, site: Any) -> None:
    assert "No device waits." in desk.get("/hr/devices/pairing").text
    desk.post("/hr/devices/pairing", data={"branch_id": branch.id})
    assert "Open until 12:15" in desk.get("/hr/devices/pairing").text
    waiting(branch.id)
    page = desk.get("/hr/devices/pairing").text
    assert ("NEW-0001" in page, "2.4.1" in page, "secret-1" in page) == (True, True, False)
    assert "1 device waits to be accepted" in desk.get("/hr/devices?state=all").text
    form = desk.get("/hr/devices/pairing/NEW-0001").text
    assert ("2.4.1" in form, "Asia/Shanghai" in form) == (True, True)
    refused = desk.post("/hr/devices/pairing/NEW-0001", data=_typed(site, name="", serial="X"))
    assert (refused.status_code, "Riverside · S1" in refused.text) == (422, True)
    place = desk.post("/hr/devices/pairing/NEW-0001", data=_typed(site, serial="HACK-1", branch_id=999)).location
    assert 'value="NEW-0001"' in desk.get(place).text
    assert desk.get("/hr/devices/pairing/NEW-0001").status_code == 404
    desk.post("/hr/devices/pairing/close", data={"branch_id": branch.id})
    assert "Open until" not in desk.get("/hr/devices/pairing").text


def test_dismissed_and_foreign_ones(desk: Any, branch: Any) -> None:
    waiting(branch.id)
    waiting(make.branch().id, "OTHER-01")
    waiting(None, "COUNTED-01")
    page = desk.get("/hr/devices/pairing").text
    assert ("NEW-0001" in page, "OTHER-01" in page, "COUNTED-01" in page) == (True, False, False)
    assert desk.post("/hr/devices/pairing/NEW-0001/dismiss").status_code == 303
    for serial in ("NEW-0001", "OTHER-01", "COUNTED-01"):
        assert desk.post(f"/hr/devices/pairing/{serial}/dismiss").status_code == 404
        assert desk.get(f"/hr/devices/pairing/{serial}").status_code == 404
    assert desk.post("/hr/devices/pairing", data={"branch_id": 12345}).status_code == 404


def _typed(site: Any, **known: Any) -> dict[str, Any]:
    values = {"name": "Door", "kind": "t_calls", "branch_id": site.branch_id}
    return {**values, "sites": "Riverside · S1", "timezone": "Asia/Shanghai", **known}
