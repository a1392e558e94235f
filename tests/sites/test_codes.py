"""The digits of a store: which minute they belong to, and who may start, see and show them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from tests.attendance.test_decisions import signed_in
from tests.support import queries
from webapp.core.db import db, do
from webapp.core.errors import Invalid, NotFound
from webapp.sites import service
from webapp.sites.models import SiteCode, SiteScreen
from webapp.sites.queries import codes
from webapp.sites.rules.codes import digits_at, matching_step, read_digits, seconds_left, step_of

SECRET = pyotp.random_base32()
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("typed_after", "right"),
    [(0, True), (59, True), (60, True), (119, True), (120, False), (-1, True), (-60, True), (-61, False)],
)
def test_one_step_before_and_after_is_taken(typed_after: int, right: bool) -> None:
    found = matching_step(SECRET, digits_at(SECRET, NOON), NOON + typed_after * SECOND)
    assert found == (step_of(NOON) if right else None)


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_digits_are_those_of_any_authenticator(moment: datetime) -> None:
    assert digits_at(SECRET, moment) == pyotp.TOTP(SECRET, interval=60).at(moment)
    assert matching_step(SECRET, digits_at(SECRET, moment), moment) is not None
    assert 1 <= seconds_left(moment) <= 60


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("123456", "123456"), (" 123 456 ", "123456"), ("123-456", "123456"),
        ("\uff11\uff12\uff13\uff14\uff15\uff16", "123456"),
        ("12345", None), ("1234567", None), ("12345a", None), ("", None), ("١٢٣٤٥٦", None), ("²²²²²²", "222222"),
    ],
)  # fmt: skip
def test_digits_as_people_type_them(typed: str, read: str | None) -> None:
    assert read_digits(typed) == read


def people():
    branch = factories.branch()
    boss, stranger, office = (factories.employee(branch, role) for role in ("supervisor", "supervisor", "hr"))
    site = factories.site(factories.store_type(branch), boss)
    return site, *(signed_in(person, branch) for person in (boss, stranger, office, factories.employee(branch)))


def test_a_code_is_started_once_and_sealed(app) -> None:
    site, boss, _, _, _ = people()
    assert codes.code_now(boss, site.id, NOON).digits is None
    for _ in range(2):
        do(service.start_code, by=boss, site_id=site.id, at=NOON)
    shown = codes.code_now(boss, site.id, NOON)
    row = db.session.get(SiteCode, site.id)
    assert shown.digits == digits_at(codes.code_secret(site.id), NOON)
    assert codes.code_secret(site.id) not in row.secret


def test_renewing_makes_the_old_digits_worthless(app) -> None:
    site, boss, _, _, _ = people()
    do(service.start_code, by=boss, site_id=site.id, at=NOON)
    before = codes.code_secret(site.id)
    do(service.renew_code, by=boss, site_id=site.id, at=NOON)
    assert codes.code_secret(site.id) not in (None, before)


def test_only_those_of_the_site_start_and_see_it(app) -> None:
    site, _, stranger, office, rep = people()
    for nobody in (stranger, rep):
        with pytest.raises(NotFound):
            do(service.start_code, by=nobody, site_id=site.id, at=NOON)
        with pytest.raises(NotFound):
            do(service.open_screen, by=nobody, site_id=site.id, label="Tablet", at=NOON)
    do(service.open_screen, by=office, site_id=site.id, label="Tablet", at=NOON)
    with pytest.raises(NotFound):
        codes.code_now(stranger, site.id, NOON)


def test_a_screen_shows_the_code_until_it_is_closed(app) -> None:
    site, boss, stranger, _, _ = people()
    token = do(service.open_screen, by=boss, site_id=site.id, label=" Tablet ", at=NOON)
    kept = db.session.query(SiteScreen).one()
    assert token not in kept.token_hash
    assert codes.screen_now(token, NOON).digits == digits_at(codes.code_secret(site.id), NOON)
    with pytest.raises(NotFound):
        codes.screen_now("x" * 43, NOON)
    with pytest.raises(NotFound):
        do(service.close_screen, by=stranger, screen_id=kept.id, at=NOON)
    for _ in range(2):
        do(service.close_screen, by=boss, screen_id=kept.id, at=NOON)
    with pytest.raises(NotFound):
        codes.screen_now(token, NOON)
    assert codes.screens(site.id) == []


def test_a_site_that_is_archived_shows_nothing(app) -> None:
    site, boss, _, office, _ = people()
    token = do(service.open_screen, by=boss, site_id=site.id, label="Tablet", at=NOON)
    do(service.archive_site, by=office, site_id=site.id, at=NOON)
    with pytest.raises(NotFound):
        codes.screen_now(token, NOON)


@pytest.mark.parametrize("label", ["", "  ", "x" * 41])
def test_a_screen_needs_a_name(app, label: str) -> None:
    site, boss, _, _, _ = people()
    with pytest.raises(Invalid):
        do(service.open_screen, by=boss, site_id=site.id, label=label, at=NOON)


def test_a_lost_key_is_no_dead_end(app) -> None:
    site, boss, _, _, _ = people()
    do(service.start_code, by=boss, site_id=site.id, at=NOON)
    app.config["SECRET_KEY"] = "another one"
    assert codes.code_now(boss, site.id, NOON).digits is None
    do(service.start_code, by=boss, site_id=site.id, at=NOON)
    assert codes.code_now(boss, site.id, NOON).digits


def test_a_screen_costs_one_statement(app) -> None:
    site, boss, _, _, _ = people()
    token = do(service.open_screen, by=boss, site_id=site.id, label="Tablet", at=NOON)
    with queries.record() as asked:
        codes.screen_now(token, NOON)
    assert len(asked) == 1
