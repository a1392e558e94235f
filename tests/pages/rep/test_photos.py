"""Photos of a visit over HTTP: in parts and at once, refused with words, seen by nobody else."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import func, select, update

from tests import factories
from tests.attendance.days import ON, Field, arrive, client_id_of, field
from tests.support import shots
from tests.support.photos import Upload
from webapp.attendance import queries
from webapp.attendance.models import AttendanceException, Photo
from webapp.core import files
from webapp.core.db import db, do, transaction
from webapp.people.models import Branch
from webapp.visits import service as visits

Freeze = Callable[..., Any]
PICTURE = shots.jpeg(1)


@pytest.fixture
def f(app: Flask, freeze: Freeze, tmp_path: Any) -> Field:
    app.config["PHOTO_DIR"] = str(tmp_path / "photos")
    made = field(kind={"fence_policy": {"photo": "optional"}})
    freeze(made.moment("09:05"))
    return made


def wants(f: Field, photo: str) -> None:
    with transaction():
        db.session.execute(update(Branch).values(fence_policy={"photo": photo}))
        f.kind.fence_policy = {"photo": photo}
        db.session.merge(f.kind)


def count(model: Any = Photo) -> int:
    db.session.remove()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def photo() -> Photo:
    db.session.remove()
    return db.session.scalars(select(Photo)).one()


def send(client: Any, check_in: str, data: bytes = PICTURE, **known: Any) -> Any:
    return Upload(client, check_in, data, **known).part()


def test_a_photo_sent_in_parts_is_kept_and_shown(f: Field, client_as: Any) -> None:
    visit = arrive(f, "09:00")
    up = Upload(client_as(f.rep), client_id_of(visit), PICTURE)
    first = up.part(0, 9000)
    assert (first.status_code, first.headers["X-Onsite-State"], first.headers["X-Onsite-Have"]) == (200, "part", "9000")
    assert up.have() == 9000
    assert up.part(9000, 1000).headers["X-Onsite-Have"] == "10000"
    assert count() == 0
    done = up.part(10000)
    assert (done.status_code, done.headers["X-Onsite-State"]) == (201, "sent")
    row = photo()
    assert f"/photos/{row.id}?size=small" in done.text
    assert (row.check_in_id, row.width, row.height) == (visit.recorded.check_in_id, 640, 480)
    page = client_as(f.rep).get(f"/visits/{visit.visit_id}")
    assert f"/photos/{row.id}" in page.text
    assert "Photo of" in client_as(f.rep).get("/me/privacy").text
    assert up.part(10000).status_code == 200
    assert count() == 1
    assert files.part_length(f.rep.id, f"{up.asked['id']}-{up.asked['sha'][:16]}") == 0


def test_what_is_given_out_is_a_bare_jpeg_nobody_keeps(f: Field, client_as: Any) -> None:
    client = client_as(f.rep)
    send(client, client_id_of(arrive(f, "09:00")), shots.jpeg(1, 2000, 1500, exif=shots.exif()))
    for address, width in ((f"/photos/{photo().id}", 1280), (f"/photos/{photo().id}?size=small", 320)):
        answer = client.get(address)
        assert answer.mimetype == "image/jpeg"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("inline")
        assert b"PhoneMaker" not in answer.data
        assert Image.open(io.BytesIO(answer.data)).width == width


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.tuples(st.integers(0, len(PICTURE)), st.integers(0, 20_000)), max_size=8))
def test_any_split_order_and_repetition_gives_the_same_photo(f: Field, client_as: Any, cuts: Any) -> None:
    visit = do(queries_first_visit, f=f)
    up = Upload(client_as(f.rep), visit, PICTURE)
    before = count()
    have = 0
    for offset, length in cuts:
        answer = up.part(offset, length)
        assert answer.status_code in (200, 201)
        have = int(answer.headers["X-Onsite-Have"])
    while have < len(PICTURE):
        have = int(up.part(have, 32768).headers["X-Onsite-Have"])
    assert count() == before + 1
    row = db.session.scalars(select(Photo).where(Photo.client_id == up.asked["id"])).one()
    assert row.sent_sha256 == up.asked["sha"]
    assert row.sha256 == files.sha256(files.read(row.sha256) or b"")


def queries_first_visit(f: Field) -> str:
    """A new check-in for every example: a visit takes ten photos."""
    from tests.attendance.days import evidence

    said = evidence(f.shop, f.moment("09:00"))
    visits.check_in(rep=f.me, evidence=said, site_id=f.shop.id, at=f.moment("09:00"))
    return said.client_id


def test_the_same_id_with_other_content_is_refused(f: Field, client_as: Any) -> None:
    client, check_in, number = client_as(f.rep), client_id_of(arrive(f, "09:00")), str(uuid4())
    assert send(client, check_in, id=number).status_code == 201
    assert send(client, check_in, id=number).status_code == 200
    other = send(client, check_in, shots.jpeg(2), id=number)
    assert (other.status_code, other.headers["X-Onsite-Error"]) == (409, "same_id_other_content")
    assert count() == 1


def test_a_photo_waits_for_its_check_in(f: Field, client_as: Any) -> None:
    answer = send(client_as(f.rep), str(uuid4()))
    assert (answer.status_code, answer.headers["X-Onsite-Error"]) == (425, "photo_early")


def test_somebody_elses_check_in_or_photo_is_not_theirs(f: Field, client_as: Any) -> None:
    check_in = client_id_of(arrive(f, "09:00"))
    other = factories.employee(f.branch)
    assert send(client_as(other), check_in).status_code == 425
    assert send(client_as(other), check_in, uid=f.rep.id).headers["X-Onsite-Error"] == "other_user"
    assert send(client_as(f.rep), check_in, uid=f.rep.id).status_code == 201
    assert client_as(other).get(f"/photos/{photo().id}").status_code == 404


def test_bytes_damaged_on_the_way_are_not_kept(f: Field, client_as: Any) -> None:
    up = Upload(client_as(f.rep), client_id_of(arrive(f, "09:00")), PICTURE)
    up.part(0, 100)
    up.data = up.data[:-1] + b"x"
    assert up.part(100).headers["X-Onsite-Error"] == "photo_damaged"
    assert (count(), up.have()) == (0, 0)
    up.data = PICTURE
    assert up.part().status_code == 201


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"MZ this is a program", "picture_unreadable"),
        (PICTURE[:-5000], "picture_cut"),
        (shots.jpeg(1, 100, 100), "picture_too_small"),
    ],
)
def test_what_is_no_photo_says_what_to_do(f: Field, client_as: Any, data: bytes, code: str, tmp_path: Any) -> None:
    client, visit = client_as(f.rep), arrive(f, "09:00")
    answer = send(client, client_id_of(visit), data)
    assert (answer.status_code, answer.headers["X-Onsite-Error"]) == (422, code)
    form = {"photo": (io.BytesIO(data), "x.jpg"), "client_id": str(uuid4())}
    page = client.post(f"/visits/{visit.visit_id}/photos", data=form, content_type="multipart/form-data")
    assert page.status_code == 422
    assert "data-errors" in page.text
    assert count() == 0
    assert [path for path in (tmp_path / "photos").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"sha": "x"}, 422), ({"size": 0}, 422), ({"size": "1e3"}, 422), ({"size": 99_999_999}, 422),
        ({"offset": 9_999_999}, 422), ({"offset": -1}, 422), ({"id": "../../etc/passwd"}, 422),
        ({"check_in": "1"}, 422), ({"taken_at": "yesterday"}, 422),
    ],
)  # fmt: skip
def test_nonsense_is_refused(f: Field, client_as: Any, changes: dict[str, Any], status: int) -> None:
    up = Upload(client_as(f.rep), client_id_of(arrive(f, "09:00")), PICTURE)
    assert up.part(**changes).status_code == status
    assert count() == 0


def test_one_part_may_not_be_everything_at_once(f: Field, client_as: Any) -> None:
    big = Upload(client_as(f.rep), client_id_of(arrive(f, "09:00")), b"x" * 300_000)
    assert big.part().status_code == 413


def test_a_form_without_a_script_sends_it_too(f: Field, client_as: Any) -> None:
    client, visit = client_as(f.rep), arrive(f, "09:00")
    page = client.get(f"/visits/{visit.visit_id}").text
    assert 'capture="environment"' in page
    assert f'action="/visits/{visit.visit_id}/photos"' in page
    number = str(uuid4())
    for _ in range(2):
        form = {"photo": (io.BytesIO(PICTURE), "x.jpg"), "client_id": number}
        answer = client.post(f"/visits/{visit.visit_id}/photos", data=form, content_type="multipart/form-data")
        assert answer.status_code == 303
    assert count() == 1
    nothing = client.post(f"/visits/{visit.visit_id}/photos", data={})
    assert nothing.status_code == 422
    assert "Choose a photo" in nothing.text


def test_a_store_that_takes_no_photos_says_so(f: Field, client_as: Any) -> None:
    wants(f, "none")
    client, visit = client_as(f.rep), arrive(f, "09:00")
    assert 'capture="environment"' not in client.get(f"/visits/{visit.visit_id}").text
    assert "data-photo" not in client.get("/today").text.partition("data-checkin")[2].partition(">")[0]
    answer = send(client, client_id_of(visit))
    assert (answer.status_code, answer.headers["X-Onsite-Error"]) == (422, "photo_not_wanted")


def test_a_visit_taken_back_takes_no_photo(f: Field, client_as: Any) -> None:
    check_in = client_id_of(arrive(f, "09:05"))
    do(visits.undo, rep=f.me, client_id=check_in, at=f.moment("09:05:10"))
    assert send(client_as(f.rep), check_in).headers["X-Onsite-Error"] == "visit_gone"


def test_ten_photos_are_enough(f: Field, client_as: Any) -> None:
    client, check_in = client_as(f.rep), client_id_of(arrive(f, "09:00"))
    for number in range(10):
        assert send(client, check_in, shots.jpeg(number)).status_code == 201
    assert send(client, check_in, shots.jpeg(11)).headers["X-Onsite-Error"] == "photo_enough"


def test_the_row_is_written_after_its_file(f: Field, client_as: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the database says no the file waits to be cleaned away, and the phone's next try succeeds."""
    from webapp.attendance import service

    def broken(**known: Any) -> int:
        raise KeyError("the database went away")

    client, check_in = client_as(f.rep), client_id_of(arrive(f, "09:00"))
    client.application.config["PROPAGATE"], client.check_pages = False, False
    whole = service.record_photo
    monkeypatch.setattr(service, "record_photo", broken)
    up = Upload(client, check_in, PICTURE)
    assert up.part().status_code == 500
    monkeypatch.setattr(service, "record_photo", whole)
    assert count() == 0
    assert up.part(0, 0).status_code == 201
    assert files.read(photo().sha256)


def test_required_is_enforced_until_a_photo_is_here(f: Field, client_as: Any) -> None:
    wants(f, "required")
    client, visit = client_as(f.rep), arrive(f, "08:55")
    pair = (f.rep.id, ON)
    assert queries.days([pair])[pair].undecided
    assert not queries.days([pair])[pair].present
    assert "A photo is needed" in client.get("/today").text
    assert "A photo is needed" in client.get(f"/visits/{visit.visit_id}").text
    assert send(client, client_id_of(visit)).status_code == 201
    day = queries.days([pair])[pair]
    assert (day.undecided, day.present, day.open_exceptions) == (False, True, 0)
    assert "A photo is needed" not in client.get("/today").text
    assert db.session.scalars(select(AttendanceException.state)).all() == ["withdrawn"]
    assert "Photo missing" not in client.get(f"/visits?view=day&day={ON}").text


def test_a_required_photo_does_not_settle_the_place(f: Field, client_as: Any) -> None:
    """Out of range and without a photo: both must be cleared."""
    wants(f, "required")
    visit, pair = arrive(f, "08:55", metres=900), (f.rep.id, ON)
    assert queries.days([pair])[pair].open_exceptions == 2
    send(client_as(f.rep), client_id_of(visit))
    day = queries.days([pair])[pair]
    assert (day.undecided, day.open_exceptions) == (True, 1)


def test_optional_asks_the_hot_path_nothing(f: Field, queries: Any) -> None:
    arrive(f, "08:50")
    with queries() as optional:
        arrive(f, "08:55")
    wants(f, "required")
    with queries() as required:
        arrive(f, "08:57")
    asking = [
        [text for text in seen if text.startswith("INSERT INTO attendance_exception")] for seen in (optional, required)
    ]
    assert [len(texts) for texts in asking] == [0, 1]
