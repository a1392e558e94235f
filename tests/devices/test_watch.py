"""The office hears once of a device that is silent, quiet or has a wrong clock, and the page knows it too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from jobs import device_watch
from tests import factories
from tests.attendance.test_decisions import signed_in
from tests.devices import kinds
from webapp.core.db import conn, db, do
from webapp.core.secrets import seal
from webapp.devices import service
from webapp.devices.models import DeviceEvent, PinHolder, RawPunch, Terminal, TerminalSite, TerminalState
from webapp.notifications.models import Channel, Delivery, Notice
from webapp.schedules.models import PlanStop, RosterDay

NOW = datetime(2026, 3, 2, 2, 5, tzinfo=UTC)
"""10:05 on a Monday in Shanghai, an hour into the usual shift."""
MINUTE = timedelta(minutes=1)


@pytest.fixture
def door(app: Any, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    kinds.add(monkeypatch)
    branch = factories.branch()
    factories.employee(branch, "hr")
    factories.employee(factories.branch(), "hr")
    kind = factories.store_type(branch)
    door = factories.terminal(branch, factories.site(kind), kind="t_calls")
    factories.save(TerminalState(terminal_id=door.id, first_seen_at=NOW - 9 * MINUTE, seen_at=NOW))
    return door


def set_state(door: Terminal, **values: Any) -> None:
    def write() -> None:
        conn().execute(TerminalState.__table__.update().values(values))

    do(write)


def told() -> list[tuple[str, bool]]:
    db.session.remove()
    rows = conn().execute(select(Notice.code, Notice.read_at).order_by(Notice.id))
    return [(row.code, row.read_at is None) for row in rows]


def stored() -> Any:
    db.session.remove()
    return conn().execute(select(TerminalState.__table__)).one()


def test_silence_is_told_once_an_episode_and_taken_back_when_heard(door: Terminal) -> None:
    assert device_watch.look(NOW + 15 * MINUTE, shifts=False) == 0
    assert device_watch.look(NOW + 16 * MINUTE, shifts=False) == 1
    assert device_watch.look(NOW + 17 * MINUTE, shifts=False) == 0
    assert told() == [("notice_device_silent", True)]
    assert stored().alarms == {"silent": (NOW + 16 * MINUTE).isoformat()}
    do(service.heard, terminal_id=door.id, at=NOW + 20 * MINUTE)
    assert device_watch.look(NOW + 20 * MINUTE, shifts=False) == 0
    assert (told(), stored().alarms, stored().silent_told_at) == ([("notice_device_silent", False)], None, None)
    assert device_watch.look(NOW + 40 * MINUTE, shifts=False) == 1
    assert len(told()) == 2


def test_a_paused_device_alarms_nobody(door: Terminal) -> None:
    hr = factories.employee(factories.branch(), "admin")
    device_watch.look(NOW + 16 * MINUTE, shifts=False)
    branch = db.session.get(factories.Branch, door.branch_id)
    by = signed_in(hr, branch)
    do(service.set_state, by=by, terminal_id=door.id, state="paused", at=NOW + 17 * MINUTE)
    assert device_watch.look(NOW + 18 * MINUTE, shifts=False) == 0
    assert told() == [("notice_device_silent", False)]


def test_the_robots_of_the_branch_hear_it_too(door: Terminal) -> None:
    known = {"kind": "wecom", "name": "Group", "target": seal("https://example.com/x"), "language": "zh"}
    factories.save(Channel(branch_id=door.branch_id, topics=["devices"], **known))
    factories.save(Channel(branch_id=door.branch_id, topics=["settlement"], **known))
    device_watch.look(NOW + 16 * MINUTE, shifts=False)
    assert list(conn().scalars(select(Delivery.code))) == ["notice_device_silent"]


def live(door: Terminal, delays: list[float], received_at: datetime = NOW, **known: Any) -> None:
    for n, delay in enumerate(delays):
        at = received_at - timedelta(seconds=delay)
        values = {"source": "push", "live": True, "quality": "ok", "zone": "Asia/Shanghai", "line": "x", **known}
        shown = {"pin": f"{received_at:%H%M}{n}", "device_time": f"{at:%Y-%m-%d %H:%M:%S}", "at": at}
        factories.save(RawPunch(terminal_id=door.id, received_at=received_at, **shown, **values))
    set_state(door, received_at=received_at)


def test_a_clock_that_is_off_is_told_and_a_set_clock_begins_anew(door: Terminal) -> None:
    live(door, [95] * 6)
    live(door, [3], live=False, received_at=NOW + MINUTE)
    assert device_watch.estimate_clocks(NOW + MINUTE) == 1
    assert stored().skew_s == -95
    assert device_watch.look(NOW + MINUTE, shifts=False) == 1
    assert told() == [("notice_device_clock", True)]
    assert device_watch.estimate_clocks(NOW + 2 * MINUTE) == 0
    event = {"device_time": "2026-03-02 10:08:00", "code": "time_set", "received_at": NOW + 3 * MINUTE}
    factories.save(DeviceEvent(terminal_id=door.id, **event))
    live(door, [1], NOW + 4 * MINUTE)
    device_watch.estimate_clocks(NOW + 5 * MINUTE)
    device_watch.look(NOW + 5 * MINUTE, shifts=False)
    assert (stored().skew_s, told()) == (None, [("notice_device_clock", False)])


def test_too_few_live_punches_leave_an_estimate_as_it_is(door: Terminal) -> None:
    set_state(door, skew_s=7, skew_at=NOW - MINUTE)
    live(door, [400] * 3)
    assert device_watch.estimate_clocks(NOW) == 0
    assert stored().skew_s == 7


def holder(door: Terminal, **known: Any) -> Any:
    rep = factories.employee(db.session.get(factories.Branch, door.branch_id))
    values = {"branch_id": door.branch_id, "terminal_id": door.id, "pin": "7", "first_on": date(2026, 1, 1)}
    factories.save(PinHolder(employee_id=rep.id, recorded_at=NOW, **{**values, **known}))
    return rep


def test_nobody_punched_an_hour_into_the_shift_of_somebody_with_an_id(door: Terminal) -> None:
    holder(door)
    assert device_watch.look(NOW - 6 * MINUTE, shifts=True) == 0
    assert device_watch.look(NOW, shifts=True) == 1
    assert device_watch.look(NOW + MINUTE, shifts=False) == device_watch.look(NOW + 5 * MINUTE, shifts=True) == 0
    assert told() == [("notice_device_quiet", True)]
    set_state(door, received_at=NOW + 6 * MINUTE)
    device_watch.look(NOW + 10 * MINUTE, shifts=True)
    assert (told(), stored().alarms) == ([("notice_device_quiet", False)], None)


@pytest.mark.parametrize(
    "known", [{"last_on": date(2026, 3, 1)}, {"first_on": date(2026, 3, 5)}, {"terminal_id": None}]
)
def test_ids_of_other_times_and_of_the_whole_branch_do_not_count(door: Terminal, known: dict[str, Any]) -> None:
    holder(door, **known)
    assert device_watch.look(NOW, shifts=True) == 0


def test_somebody_planned_at_its_site_counts_and_somebody_at_rest_does_not(door: Terminal) -> None:
    rep = factories.employee(db.session.get(factories.Branch, door.branch_id))
    site_id = db.session.scalar(select(TerminalSite.site_id))
    day = {"employee_id": rep.id, "work_date": date(2026, 3, 2)}
    factories.save(PlanStop(site_id=site_id, seq=1, **day))
    assert device_watch.look(NOW, shifts=True) == 1
    factories.save(RosterDay(branch_id=door.branch_id, kind="rest", **day))
    device_watch.look(NOW + 5 * MINUTE, shifts=True)
    assert stored().alarms is None


def test_hundreds_of_devices_cost_the_same_statements(door: Terminal, queries: Any) -> None:
    def cost() -> int:
        with queries() as asked:
            device_watch.look(NOW - 30 * MINUTE, shifts=True)
        return len(asked)

    first = cost()
    branch = db.session.get(factories.Branch, door.branch_id)
    for _ in range(5):
        more = factories.terminal(branch, kind="t_calls")
        factories.save(TerminalState(terminal_id=more.id, first_seen_at=NOW, seen_at=NOW))
    assert first == cost() <= 4
