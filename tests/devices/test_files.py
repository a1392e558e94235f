"""A file on its way: kept once, read by the job every request is read by, its answers remembered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from jobs import devices as jobs
from jobs import reconcile
from tests import factories
from tests.devices.exports import AGL_AMPM, ATTLOG, DAMAGED, attlog
from tests.devices.road import bring, punches
from tests.support.clockwork import Frozen
from webapp.core import clock
from webapp.core.audit import AuditEntry
from webapp.core.db import db, do
from webapp.core.errors import Conflict, NotFound
from webapp.devices import queries, service
from webapp.devices.models import BadLine, DeviceRequest, RawPunch, Terminal
from webapp.devices.queries import Unread
from webapp.devices.rules import Line
from webapp.devices.service.store import Coming


@pytest.fixture
def door(app: Any) -> Terminal:
    return factories.terminal(factories.branch())


def test_what_a_file_brings(door: Terminal) -> None:
    request_id, _ = bring(door, DAMAGED, name="1_attlog.dat")
    found = queries.file_imported([door.branch_id], request_id)
    assert found is not None
    assert (found.lines, found.new, found.known, found.bad, found.skipped) == (6, 6, 0, 10, 1)
    assert queries.still_held(found) == 3
    states = db.session.execute(select(RawPunch.quality, func.count()).group_by(RawPunch.quality))
    assert {row[0]: row[1] for row in states} == {"ok": 3, "future": 2, "reset": 1}
    assert db.session.scalar(select(func.count()).select_from(BadLine)) == 10
    assert set(db.session.scalars(select(RawPunch.source))) == {"file"}
    assert (found.params["name"], found.by, found.kind) == ("1_attlog.dat", None, "attlog")


def test_the_same_file_again_is_known(door: Terminal) -> None:
    first = bring(door, ATTLOG)
    again = bring(door, ATTLOG, name="another name.dat")
    assert (first[1], again) == (True, (first[0], False))
    assert db.session.scalar(select(func.count()).select_from(DeviceRequest)) == 1
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 1
    found = queries.file_imported([door.branch_id], first[0])
    assert found is not None
    assert (found.new, found.known) == (3, 0), "it was not read a second time"


def test_what_came_over_the_network_is_not_doubled(door: Terminal) -> None:
    coming = Coming(door.id, door.timezone, "push", clock.now())
    do(service.store_lines, lines=[Line("7", "2026-03-02 08:55:01", "7\t2026-03-02 08:55:01")], coming=coming)
    request_id, _ = bring(door, ATTLOG)
    found = queries.file_imported([door.branch_id], request_id)
    assert found is not None
    assert (found.new, found.known) == (2, 1)
    assert len(punches(door)) == 3


def test_another_answer_reads_the_file_again(door: Terminal) -> None:
    first, _ = bring(door, AGL_AMPM, answers={"order": "dmy"})
    assert {time[:10] for _, time in punches(door)} == {"2026-07-04"}
    assert bring(door, AGL_AMPM, answers={"order": "mdy"}) == (first, True)
    found = queries.file_imported([door.branch_id], first)
    assert found is not None
    assert (found.params["answers"], found.params["earlier"]) == ({"order": "mdy"}, [{"order": "dmy"}])
    assert {time[:10] for _, time in punches(door)} == {"2026-07-04", "2026-04-07"}, "evidence stays"


def test_a_file_is_read_again_however_old_it_is(door: Terminal, freeze: Frozen) -> None:
    """What devices sent is emptied in time; of an emptied file nothing would be read, and nobody told."""
    first, _ = bring(door, AGL_AMPM, answers={"order": "dmy"})
    freeze((clock.now() + timedelta(days=4000)).isoformat())
    assert reconcile.forget_bodies() == 0
    assert bring(door, AGL_AMPM, answers={"order": "mdy"}) == (first, True)
    assert {time[:10] for _, time in punches(door)} == {"2026-07-04", "2026-04-07"}
    found = queries.file_imported([door.branch_id], first)
    assert found is not None
    assert found.lines


def test_bad_lines_are_judged_anew_with_another_answer(door: Terminal) -> None:
    body = b"a,b,c\n7,2026-03-02 08:55,soon\n8,2026-03-02 08:56,soon\n"
    request_id, _ = bring(door, body, kind="csv", answers={"id": "a", "when": "c"})
    assert db.session.scalar(select(func.count()).select_from(BadLine)) == 2
    assert bring(door, body, kind="csv", answers={"id": "a", "when": "b"}) == (request_id, True)
    assert db.session.scalar(select(func.count()).select_from(BadLine)) == 0
    assert len(punches(door)) == 2


@pytest.mark.parametrize("at_once", [2000, 1], ids=["short", "long"])
def test_other_answers_while_a_file_is_read(door: Terminal, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """They came to nothing once what was read with the earlier ones counted as all there is to read."""
    body = b"a,b,c\n7,2026-03-02 08:55,2026-03-03 08:55\n8,2026-03-02 08:56,2026-03-03 08:56\n9,2026-03-02 08:57,soon\n"
    known: dict[str, Any] = {"by": None, "name": "x.csv", "kind": "csv", "machine": None, "at": clock.now()}
    read_as, meanwhile = jobs._parsed, [{"id": "a", "when": "b"}]

    def slowly(unread: Unread) -> Any:
        parsed = read_as(unread)
        while meanwhile:
            do(service.import_file, terminal_id=door.id, body=body, answers=meanwhile.pop(), **known)
        return parsed

    monkeypatch.setattr(jobs, "_parsed", slowly)
    monkeypatch.setattr(jobs, "AT_ONCE", at_once)
    bring(door, body, kind="csv", answers={"id": "a", "when": "c"})
    assert {time for _, time in punches(door) if time < "2026-03-03"} == {
        "2026-03-02 08:55:00", "2026-03-02 08:56:00", "2026-03-02 08:57:00"
    }  # fmt: skip
    row = db.session.execute(select(DeviceRequest.lines, DeviceRequest.bad, DeviceRequest.read_at)).one()
    assert (row.lines, row.bad, row.read_at is None) == (3, 0, False)
    assert db.session.scalar(select(func.count()).select_from(BadLine)) == 0


def test_answers_are_kept_for_the_next_file(door: Terminal) -> None:
    bring(door, ATTLOG, machine="4")
    bring(door, AGL_AMPM, answers={"order": "mdy"})
    db.session.expire_all()
    options = queries.file_devices([door.branch_id])[0].options
    assert options == {"format": "agl", "machine": "4", "attlog": {}, "agl": {"order": "mdy"}}


def test_more_lines_than_fit_into_one_unit_of_work(door: Terminal) -> None:
    rows = [f"{n}\t2026-03-02 {n // 360:02}:{n // 6 % 60:02}:00\t1\t0\t1\t0" for n in range(1, 4500)]
    bring(door, attlog(*rows))
    assert len(punches(door)) == 4499


def test_a_device_that_is_not_ours_or_no_longer_used(door: Terminal, client_as: Any) -> None:
    with pytest.raises(NotFound):
        bring(Terminal(id=door.id + 99), ATTLOG)
    retired = factories.terminal(factories.branch(), state="retired")
    with pytest.raises(Conflict, match="file_of_retired"):
        bring(retired, ATTLOG)
    assert queries.file_devices([retired.branch_id]) == []


def test_whose_punches_they_are(door: Terminal) -> None:
    other = factories.terminal(factories.branch())
    bring(other, ATTLOG)
    sample = [("7", "2026-03-02 08:55:01"), ("12", "2026-03-02 08:55:01"), ("99", "2026-03-02 08:55:01")]
    assert queries.known_at([door.id, other.id], sample) == {other.id: 2}
    assert queries.known_at([door.id], sample) == {}
    assert queries.known_at([door.id], []) == {}
