"""Devices that were moved before anybody wrote down where they hung (migration 0014)."""

from __future__ import annotations

import importlib
from datetime import date, timedelta
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import delete, select, update

from tests import factories
from tests.devices.world import ON, punches, world
from webapp.attendance.models import TerminalStay
from webapp.core.db import conn, db, do
from webapp.devices import service
from webapp.devices.models import TerminalSite

MIGRATION = importlib.import_module("webapp.migrations.versions.0014_leave_carried_and_moved_devices")


def fill(terminal_id: int, site_id: int) -> None:
    """The device was moved, and nobody wrote down when."""
    conn().execute(update(TerminalSite).where(TerminalSite.terminal_id == terminal_id).values(site_id=site_id))
    conn().execute(delete(TerminalStay))
    with Operations.context(MigrationContext.configure(conn())):
        MIGRATION.fill_stays()


def test_punches_stay_with_the_shop_they_were_made_at(app: Any) -> None:
    w = world()
    rep, now = w.rep("7"), factories.site(w.kind)
    untouched = factories.terminal(w.branch, w.shop)
    w.send("08:55", "18:02")
    do(fill, terminal_id=w.door.id, site_id=now.id)
    query = select(TerminalStay.terminal_id, TerminalStay.site_id, TerminalStay.from_at, TerminalStay.until_at)
    rows = {tuple(row) for row in db.session.execute(query)}
    db.session.remove()
    assert rows == {
        (untouched.id, w.shop.id, None, None),
        (w.door.id, now.id, None, None),
        (w.door.id, w.shop.id, w.moment("08:55"), w.moment("18:03")),
    }
    w.send("2026-03-03 08:55:00")
    span = {"first": date(2026, 1, 1), "last": ON + timedelta(days=9)}
    do(service.rebuild, terminal_id=w.door.id, **span, at=w.moment("20:00"))
    w.digest()
    assert [row[3] for row in punches(rep)] == [w.shop.id, w.shop.id, now.id]
