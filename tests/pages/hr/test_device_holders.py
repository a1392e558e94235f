"""HR's page of whose the ids on devices are: ended on a date, taken back, and that undone."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories as make
from tests.pages.hr.test_device_ids import digest, states
from tests.pages.hr.test_devices import punch
from webapp.core import clock
from webapp.core.db import db
from webapp.devices.models import PinHolder, Terminal

HERE = "/hr/devices/holders"


@pytest.fixture(autouse=True)
def _noon(app: Any, freeze: Any) -> None:
    freeze("2026-03-02T12:00+08:00")


@pytest.fixture
def branch(app: Any) -> Any:
    return make.branch("SH")


@pytest.fixture
def desk(client_as: Any, branch: Any) -> Any:
    return client_as(make.employee(branch, "hr"))


@pytest.fixture
def door(branch: Any) -> Terminal:
    return make.terminal(branch, make.site(make.store_type(branch)), name="Staff door")


def hold(person: Any, door: Any = None, pin: str = "7", **known: Any) -> int:
    row = {"branch_id": person.branch_id, "terminal_id": door and door.id, "pin": pin, "employee_id": person.id}
    span = {"first_on": date(2026, 1, 1), "recorded_at": clock.now(), **known}
    return make.save(PinHolder(**row, **span)).id


def spans() -> list[tuple[Any, ...]]:
    db.session.remove()
    columns = PinHolder.employee_id, PinHolder.first_on, PinHolder.last_on
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(PinHolder.first_on))]


def hidden(html: str) -> dict[str, str]:
    """What the button that takes it back would send."""
    form = html.partition('action="/hr/devices/holders/undo"')[2].partition("</form>")[0]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def test_the_list_is_filtered_searched_and_linked(desk: Any, branch: Any, door: Terminal) -> None:
    other = make.terminal(branch, name="Gate")
    li, wang = (make.employee(branch, name=name, staff_no=no) for name, no in (("Li Na", "A77"), ("Wang Wei", "B8")))
    wu = make.employee(branch, name="Wu Min", staff_no="C9", left_on=date(2026, 2, 1))
    for person, where, pin in ((li, door, "7"), (wang, other, "8"), (wu, None, "9")):
        hold(person, where, pin)
    html = desk.get(HERE).text
    for text in ("Li Na", "Wang Wei", "Wu Min", "All devices", "Last day Sun 1 Feb 2026", "Thu 1 Jan 2026"):
        assert text in html, text
    for asked, seen in (
        ("q=0007", "Li"), ("q=a77", "Li"), ("q=wang", "Wang"), ("q=min", "Wu"), (f"terminal_id={door.id}", "Li Wu"),
        (f"terminal_id={other.id}", "Wang Wu"), ("q=nobody", ""),
    ):  # fmt: skip
        html = desk.get(f"{HERE}?{asked}").text
        assert [name for name in ("Li", "Wang", "Wu") if f"<td>{name} " in html] == seen.split(), asked
    for page in ("/hr/devices/ids", f"/hr/devices/{door.id}"):
        assert f'href="{HERE}' in desk.get(page).text


def test_an_id_ends_and_that_is_undone(desk: Any, branch: Any, door: Terminal) -> None:
    rep = make.employee(branch, name="Li Na")
    one = hold(rep, door)
    punch(door, state="mapped")
    answer = desk.post(f"{HERE}/{one}", data={"how": "end", "last_on": "2026-03-01"})
    assert (answer.status_code, spans()) == (303, [(rep.id, date(2026, 1, 1), date(2026, 3, 1))])
    digest()
    assert states() == ["unmapped"]
    html = desk.get(answer.location).text
    assert "until 2026-03-01" in html
    assert "undo" not in desk.get(answer.location).text.partition("<main")[2]
    assert desk.post(f"{HERE}/undo", data=hidden(html)).status_code == 303
    digest()
    assert (states(), spans()[1]) == (["mapped"], (rep.id, date(2026, 3, 2), None))


def test_an_id_that_never_was_theirs_is_taken_back_and_that_is_undone(desk: Any, branch: Any, door: Terminal) -> None:
    rep, right = make.employee(branch, name="Li Na"), make.employee(branch, name="Wang Wei")
    one = hold(rep, door, last_on=date(2026, 4, 1))
    punch(door, state="mapped")
    answer = desk.post(f"{HERE}/{one}", data={"how": "never", "last_on": "2026-03-01"})
    assert (answer.status_code, spans()) == (303, [])
    digest()
    back = hidden(desk.get(answer.location).text)
    assert desk.post(f"{HERE}/undo", data=back).status_code == 303
    assert spans() == [(rep.id, date(2026, 1, 1), date(2026, 4, 1))]
    digest()
    assert states() == ["mapped"]
    again = desk.post(f"{HERE}/undo", data=back)
    assert (again.status_code, "Li Na" in again.text) == (422, True)
    assert right.id not in {row[0] for row in spans()}


def test_a_taken_id_says_where_to_end_it(desk: Any, branch: Any, door: Terminal) -> None:
    rep, second = make.employee(branch, name="Li Na"), make.employee(branch, name="Wang Wei")
    hold(rep, door, first_on=date(2026, 3, 2))
    punch(door, n=60 * 24 * 3)
    taken = desk.post(f"/hr/devices/ids/{door.id}/7", data={"employee_id": second.id, "first_on": "2026-02-01"})
    assert taken.status_code == 422
    assert f'id="f-pin" tabindex="-1"><a class="btn" href="{HERE}?q=7&amp;terminal_id={door.id}"' in taken.text


@pytest.mark.parametrize("last_on", ["", "soon", "2025-12-31", "2027-01-01"])
def test_a_wrong_last_day_stays_in_its_field_and_ends_nothing(desk: Any, branch: Any, last_on: str) -> None:
    one = hold(make.employee(branch), last_on=date(2026, 4, 1))
    answer = desk.post(f"{HERE}/{one}", data={"how": "end", "last_on": last_on})
    assert (answer.status_code, 'href="#f-last_on"' in answer.text) == (422, True)
    assert f'value="{last_on}"' in answer.text or not last_on
    assert len(spans()) == 1
    assert desk.post(f"{HERE}/{one}", data={"how": "burn"}).status_code == 422


def test_the_list_costs_the_same_for_many_and_has_pages(desk: Any, branch: Any, door: Terminal, queries: Any) -> None:
    counts = []
    for number in (2, 55):
        for n in range(number):
            hold(make.employee(branch), door if n % 2 else None, pin=f"{number}{n:03}")
        with queries() as asked:
            assert desk.get(HERE).status_code == 200
        assert asked.writes() == []
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 6, asked
    assert "Page 2 of 2" in desk.get(f"{HERE}?page=9").text


def test_others_see_and_end_none_and_nobody_their_own(client_as: Any, desk: Any, branch: Any) -> None:
    one = hold(make.employee(branch, name="Li Na"))
    other = client_as(make.employee(make.branch(), "hr"))
    assert "Li Na" not in other.get(HERE).text
    assert other.get(f"{HERE}/{one}").status_code == 404
    assert other.post(f"{HERE}/{one}", data={"how": "never"}).status_code == 404
    assert client_as(make.employee(branch, "supervisor")).get(HERE).status_code == 403
    mine = make.employee(branch, "hr")
    own = client_as(mine).post(f"{HERE}/{hold(mine, pin='8')}", data={"how": "never"})
    assert (own.status_code, len(spans())) == (422, 2)
