"""Who sees a photo, what is said beside it, and who lets a visit count without one."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select, update

from tests import factories
from tests.attendance.days import ON, Field, arrive, client_id_of, evidence, field, subject
from tests.support import shots
from tests.support.photos import Upload
from webapp.attendance import queries as attendance
from webapp.attendance import service
from webapp.attendance.models import AttendanceException, CheckInSignals, Photo
from webapp.core.db import db, transaction
from webapp.core.i18n import date_text
from webapp.people.models import Branch, Employee, Team
from webapp.sites.models import SiteSupervisor

Freeze = Callable[..., Any]
ROLES = ("rep", "supervisor", "hr")


@pytest.fixture
def f(app: Flask, freeze: Freeze, tmp_path: Any) -> Field:
    app.config["PHOTO_DIR"] = str(tmp_path / "photos")
    made = field()
    freeze(made.moment("09:05"))
    return made


def photographed(f: Field, client_as: Any, rep: Employee | None = None, data: bytes = b"", clock: str = "09:00") -> int:
    """A visit with a photo; the photo's id."""
    whose = rep or f.rep
    mine = Field(f.branch, f.kind, whose, f.shop, subject(whose, f.branch))
    visit = arrive(mine, clock, metres=900)
    up = Upload(client_as(whose), client_id_of(visit), data or shots.jpeg(1))
    assert up.part().status_code == 201
    db.session.remove()
    return db.session.scalars(select(Photo.id).where(Photo.client_id == up.asked["id"])).one()


def test_own_their_sites_their_team_their_branch_and_nobody_else(f: Field, client_as: Any) -> None:
    photo = photographed(f, client_as)
    team = factories.save(Team(branch_id=f.branch.id, name="Team"))
    other = factories.branch()
    at_site, of_team, nobody = (factories.employee(f.branch, "supervisor") for _ in range(3))
    factories.save(SiteSupervisor(site_id=f.shop.id, employee_id=at_site.id))
    with transaction():
        db.session.execute(update(Employee).where(Employee.id.in_([f.rep.id, of_team.id])).values(team_id=team.id))
    seen = {
        200: [f.rep, at_site, of_team, factories.employee(f.branch, "hr"), factories.employee(f.branch, "admin")],
        404: [factories.employee(f.branch), nobody, *(factories.employee(other, role) for role in ROLES)],
        403: [factories.employee(f.branch, "finance")],
    }  # fmt: skip
    for status, people in seen.items():
        for person in people:
            for size in ("", "?size=small"):
                assert client_as(person).get(f"/photos/{photo}{size}").status_code == status, (person.role, size)


def test_a_photo_no_longer_kept_is_a_word(f: Field, client_as: Any) -> None:
    photo = photographed(f, client_as)
    with transaction():
        db.session.execute(update(Photo).values(deleted_at=f.moment("09:04")))
    assert client_as(f.rep).get(f"/photos/{photo}").status_code == 404
    page = client_as(factories.employee(f.branch, "hr")).get(f"/hr/inbox/{exception(f).id}").text
    assert "no longer kept" in page
    assert "<img" not in page


def test_a_repeated_photo_is_said_in_words_to_hr(f: Field, client_as: Any) -> None:
    hr, other = factories.employee(f.branch, "hr"), factories.employee(f.branch, name="Ma Li")
    photographed(f, client_as, other, clock="08:40")
    photographed(f, client_as)
    page = client_as(hr).get(f"/hr/inbox/{exception(f).id}").text
    assert "Same photo" in page
    assert "Ma Li" in page
    # who sent it first is not blamed
    first = db.session.scalars(select(AttendanceException).where(AttendanceException.employee_id == other.id)).one()
    assert "Same photo" not in client_as(hr).get(f"/hr/inbox/{first.id}").text


def test_a_photo_of_another_branch_names_nobody(f: Field, client_as: Any) -> None:
    far = field(shop={"name": "Far shop"})
    photographed(far, client_as, clock="08:30")
    photographed(f, client_as)
    page = client_as(factories.employee(f.branch, "hr")).get(f"/hr/inbox/{exception(f).id}").text
    assert "in another branch" in page
    assert far.rep.name not in page


def test_a_worked_on_photo_looks_alike(f: Field, client_as: Any) -> None:
    other = factories.employee(f.branch)
    photographed(f, client_as, other, clock="08:40")
    again = Image.open(io.BytesIO(shots.jpeg(1))).resize((500, 375))
    photographed(f, client_as, data=shots.written(again, quality=40))
    repeats = attendance.photo_repeats([exception(f).check_in_id])
    (found,) = repeats[exception(f).check_in_id]
    assert (found.kind, found.other_employee_id) == ("alike", other.id)


def test_a_repeated_photo_is_a_signal(f: Field, client_as: Any) -> None:
    other = factories.employee(f.branch)
    photographed(f, client_as, other, clock="08:40")
    photographed(f, client_as)
    service.scan(pairs=[(f.rep.id, ON), (other.id, ON)], at=f.moment("09:10"))
    db.session.remove()
    fired = {
        row.employee_id: {one["code"] for one in row.signals} for row in db.session.scalars(select(CheckInSignals))
    }
    assert "photo" in fired[f.rep.id]
    assert "photo" not in fired[other.id]


def test_looking_for_repeats_is_two_statements(f: Field, client_as: Any, queries: Any) -> None:
    photographed(f, client_as)
    for number in range(2, 6):
        photographed(f, client_as, factories.employee(f.branch), shots.jpeg(number))
    ids = db.session.scalars(select(Photo.check_in_id)).all()
    with queries() as asked:
        assert attendance.photo_repeats(ids) == {}
    assert len(asked) == 2


def test_the_supervisor_sees_it_on_the_persons_day(f: Field, client_as: Any) -> None:
    boss = factories.employee(f.branch, "supervisor")
    factories.save(SiteSupervisor(site_id=f.shop.id, employee_id=boss.id))
    photo = photographed(f, client_as)
    assert f"/photos/{photo}?size=small" in client_as(boss).get(f"/confirm/{f.rep.id}?on={ON}").text


def test_hr_may_let_a_visit_count_without_its_photo_and_a_supervisor_may_not(f: Field, client_as: Any) -> None:
    with transaction():
        db.session.execute(update(Branch).where(Branch.id == f.branch.id).values(fence_policy={"photo": "required"}))
    boss, hr = factories.employee(f.branch, "supervisor"), factories.employee(f.branch, "hr")
    factories.save(SiteSupervisor(site_id=f.shop.id, employee_id=boss.id))
    arrive(f, "08:58")
    pair, waiting = (f.rep.id, ON), exception(f)
    assert waiting.kind == "photo"
    assert "Photo missing" in client_as(boss).get(f"/confirm/{f.rep.id}?on={ON}").text
    client_as(boss).post(f"/confirm/{f.rep.id}?on={ON}")
    assert attendance.days([pair])[pair].undecided
    page = client_as(hr).get(f"/hr/inbox/{waiting.id}").text
    assert "a photo is required, none has arrived" in page
    answer = client_as(hr).post(
        f"/hr/inbox/{waiting.id}/decide", data={"decision": "approved", "seq": waiting.state_seq}
    )
    assert answer.status_code == 303
    day = attendance.days([pair])[pair]
    assert (day.undecided, day.present, day.status) == (False, True, "normal")


def test_a_visit_hr_refused_for_lack_of_a_photo_does_not_count(f: Field, client_as: Any) -> None:
    with transaction():
        db.session.execute(update(Branch).where(Branch.id == f.branch.id).values(fence_policy={"photo": "required"}))
    visit, hr = arrive(f, "08:58"), factories.employee(f.branch, "hr")
    form = {"decision": "rejected", "reason": "No photo", "seq": 0}
    client_as(hr).post(f"/hr/inbox/{exception(f).id}/decide", data=form)
    assert not attendance.days([(f.rep.id, ON)])[f.rep.id, ON].present
    assert "Not approved" in client_as(f.rep).get(f"/visits/{visit.visit_id}").text


def exception(f: Field) -> AttendanceException:
    db.session.remove()
    return db.session.scalars(select(AttendanceException).where(AttendanceException.employee_id == f.rep.id)).one()


def test_ids_nobody_has(client_as: Any, f: Field) -> None:
    assert client_as(f.rep).get("/photos/999999").status_code == 404
    assert client_as(f.rep).get(f"/photos/{uuid4()}").status_code == 404


def test_the_privacy_page_counts_photos_and_says_who_looked_at_one(f: Field, client_as: Any) -> None:
    """Also of a check-in without a position."""
    rep = client_as(f.rep)
    assert "No photo of yours is kept." in rep.get("/me/privacy").text
    visit = arrive(f, "09:00", said=evidence(None, f.moment("09:00")))
    up = Upload(rep, client_id_of(visit), shots.jpeg(1))
    assert up.part().status_code == 201
    page = rep.get("/me/privacy").text
    assert ("1 photo is kept." in page, "Nobody looked." in page) == (True, True)
    goes = date_text(f.moment("09:05") + timedelta(days=f.branch.photo_days), "long")
    assert f"Each goes {f.branch.photo_days} days after it arrived, the next on {goes}." in page
    assert "No phone has signed for you yet." in page
    boss = factories.employee(f.branch, "supervisor", name="Chen Jie")
    factories.save(SiteSupervisor(site_id=f.shop.id, employee_id=boss.id))
    client_as(boss).get(f"/confirm/{f.rep.id}?on={ON}")
    assert "Chen Jie, " in rep.get("/me/privacy").text
    with transaction():
        db.session.execute(update(Photo).values(deleted_at=f.moment("10:00")))
    assert "No photo of yours is kept." in rep.get("/me/privacy").text
