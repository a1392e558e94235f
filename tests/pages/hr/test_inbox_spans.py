"""The inbox narrowed to a month, and sorted by what some rows lack."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from tests import factories as make
from tests.pages.hr import waiting as made
from tests.pages.hr.test_inbox_others import kinds
from tests.pages.hr.waiting import Waiting
from tests.payroll.company import APRIL
from tests.wallet.people import signed_in
from webapp.attendance import queries as attendance
from webapp.attendance.queries import InboxFilters
from webapp.core import clock
from webapp.core.db import do
from webapp.pages.hr import inbox_pages
from webapp.schedules.models import LeaveRequest, SwapRequest


@pytest.fixture
def all_kinds(app: Any, freeze: Any) -> Waiting:
    freeze(APRIL.isoformat())
    return made.waiting()


@pytest.fixture
def hr(all_kinds: Waiting, client_as: Any) -> Any:
    return client_as(all_kinds.it.hr)


def _days(*, leave: tuple[int, date, date], swap: tuple[int, date, date]) -> None:
    request = make.db.session.get_one(LeaveRequest, leave[0])
    request.first_on, request.last_on = leave[1:]
    exchange = make.db.session.get_one(SwapRequest, swap[0])
    exchange.asker_on, exchange.other_on = swap[1:]


def test_a_month_has_what_only_reaches_into_it(all_kinds: Waiting, hr: Any) -> None:
    """Leave that began before and ends after, a swap of which the second day is in it."""
    over = (all_kinds.leave, date(2026, 4, 28), date(2026, 6, 3))
    do(_days, leave=over, swap=(all_kinds.swap, date(2026, 4, 30), date(2026, 6, 1)))
    for month, seen in (
        ("2026-03", ["pay_question"]), ("2026-04", ["exception", "held_punch", "leave_request", "swap"]),
        ("2026-05", ["leave_request"]), ("2026-06", ["leave_request", "swap"]), ("2026-07", []),
    ):  # fmt: skip
        for sort in ("day", "due", "money"):
            assert sorted(kinds(hr.get(f"/hr/inbox?month={month}&sort={sort}").text)) == seen, (month, sort)
    assert kinds(hr.get("/hr/inbox?month=2026-06&kind=swap").text) == ["swap"]


def test_what_has_no_store_comes_last_either_way(all_kinds: Waiting, hr: Any) -> None:
    branch = all_kinds.it.branch
    kind = make.store_type(branch)
    for name in ("Aldi", "Zara"):
        made.exception(make.employee(branch, name=f"At {name}"), site_id=make.site(kind, name=name).id)
    user, at = signed_in(all_kinds.it.hr), clock.now()
    for sort, first in (
        ("store", ["At Aldi", "Holly Holds", "At Zara"]), ("-store", ["At Zara", "Holly Holds", "At Aldi"])
    ):  # fmt: skip
        names = re.findall(r"data-open [^>]*>([^<]+)<", hr.get(f"/hr/inbox?sort={sort}").text)
        assert (names[:3], len(names)) == (first, 7), sort
        rows = attendance.inbox_rows(user, InboxFilters(sort=sort), at=at)
        assert [row.name for row in rows] == [first[0], first[2], "Mia Mistake"], sort


def test_pages_sorted_by_what_all_lack_leave_nothing_out(all_kinds: Waiting, hr: Any) -> None:
    made.many_leaves(all_kinds.it.branch, 60)
    for sort in ("store", "-store"):
        pages = [hr.get(f"/hr/inbox?sort={sort}&page={number}").text for number in (1, 2)]
        assert len({mark for html in pages for mark in re.findall(r'<tr data-row id="(x-[^"]+)"', html)}) == 65, sort


def test_a_list_that_cannot_compare_all_says_so(
    all_kinds: Waiting, hr: Any, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    for n in range(3):
        made.exception(make.employee(all_kinds.it.branch, name=f"Also {n}"), date(2026, 4, 2))
    asked = ("sort=money", "sort=-money", "sort=money&kind=mistake", "min=0&sort=-day", "sort=due", "sort=-due")
    for query in (*asked, "sort=day", "sort=money&kind=swap"):
        assert "not in this list" not in hr.get(f"/hr/inbox?{query}").text, query
    monkeypatch.setattr(inbox_pages, "WORTH", 2)
    for query in asked[:4]:
        html = hr.get(f"/hr/inbox?{query}").text
        assert "Only the 2 exceptions with the oldest days are compared by money. 2 more are not" in html, query
        assert ("Mia Mistake" in html) == ("min" not in query), query
    assert "not in this list" not in hr.get("/hr/inbox?sort=money&q=mia").text
    monkeypatch.setattr(inbox_pages, "KEYS", 7)
    for query in asked[4:]:
        html = hr.get(f"/hr/inbox?{query}").text
        assert ("Only the 7 that waited longest" in html, "1 more is not in this list" in html) == (True, True), query
    monkeypatch.setattr(inbox_pages, "KEYS", 8)
    assert "not in this list" not in hr.get("/hr/inbox?sort=due").text
