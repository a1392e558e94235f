"""What a stranger finds in the demo beside visits: photos, phones, fences, screens, questions and notices."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from tests.demo.test_fill import NOW
from tests.support.clockwork import Frozen
from webapp.attendance.models import AttendanceException, CheckInSignals, Photo
from webapp.core import files
from webapp.core.db import db
from webapp.demo import company, fill
from webapp.demo.house import OUTLINES
from webapp.demo.plan import Story
from webapp.devices.models import RawPunch, Terminal
from webapp.notifications.models import Notice
from webapp.people.models import Device, Employee
from webapp.sites.models import Site, SiteScreen, StoreType

STORY = Story(NOW, days=8, reps=("R001", "R008", "R010", "R012", "R026", "R030", "R033"))


def test_every_feature_is_alive(make_app: Callable[..., Flask], freeze: Frozen, tmp_path: Path) -> None:
    freeze(NOW)
    with make_app(DEMO=True, PHOTO_DIR=str(tmp_path / "photos")).app_context():
        assert company.prepare(STORY)
        outlines = db.session.scalars(select(Site.code).where(Site.polygon.is_not(None))).all()
        assert set(outlines) == set(OUTLINES)
        assert fill.fill()
        photos = db.session.scalars(select(Photo.sha256)).all()
        assert photos
        assert len(photos) == len(set(photos)), "no two visits have the same picture"
        assert all(files.read(name, small=True) for name in photos)
        policies = db.session.scalars(select(StoreType.fence_policy)).all()
        assert {"photo": "required"} in policies
        assert len([policy for policy in policies if policy]) == 3
        assert db.session.scalar(select(func.count()).select_from(SiteScreen)) == 3
        states = dict(db.session.execute(select(Device.state, func.count()).group_by(Device.state)).all())
        assert states["waiting"] == 3, "two third phones, and the borrowed one"
        kinds = set(db.session.scalars(select(AttendanceException.kind)))
        assert "signals" in kinds, "a borrowed phone is asked about"
        assert db.session.scalar(select(func.count()).select_from(CheckInSignals).where(CheckInSignals.score > 0))
        unread = select(Employee.role, Notice.code).join(Notice, Notice.employee_id == Employee.id)
        told = {(row.role, row.code) for row in db.session.execute(unread.where(Notice.read_at.is_(None)))}
        assert {("supervisor", "notice_phone_asks"), ("rep", "notice_settled"), ("rep", "notice_confirmed")} <= told
        assert db.session.scalar(select(func.count()).select_from(Terminal)) == 3
        found = dict(db.session.execute(select(RawPunch.state, func.count()).group_by(RawPunch.state)).all())
        assert (found["unmapped"] >= 10, found["held"]) == (True, 1)
