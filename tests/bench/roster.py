"""The roster page: 50 people x 31 days with shifts, visits and conflicts. Statements, bytes, and how long it takes."""

from __future__ import annotations

import gzip
import statistics
from datetime import date
from time import perf_counter

from tests import factories
from tests.bench import company
from tests.bench.table import Row, at_most
from tests.support import apps, queries, rosters
from webapp.app import create_app

STATEMENTS, KILOBYTES = 12, 40
PAGE = "/hr/schedule?monday=2026-03-01&span=month"


def measure(kind: str, quick: bool) -> list[Row]:
    with company.database(kind) as url:
        app = create_app(apps.settings(url))
        try:
            with app.app_context():
                branch = factories.branch()
                rosters.fill(branch, 50, date(2026, 3, 1), 31)
                staff_no = factories.employee(branch, "hr").staff_no
            sign_in = apps.add_sign_in(app, staff_no)
            client = app.test_client()
            with client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = str(sign_in), True
            with queries.record() as seen:
                body = client.get(PAGE, headers={"Sec-Fetch-Site": "same-origin"}).data
            spent = []
            for _ in range(3 if quick else 15):
                began = perf_counter()
                client.get(PAGE)
                spent.append(perf_counter() - began)
        finally:
            apps.close(app)
    assert body.count(b'<a href="/hr/schedule/') >= 50 * 31, body[:300]
    note = f"median {statistics.median(spent) * 1000:.0f} ms"
    packed = len(gzip.compress(body, 6)) / 1000
    return [
        at_most(f"roster page of 50 people x 31 days: statements, {kind}", len(seen), STATEMENTS, "", note),
        at_most(f"roster page of 50 people x 31 days: gzip, {kind}", packed, KILOBYTES, " KB"),
    ]
