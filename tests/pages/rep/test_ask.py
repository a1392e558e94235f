"""Asking about a day: what is left, a picture, taking it back."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from jobs import photos as jobs
from tests import factories
from tests.attendance.days import ON, Field, arrive, field
from tests.support import shots
from webapp.attendance.models import AttendanceException, ExceptionPhoto
from webapp.core import files
from webapp.core.db import db, transaction
from webapp.people.models import Branch

ASK = f"/visits/days/{ON}/ask"
DAY = f"/visits?view=day&day={ON}"


@pytest.fixture
def f(app: Any, freeze: Any, tmp_path: Any) -> Field:
    app.config["PHOTO_DIR"] = str(tmp_path / "photos")
    made = field()
    freeze(made.moment("20:00"))
    arrive(made, "09:40")
    return made


@pytest.fixture
def rep(f: Field, client_as: Any) -> Any:
    return client_as(f.rep)


def limit(f: Field, number: int) -> None:
    with transaction():
        db.session.get_one(Branch, f.branch.id).attendance = {"correction_quota": number}


def newest() -> Any:
    db.session.remove()
    return db.session.scalar(select(AttendanceException).order_by(AttendanceException.id.desc()))


def test_what_is_left_is_seen_before_and_what_to_do_when_nothing_is(f: Field, rep: Any) -> None:
    assert "left this month" not in rep.get(ASK).text
    limit(f, 1)
    assert "1 correction of 1 left this month." in rep.get(ASK).text
    assert rep.post(ASK, data={"kind": "forgot_in", "at": "09:00"}).status_code == 303
    page = rep.get(ASK).text
    assert "All 1 corrections of this month are used. Ask HR before" in page
    refused = rep.post(ASK, data={"kind": "field", "note": "At the fair"})
    assert (refused.status_code, "At the fair" in refused.text) == (422, True)
    rep.post(f"/visits/asked/{newest().id}/withdraw")
    assert "1 correction of 1 left this month." in rep.get(ASK).text


def test_a_picture_goes_with_it_to_whoever_may_see_the_request(f: Field, rep: Any, client_as: Any) -> None:
    sent = {"kind": "leave", "note": "Doctor", "photo": (io.BytesIO(shots.jpeg(3)), "note.jpg")}
    assert rep.post(ASK, data=sent, content_type="multipart/form-data").status_code == 303
    number = newest().id
    picture = db.session.scalars(select(ExceptionPhoto)).one()
    assert files.sha256(shots.jpeg(3)) != picture.sha256, "written anew"
    address = f"/photos/asked/{number}"
    assert address in rep.get(DAY).text
    seen = rep.get(address)
    assert (seen.status_code, seen.headers["Cache-Control"]) == (200, "no-store")
    hr = client_as(factories.employee(f.branch, "hr"))
    assert address in hr.get(f"/hr/inbox/{number}").text
    assert hr.get(f"{address}?size=small").status_code == 200
    for other in (factories.employee(f.branch), factories.employee(factories.branch(), "hr")):
        assert client_as(other).get(address).status_code == 404


def test_a_file_that_is_no_picture_asks_for_nothing(f: Field, rep: Any) -> None:
    before = newest()
    sent = {"kind": "leave", "note": "Doctor", "photo": (io.BytesIO(b"no picture"), "note.jpg")}
    answer = rep.post(ASK, data=sent, content_type="multipart/form-data")
    assert (answer.status_code, "Doctor" in answer.text) == (422, True)
    assert (newest() and newest().id) == (before and before.id)


def test_the_picture_goes_when_its_time_is_over_and_a_visits_photo_keeps_a_shared_file(
    f: Field, rep: Any, freeze: Any
) -> None:
    sent = {"kind": "leave", "note": "Doctor", "photo": (io.BytesIO(shots.jpeg(3)), "note.jpg")}
    rep.post(ASK, data=sent, content_type="multipart/form-data")
    name = db.session.scalars(select(ExceptionPhoto.sha256)).one()
    assert jobs.clean()["expired"] == 0
    freeze(f.moment("20:00", ON + timedelta(days=181)))
    assert jobs.clean()["expired"] == 1
    db.session.remove()
    assert db.session.scalars(select(ExceptionPhoto)).one().deleted_at is not None
    assert files.read(name) is None
    assert "no longer kept" in rep.get(DAY).text
    assert rep.get(f"/photos/asked/{newest().id}").status_code == 404


def test_taking_back_shows_nothing_any_more(f: Field, rep: Any, client_as: Any) -> None:
    rep.post(ASK, data={"kind": "late", "note": "Traffic"})
    number = newest().id
    assert "Take it back" in rep.get(DAY).text
    other = client_as(factories.employee(f.branch))
    assert other.post(f"/visits/asked/{number}/withdraw").status_code == 404
    assert rep.post(f"/visits/asked/{number}/withdraw").status_code == 303
    assert newest().state == "withdrawn"
    assert "Traffic" not in rep.get(DAY).text
