"""Wrong passwords are counted once each, whoever sends them and however many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import factories
from webapp.core import clock
from webapp.core.db import db, do
from webapp.core.errors import Invalid
from webapp.people import rules, service
from webapp.people.models import Employee, SignIn, SignInAttempt


def attempt(employee_id, *, matches, typed="R1"):
    return do(
        service.try_sign_in,
        employee_id=employee_id, typed=typed, matches=matches, agent="", language=None, at=clock.now(),
    )  # fmt: skip


def test_guesses_in_parallel_do_not_slip_past_the_lock(app):
    """T18: twenty guesses at once are twenty guesses; after the fifth even the right one is refused."""
    who = factories.employee(factories.branch(), password_hash="x")

    def guess(n):
        with app.app_context():
            return attempt(who.id, matches=False).problem.code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(guess, range(20)))
    assert codes.count("sign_in_wrong") == rules.MAX_FAILURES - 1
    assert codes.count("sign_in_locked") == 16
    assert attempt(who.id, matches=True).problem.code == "sign_in_locked"
    assert db.session.query(SignIn).count() == 0


def test_an_unknown_name_costs_the_same_work(app, queries):
    """Nobody can tell from the time whether a number exists."""
    who = factories.employee(factories.branch(), password_hash="x")
    with queries() as known:
        attempt(who.id, matches=False)
    with queries() as unknown:
        attempt(None, matches=False, typed="R9")
    assert len(known) == len(unknown)
    assert len(known.writes()) == len(unknown.writes())


def test_old_counts_are_forgotten_and_swept(app, freeze):
    freeze("2026-03-02T09:00+08:00")
    for name in ("A", "B"):
        attempt(None, matches=False, typed=name)
    freeze.forward(hours=13)
    attempt(None, matches=False, typed="A")
    assert [row.failures for row in db.session.query(SignInAttempt)] == [1]


def test_a_reset_lifts_the_lock(app):
    who = factories.employee(factories.branch(), password_hash="x")
    for _ in range(5):
        attempt(who.id, matches=False)
    do(service.reset_password, by=None, employee_id=who.id, new_hash="y", at=clock.now())
    assert attempt(who.id, matches=True).choose_password


@pytest.mark.parametrize(
    "easy", ["short", "12345678", "password1", "aaaaaaaaaa", "R001R001", "R0011234567", "qwerty12", "x" * 129]
)
def test_passwords_everybody_tries_first_are_refused(easy):
    with pytest.raises(Invalid):
        rules.check_password(easy, staff_no="R001")


@pytest.mark.parametrize("good", ["onsite-demo", "tea in the morning", "早上八点喝一杯茶", "83920174x"])
def test_other_passwords_are_fine(good):
    rules.check_password(good, staff_no="R001")


def test_a_phone_number_cannot_be_somebody_elses_staff_number(app):
    """Both are names to sign in with, so neither may stand for two people."""
    branch = factories.branch()
    factories.employee(branch, staff_no="13800138000", name="First")
    who = factories.employee(branch)
    change = {"employee_id": who.id, "version": 1, "at": clock.now()}
    with pytest.raises(Invalid, match="phone_taken"):
        do(service.update_employee, by=None, phone="138 0013 8000", **change)
    assert db.session.get_one(Employee, who.id).phone is None
