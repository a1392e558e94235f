"""Photos go when their time is over, and nothing of a broken upload stays."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from jobs import photos as jobs
from jobs.schedule import SCHEDULE
from tests import factories
from tests.attendance.days import Field, arrive, client_id_of, field
from tests.support import shots
from webapp.attendance.models import Photo
from webapp.attendance.service import Taken, record_photo
from webapp.core import files
from webapp.core.db import db, do, transaction
from webapp.people.models import Branch

Freeze = Callable[..., Any]


@pytest.fixture
def f(app: Flask, freeze: Freeze, tmp_path: Path) -> Field:
    app.config["PHOTO_DIR"] = str(tmp_path)
    return field()


def kept(f: Field, visit: Any, number: int, clock: str, settle: bool = True) -> str:
    """A photo of a visit; its file's name."""
    at = f.moment(clock)
    name = files.put(shots.jpeg(number), small=b"small", at=at)
    taken = Taken(str(uuid4()), client_id_of(visit), name, str(number) * 64, number, 640, 480, 100)
    do(record_photo, employee_id=f.rep.id, taken=taken, at=at)
    if settle:
        files.settle(name)
    return name


def on_disk(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_photos_are_kept_as_long_as_the_branch_says(f: Field, freeze: Freeze, tmp_path: Path) -> None:
    first = kept(f, arrive(f, "09:00"), 1, "09:01")
    freeze(f.moment("09:01") + timedelta(days=180))
    assert jobs.clean()["expired"] == 0
    freeze(f.moment("09:01") + timedelta(days=180, seconds=1))
    assert jobs.clean()["expired"] == 1
    assert files.read(first) is None
    row = db.session.scalars(select(Photo)).one()
    assert (row.sha256, row.phash, row.deleted_at is not None) == (first, 1, True)
    assert jobs.clean()["expired"] == 0
    assert on_disk(tmp_path) == 0


def test_a_shorter_time_counts_from_the_next_night_on(f: Field, freeze: Freeze) -> None:
    name = kept(f, arrive(f, "09:00"), 1, "09:01")
    with transaction():
        db.session.execute(update(Branch).values(photo_days=30))
    freeze(f.moment("09:01") + timedelta(days=31))
    assert jobs.clean()["expired"] == 1
    assert files.read(name) is None


def test_a_file_another_visit_still_needs_stays(f: Field, freeze: Freeze) -> None:
    name = kept(f, arrive(f, "09:00"), 1, "09:01")
    assert kept(f, arrive(f, "09:30"), 1, "12:00") == name
    freeze(f.moment("10:00") + timedelta(days=180))
    assert jobs.clean()["expired"] == 1
    assert files.read(name)
    freeze(f.moment("14:00") + timedelta(days=180))
    assert jobs.clean()["expired"] == 1
    assert files.read(name) is None


def test_a_job_killed_between_the_row_and_the_file_is_made_good(f: Field, freeze: Freeze) -> None:
    name = kept(f, arrive(f, "09:00"), 1, "09:01")
    with transaction():
        db.session.execute(update(Photo).values(deleted_at=f.moment("10:00") + timedelta(days=180)))
    assert files.read(name)
    freeze(f.moment("11:00") + timedelta(days=180))
    jobs.clean()
    assert files.read(name) is None


def test_what_a_killed_web_process_left_is_cleaned(f: Field, freeze: Freeze, tmp_path: Path) -> None:
    """A file without its row goes; a file whose row was written comes to its place; what is young waits."""
    files.put(shots.jpeg(7), small=b"small", at=f.moment("09:00"))
    named = kept(f, arrive(f, "09:00"), 1, "09:01", settle=False)
    files.add_part(f.rep.id, "half", 0, b"x")
    os.utime(tmp_path / "parts" / str(f.rep.id) / "half", (f.moment("09:00").timestamp(),) * 2)
    freeze(f.moment("12:00"))
    assert jobs.clean() == {"expired": 0, "left": 0, "parts": 0}
    freeze(f.moment("12:00") + timedelta(days=8))
    assert jobs.clean() == {"expired": 0, "left": 2, "parts": 1}
    assert files.read(named)
    assert on_disk(tmp_path) == 2


def test_it_runs_every_day(f: Field) -> None:
    assert [item.every for item in SCHEDULE if item.job == "jobs.photos.clean"] == [timedelta(days=1)]


def test_the_rows_are_evidence(f: Field) -> None:
    kept(f, arrive(f, "09:00"), 1, "09:01")
    for change in ({"sha256": "0" * 64}, {"employee_id": factories.employee(f.branch).id}):
        with pytest.raises(Exception, match="photo is evidence"), transaction():
            db.session.execute(update(Photo).values(change))
