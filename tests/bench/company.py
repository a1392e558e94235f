"""Many reps who can check in, and databases to do it in."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from flask import Flask
from sqlalchemy import insert, select

from tests import factories
from tests.bench import load
from tests.support import apps, postgres
from webapp.core.db import conn, db, do
from webapp.people.models import Employee, SignIn
from webapp.rules.models import Rule, RuleVersion
from webapp.rules.rules.params import KINDS, complete_params
from webapp.sites.models import Site

SITES = 50


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The URL of an empty, migrated database that really syncs to disk. Raises postgres.Unavailable."""
    if kind == "sqlite":
        folder = Path(tempfile.mkdtemp(prefix="onsite-bench-db-"))
        try:
            url = f"sqlite:///{folder / 'bench.db'}"
            apps.build_schema(url)
            yield url
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    cluster = postgres.start(durable=True)
    try:
        url = cluster.url(cluster.create())
        apps.build_schema(url)
        yield url
    finally:
        cluster.stop()


def taps(app: Flask, reps: int) -> list[bytes]:
    """One check-in each of this many new reps with sign-ins, at the sites in turn; ready to be sent."""
    with app.app_context():
        now = datetime.now(UTC)
        branch = factories.branch(timezone=_where_it_is_nine(now), settled_from=now.date() - timedelta(days=1))
        kind = factories.store_type(branch, shift_start="10:30")
        sites = [factories.site(kind) for _ in range(SITES)]
        do(_four_rules, branch_id=branch.id, at=now)
        signed = do(_sign_in, branch_id=branch.id, reps=reps, at=now)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    name = app.config["SESSION_COOKIE_NAME"]
    return [
        _tap(rep, sites[n % SITES], f"{name}={serializer.dumps({'_user_id': str(sign_in), '_fresh': True})}")
        for n, (rep, sign_in) in enumerate(signed)
    ]


def cookie_of(tap: bytes) -> str:
    return next(line for line in tap.decode().split("\r\n") if line.startswith("Cookie: ")).removeprefix("Cookie: ")


def _where_it_is_nine(now: datetime) -> str:
    """A zone where the working day is about to begin, whenever the bench runs (its signs are the wrong way round)."""
    ahead = 9 - now.hour
    return f"Etc/GMT{-(ahead if ahead >= -12 else ahead + 24):+d}"


def _four_rules(*, branch_id: int, at: datetime) -> None:
    """One of each kind; the allowance is posted right after the check-in."""
    for number, kind in enumerate(KINDS):
        rule = Rule(branch_id=branch_id, code=kind, kind=kind, priority=number)
        db.session.add(rule)
        db.session.flush()
        params = complete_params(kind, {"amount": 5000, **({} if number else {"instant": True})})
        known = {"effective_from": date(2026, 1, 1), "status": "approved", "created_at": at, "approved_at": at}
        db.session.add(RuleVersion(rule_id=rule.id, n=1, params=params, **known))


def _sign_in(*, branch_id: int, reps: int, at: datetime) -> list[tuple[int, int]]:
    """(employee, sign-in) of each new rep."""
    people = [
        {
            "staff_no": f"B{n:05}", "name": f"Person {n}", "branch_id": branch_id, "role": "rep", "employer": "own",
            "joined_on": at.date(), "language": "en", "created_at": at,
        }
        for n in range(reps)
    ]  # fmt: skip
    conn().execute(insert(Employee), people)
    ids = conn().scalars(select(Employee.id).where(Employee.staff_no.like("B%")).order_by(Employee.id)).all()
    known = {"created_at": at, "expires_at": at + timedelta(days=1)}
    conn().execute(insert(SignIn), [{"employee_id": who, **known} for who in ids])
    rows = conn().execute(select(SignIn.employee_id, SignIn.id).where(SignIn.employee_id.in_(ids)))
    return [(row.employee_id, row.id) for row in rows]


def _tap(rep: int, site: Site, cookie: str) -> bytes:
    now = datetime.now(UTC).isoformat()
    form = {
        "client_id": str(uuid4()), "uid": str(rep), "site_id": str(site.id), "tapped_at": now, "sent_at": now,
        "fix_at": now, "attempts": "1", "lat": str(site.lat), "lng": str(site.lng), "accuracy": "12",
    }  # fmt: skip
    return load.post("/check-ins", form, cookie)
