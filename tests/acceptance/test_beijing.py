"""Five real people's days in Beijing, replayed over HTTP, settled by real workers, checked to the cent."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from tests import factories
from tests.acceptance import beijing, oracle
from tests.acceptance.data import need
from tests.acceptance.replay import Phones
from tests.support.apps import forget_read
from tests.support.stack import Stack
from webapp.attendance.models import CheckIn, Verdict
from webapp.core.db import db, do
from webapp.payroll.queries import ledger_check
from webapp.people.models import Branch
from webapp.rules.service import seed_defaults
from webapp.wallet import queries as wallet

pytestmark = pytest.mark.acceptance

FIRST, LAST = date(2008, 10, 20), date(2008, 11, 4)
THEN = datetime(2008, 10, 19, tzinfo=UTC)
CHECKED = (
    "check_in", "verdict", "visit", "attendance_day", "attendance_exception",
    "ledger_txn", "ledger_entry", "settlement_line", "rep_day",
)  # fmt: skip


@pytest.fixture
def stack(db_url, freeze):
    running = Stack(db_url, fork=True)
    with running.app.app_context():
        freeze(THEN)
        yield running
    running.stop()


def test_beijing(stack, db_url, freeze, capsys):
    """Every stay, which is paid, and some of the fixes between; the soak has more of them."""
    to_the_cent(stack, db_url, freeze, capsys, every=50 if db_url.startswith("sqlite") else 100)


def to_the_cent(stack, db_url, freeze, capsys, every: int) -> None:
    """Replayed with every so many fixes of the tracks as check-ins, settled, replayed again: nothing moves."""
    tracks = beijing.load(need("beijing_tracks"))
    taps = beijing.taps(tracks, every=every)
    should = oracle.expected(tracks, taps, FIRST, LAST)
    branch, people, sites = company(tracks)
    began = time.monotonic()
    stack.start_web()
    phones = Phones(stack.url, {who: cookie(stack, p) for who, p in people.items()}, sites, freeze)
    arrivals = {tap.stay: tap for tap in taps if tap.kind == "in" and tap.stay is not None}

    answers = phones.play(taps, arrivals)
    assert answers == Counter({("in", 201): len(taps) - len(arrivals), ("out", 201): len(arrivals)})
    replayed = time.monotonic() - began
    stack.start_worker()
    settle(stack, branch, freeze)
    assert settled_through(branch) >= LAST

    fixes, stays = verdicts(arrivals)
    assert (fixes, stays) == (should.verdicts, should.stay_verdicts)
    assert balances(people) == should.cents
    assert sum(should.cents.values()) > 0
    assert ledger_check() == []

    before = fingerprint()
    again = phones.play(taps, arrivals, clock=False)
    assert set(again) == {("in", 200), ("out", 200)}, again
    settle(stack, branch, freeze, minutes=3)
    assert fingerprint() == before
    with capsys.disabled():
        report(db_url, taps, should, replayed, time.monotonic() - began)


def company(tracks):
    known = {"workdays": [1, 2, 3, 4, 5], "settled_from": FIRST, "name": "Beijing"}
    # Every fix gets the same assumed accuracy here, so that one signal is not looked at.
    branch = factories.branch("BJ", signals={"off": ["accuracy"]}, **known)
    do(seed_defaults, branch_id=branch.id, currency="CNY", effective_from=FIRST, at=THEN)
    kind = factories.store_type(branch)
    people = {
        who: factories.employee(branch, staff_no=f"B{who}", joined_on=date(2008, 1, 1))
        for who in sorted({person for person, *_ in tracks.stays})
    }
    sites = {
        place.code: factories.site(kind, code=place.code, lat=place.lat, lng=place.lng, radius_m=place.radius_m).id
        for place in tracks.places.values()
    }
    return branch, people, sites


def cookie(stack, person):
    made = stack.cookie(person)
    return f"{made['name']}={made['value']}"


def settle(stack, branch, freeze, minutes=60):
    """Let the clock run on the morning after the last date, until the workers have settled it."""
    from jobs.schedule import tick

    moment = datetime(2008, 11, 5, 2, 5, tzinfo=UTC) if settled_through(branch) < LAST else None
    for _ in range(minutes):
        moment = freeze(moment) if moment else freeze.forward(minutes=1)
        tick(at=moment)
        forget_read()
        stack.wait_idle(60)
        if minutes > 10 and settled_through(branch) >= LAST:
            return
        moment += timedelta(minutes=1)


def settled_through(branch):
    forget_read()
    return db.session.scalar(select(Branch.settled_through).where(Branch.id == branch.id)) or date.min


def verdicts(arrivals):
    forget_read()
    ours = {tap.client_id for tap in arrivals.values()}
    query = select(CheckIn.client_id, Verdict.verdict).join(Verdict).where(CheckIn.kind == "in")
    fixes, stays = Counter(), Counter()
    for client_id, verdict in db.session.execute(query):
        (stays if client_id in ours else fixes)[verdict] += 1
    return fixes, stays


def balances(people):
    forget_read()
    return {who: wallet.balances(person.id, "CNY").available for who, person in people.items()}


def fingerprint():
    """Row counts of everything that could have grown, and the money."""
    forget_read()
    counts = {name: db.session.scalar(select(func.count()).select_from(text(name))) for name in CHECKED}
    money = db.session.execute(
        text("SELECT kind, count(*), sum(balance), sum(version) FROM ledger_account GROUP BY kind")
    )
    return counts, sorted(tuple(row) for row in money)


def report(db_url, taps, should, replayed, whole):
    kind = "SQLite" if db_url.startswith("sqlite") else "PostgreSQL"
    print(  # noqa: T201 - the figures of the run are its product
        f"\nBeijing on {kind}: {len(taps)} taps in {replayed:.0f} s, all in {whole:.0f} s; "
        f"fixes {dict(should.verdicts)}; stays {dict(should.stay_verdicts)}; "
        f"CNY {sum(should.cents.values()) / 100:.2f} = allowance "
        f"{should.allowance / 100:.2f} + visits {should.visits / 100:.2f} + streaks {should.streaks / 100:.2f}; "
        f"{ {who: cents / 100 for who, cents in sorted(should.cents.items())} }"
    )
