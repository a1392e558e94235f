"""Devices are registered, changed and paired by the office of their branch; secrets are never shown or audited."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.attendance.test_decisions import signed_in
from tests.devices import kinds
from webapp.core.audit import AuditEntry
from webapp.core.db import db, do
from webapp.core.errors import WORDS, Conflict, Invalid, NotFound
from webapp.core.secrets import opened
from webapp.devices import queries, service
from webapp.devices.models import PairingWindow, Terminal, TerminalSite, TerminalState, UnknownSerial
from webapp.devices.rules import Fields

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _kinds(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds.add(monkeypatch)


@pytest.fixture
def branch(app: Any) -> Any:
    return factories.branch()


@pytest.fixture
def hr(branch: Any) -> Any:
    return signed_in(factories.employee(branch, "hr"), branch)


@pytest.fixture
def site(branch: Any) -> Any:
    return factories.site(factories.store_type(branch))


@pytest.fixture
def fields(site: Any) -> Fields:
    return Fields("ABC-12345", "Door", "t_calls", (site.id,), "Asia/Shanghai")


def make(hr: Any, fields: Fields) -> int:
    return do(service.register, by=hr, branch_id=hr.branch_id, fields=fields, at=NOW)


def the() -> Terminal:
    db.session.remove()
    return db.session.scalars(select(Terminal)).one()


def trail() -> list[AuditEntry]:
    db.session.remove()
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_a_device_is_registered_with_its_sites_and_left_in_the_trail(hr: Any, site: Any, fields: Fields) -> None:
    made = make(hr, replace(fields, networks="10.0.0.7, 192.168.1.0/24\n10.0.0.7"))
    row = the()
    assert (row.id, row.state, row.networks) == (made, "active", ["10.0.0.7/32", "192.168.1.0/24"])
    assert db.session.scalar(select(TerminalSite.site_id)) == site.id
    [entry] = trail()
    assert (entry.action, entry.after["sites"], entry.after["serial"]) == (
        "terminal.registered",
        [site.name],
        "ABC-12345",
    )


@pytest.mark.parametrize(
    ("field", "known"),
    [
        ("serial", {"serial": "AB1"}),
        ("serial", {"serial": "A" * 33}),
        ("serial", {"serial": "AB 12"}),
        ("name", {"name": " "}),
        ("kind", {"kind": "telex"}),
        ("timezone", {"timezone": "UTC+8"}),
        ("tz_form", {"tz_form": "miles"}),
        ("networks", {"networks": "10.0.0.0/24, everywhere"}),
        ("sites", {"site_ids": ()}),
        ("sites", {"site_ids": (999,)}),
        ("host", {"kind": "t_asked", "port": 4370}),
        ("host", {"kind": "t_asked", "host": "http://x/y", "port": 4370}),
        ("port", {"kind": "t_asked", "host": "10.0.0.9", "port": 0}),
        ("user", {"kind": "t_asked", "host": "10.0.0.9", "port": 1, "user": "a:b"}),
        ("key", {"kind": "t_signs"}),
        ("key", {"kind": "t_signs", "key": "short"}),
    ],
)
def test_mistakes_name_their_field(hr: Any, fields: Fields, field: str, known: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        make(hr, replace(fields, **known))
    assert refused.value.field == field
    assert not db.session.scalar(select(func.count()).select_from(Terminal))


def test_a_serial_number_is_one_device(hr: Any, fields: Fields) -> None:
    make(hr, fields)
    assert "perhaps in another branch or retired" in WORDS["device_serial_taken"]
    with pytest.raises(Invalid, match="device_serial_taken"):
        make(hr, replace(fields, name="Twin"))


def test_only_the_branchs_own_office(hr: Any, fields: Fields) -> None:
    made = make(hr, fields)
    elsewhere = factories.branch()
    other = signed_in(factories.employee(elsewhere, "hr"), elsewhere)
    rep = signed_in(factories.employee(factories.branch(), "rep"), elsewhere)
    for by in (other, rep):
        with pytest.raises(NotFound):
            do(service.register, by=by, branch_id=hr.branch_id, fields=replace(fields, serial="Z999"), at=NOW)
        with pytest.raises(NotFound):
            do(service.change, by=by, terminal_id=made, version=1, fields=fields, at=NOW)
        with pytest.raises(NotFound):
            do(service.set_state, by=by, terminal_id=made, state="paused", at=NOW)
        with pytest.raises(NotFound):
            do(service.open_window, by=by, branch_id=hr.branch_id, at=NOW)


def test_secrets_are_sealed_kept_when_left_empty_and_nowhere_in_the_trail(hr: Any, fields: Fields) -> None:
    asked = replace(fields, kind="t_asked", host="10.0.0.9", port=4370, user="admin", password="Sesame-1")
    made = make(hr, asked)
    assert opened(the().secret or "") == "admin:Sesame-1"
    do(
        service.change,
        by=hr,
        terminal_id=made,
        version=1,
        fields=replace(asked, user="", password="", name="Gate"),
        at=NOW,
    )
    assert opened(the().secret or "") == "admin:Sesame-1"
    do(service.change, by=hr, terminal_id=made, version=2, fields=replace(asked, password="Sesame-2"), at=NOW)
    assert opened(the().secret or "") == "admin:Sesame-2"
    do(
        service.change,
        by=hr,
        terminal_id=made,
        version=3,
        fields=replace(asked, user="", password="77", forget=True),
        at=NOW,
    )
    assert opened(the().secret or "") == "77"
    assert "Sesame" not in str([(entry.before, entry.after) for entry in trail()])
    assert trail()[2].after == {"name": "Door", "password": "…"}


def test_a_key_that_is_sent_along_is_only_kept_as_a_hash(hr: Any, fields: Fields) -> None:
    made = make(hr, replace(fields, key="88888888"))
    assert (the().secret, the().comm_key_hash) == (None, sha256(b"88888888").hexdigest())
    do(service.change, by=hr, terminal_id=made, version=1, fields=replace(fields, forget=True), at=NOW)
    assert the().comm_key_hash is None
    assert db.session.scalar(select(TerminalState.info)) == {"key_free": True, "key_always": None}


def test_a_new_time_zone_asks_for_a_restart_and_a_stale_form_is_refused(hr: Any, fields: Fields) -> None:
    made = make(hr, fields)
    assert not do(service.change, by=hr, terminal_id=made, version=1, fields=replace(fields, name="Gate"), at=NOW)
    with pytest.raises(Conflict):
        do(service.change, by=hr, terminal_id=made, version=1, fields=fields, at=NOW)
    zone = replace(fields, timezone="Asia/Kolkata")
    assert do(service.change, by=hr, terminal_id=made, version=2, fields=zone, at=NOW)
    assert do(service.change, by=hr, terminal_id=made, version=3, fields=replace(zone, tz_form="minutes"), at=NOW)
    assert trail()[-1].before == {"tz_form": "auto"}


def test_states_go_both_ways_and_are_told_once(hr: Any, fields: Fields) -> None:
    made = make(hr, fields)
    for state in ("paused", "paused", "active", "retired", "active"):
        do(service.set_state, by=hr, terminal_id=made, state=state, at=NOW)
        assert the().state == state
    assert [entry.after["state"] for entry in trail()[1:]] == ["paused", "active", "retired", "active"]
    with pytest.raises(Invalid):
        do(service.set_state, by=hr, terminal_id=made, state="gone", at=NOW)


def waiting(branch_id: int | None, serial: str = "NEW-0001") -> None:
    seen = {"first_seen_at": NOW, "seen_at": NOW}
    factories.save(UnknownSerial(serial=serial, branch_id=branch_id, ip="10.0.0.3", told={"pushver": "2.4.1"}, **seen))


def test_the_pairing_window_is_open_for_a_quarter_of_an_hour(hr: Any) -> None:
    until = do(service.open_window, by=hr, branch_id=hr.branch_id, at=NOW)
    assert until == NOW + timedelta(minutes=15)
    later = do(service.open_window, by=hr, branch_id=hr.branch_id, at=NOW + timedelta(minutes=5))
    assert queries.windows([hr.branch_id], NOW + timedelta(minutes=16)) == {hr.branch_id: later}
    do(service.close_window, by=hr, branch_id=hr.branch_id, at=NOW + timedelta(minutes=6))
    assert queries.windows([hr.branch_id], NOW + timedelta(minutes=6)) == {}
    assert db.session.scalar(select(func.count()).select_from(PairingWindow)) == 2


def test_accepting_takes_over_what_the_device_told(hr: Any, fields: Fields) -> None:
    waiting(hr.branch_id)
    assert [row.serial for row in queries.waiting(hr)] == ["NEW-0001"]
    made = make(hr, replace(fields, serial="NEW-0001"))
    db.session.remove()
    state = db.session.get(TerminalState, made)
    assert state is not None
    assert (state.ip, state.info) == ("10.0.0.3", {"pushver": "2.4.1"})
    assert queries.waiting(hr) == []


def test_dismissing_is_for_ones_own_branch(hr: Any) -> None:
    waiting(factories.branch().id, "OTHER-01")
    waiting(None, "COUNTED-01")
    waiting(hr.branch_id)
    for serial in ("OTHER-01", "COUNTED-01", "NOBODY-01"):
        with pytest.raises(NotFound):
            do(service.dismiss, by=hr, serial=serial, at=NOW)
    do(service.dismiss, by=hr, serial="NEW-0001", at=NOW)
    assert set(db.session.scalars(select(UnknownSerial.serial))) == {"OTHER-01", "COUNTED-01"}
