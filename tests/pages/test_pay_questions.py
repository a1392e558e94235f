"""A question about a payslip line: the person's side and HR's, as pages (UX R12c, H6)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.payroll.company import APRIL, Company, company, issued, made, paid
from tests.support.client import CheckingClient
from tests.wallet.people import signed_in
from webapp.core import clock
from webapp.core.db import db, do
from webapp.payroll import queries as payroll
from webapp.payroll import service
from webapp.payroll.models import Payslip, PayslipQuestion


@pytest.fixture
def it(app, freeze) -> Company:
    freeze(APRIL)
    known = company()
    issued(known, made(known))
    return known


@pytest.fixture
def phone(it: Company, client_as) -> CheckingClient:
    return client_as(it.rep)


@pytest.fixture
def desk(it: Company, client_as) -> CheckingClient:
    return client_as(it.hr)


@pytest.fixture
def line(it: Company) -> str:
    return f"/pay/{payroll.own(it.rep)[0].id}/line?n=0"


def form(**said: Any) -> dict[str, Any]:
    return {"line": 0, "category": "base", "note": "I worked 22 days", "client_id": str(uuid4()), **said}


def send(phone: CheckingClient, line: str, /, **said: Any) -> Any:
    return phone.post(f"{line.split('/line')[0]}/questions", data=form(**said))


def newest() -> int:
    db.session.remove()
    return db.session.scalars(select(func.max(PayslipQuestion.id))).one()


def test_from_the_line_to_the_answer_in_the_same_place(phone, desk, line: str) -> None:
    html = phone.get(line).text
    assert "Something is wrong? Ask" in html
    assert re.search(r'value="base" checked', html), "the likely category is chosen already"
    sent = send(phone, line, expected="5,100.00")
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{line}#question")
    page = phone.get(line)
    for said in ("Asked", "I worked 22 days", "expected: ¥5,100.00", "HR answers by Sun 5 Apr.", "Take the question"):
        assert said in page.text
    assert "Something is wrong? Ask" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "Asked</span>" in phone.get(line.split("/line")[0]).text
    asked = newest()
    answered = desk.post(f"/hr/pay-questions/{asked}", data=_answer())
    assert (answered.status_code, answered.headers["Location"]) == (303, "/hr/pay-questions")
    page = phone.get(line).text
    for said in ("Answered", "It will be corrected", "The missing day comes with April", "Ask again"):
        assert said in page
    assert "Answered</span>" in phone.get(line.split("/line")[0]).text


def test_the_news_leads_to_the_line_also_after_signing_in(phone, desk, client, line: str) -> None:
    send(phone, line, expected="5100")
    desk.post(f"/hr/pay-questions/{newest()}", data=_answer())
    notices = phone.get("/notices").text
    assert "HR answered your question about the payslip of March 2026." in notices
    assert "5,100" not in notices
    opened = phone.post(re.search(r'action="(/notices/\d+/open)"', notices)[1])
    assert opened.headers["Location"] == line
    door = client.get(line).headers["Location"]
    assert parse_qs(urlsplit(door).query)["next"] == [line]


def test_what_is_typed_stays_and_what_is_wrong_is_said(phone, line: str) -> None:
    for said, field in (
        ({"note": ""}, "note"), ({"note": "x" * 501}, "note"), ({"expected": "much"}, "expected"),
        ({"expected": "9" * 19}, "expected"), ({"category": ""}, "category"), ({"category": "?"}, "category"),
        ({"client_id": "x"}, ""),
    ):  # fmt: skip
        typed = {"expected": "12.50", "note": "Kept words", **said}
        answer = send(phone, line, **typed)
        assert answer.status_code == 422
        assert f'id="f-{field}-error"' in answer.text or not field
        assert '<details class="finish" open>' in answer.text
        assert (typed["note"] in answer.text, typed["expected"] in answer.text) == (True, True)
    assert newest() is None


def test_a_double_tap_asks_once_and_a_second_window_is_led_to_the_thread(phone, line: str) -> None:
    same = {"client_id": str(uuid4())}
    assert [send(phone, line, **same).status_code for _ in range(2)] == [303, 303]
    first = newest()
    other = send(phone, line)
    assert (other.status_code, newest()) == (303, first)
    assert "You asked about this line already." in phone.get(line).text
    send(phone, line, **same, note="Something else")
    assert "already received with other content" in phone.get(line).text


def test_taking_back_and_asking_again(phone, desk, line: str) -> None:
    send(phone, line)
    first = newest()
    assert phone.post(f"/pay/questions/{first}/withdraw").headers["Location"] == f"{line}#question"
    page = phone.get(line).text
    assert ("Taken back" in page, "Something is wrong? Ask" in page) == (True, True)
    send(phone, line)
    second = newest()
    desk.post(f"/hr/pay-questions/{second}", data=_answer())
    empty = phone.post(f"/pay/questions/{second}/again", data={"note": "", "client_id": str(uuid4())})
    assert (empty.status_code, 'id="f-note-error"' in empty.text) == (422, True)
    again = {"note": "Which day?", "client_id": str(uuid4())}
    assert [phone.post(f"/pay/questions/{second}/again", data=again).status_code for _ in range(2)] == [303, 303]
    page = phone.get(line).text
    assert ("Which day?" in page, page.count("HR answers by"), page.count("Which day?")) == (True, 1, 1)
    late = phone.post(f"/pay/questions/{second}/again", data={"note": "x", "client_id": str(uuid4())})
    assert late.status_code == 303
    assert "HR has not answered yet." in phone.get(line).text


def test_a_late_answer_is_said(phone, desk, line: str, freeze) -> None:
    send(phone, line)
    assert "Overdue" not in desk.get("/hr/pay-questions").text
    freeze(APRIL + timedelta(days=4))
    assert "An answer was due on Sun 5 Apr." in phone.get(line).text
    listed = desk.get("/hr/pay-questions").text
    assert ("Overdue" in listed, "4 days ago" in listed) == (True, True)


def test_hr_sees_line_evidence_thread_and_where_to_correct(it, phone, desk, line: str) -> None:
    send(phone, line, expected="5100")
    asked = newest()
    listed = desk.get("/hr/pay-questions").text
    for said in (it.rep.name, "March 2026", "Base salary", "¥5,000.00", "¥5,100.00", f"/hr/pay-questions/{asked}"):
        assert said in listed
    page = desk.get(f"/hr/pay-questions/{asked}").text
    for said in ("working days", "I worked 22 days", f"/hr/people/{it.rep.id}#salary"):
        assert said in page
    assert "¥5,000.00 a month, from Wed 1 Jan 2020" in page
    slip = re.search(r'href="(/hr/pay-runs/\d+/slips/\d+)"', page)[1]
    assert "Asked</span>" in desk.get(slip).text
    for path in ("/hr/pay-runs", f"{slip}/line?n=0"):
        assert "/hr/pay-questions" in desk.get(path).text
    assert f"/hr/inbox/questions/{asked}" in desk.get("/hr/inbox").text
    refused = desk.post(f"/hr/pay-questions/{asked}", data={"text": "Half an answer"})
    assert (refused.status_code, "Half an answer" in refused.text) == (422, True)
    assert desk.post(f"/hr/pay-questions/{asked}", data=_answer()).status_code == 303
    late = desk.post(f"/hr/pay-questions/{asked}", data=_answer(text="Twice"))
    assert (late.status_code, "What you wrote: “Twice”" in late.text) == (422, True)
    assert it.rep.name in desk.get("/hr/pay-questions?state=answered&page=9").text
    assert "Answered a question about a payslip" in desk.get("/hr/audit").text
    assert f"/hr/inbox/questions/{asked}" not in desk.get("/hr/inbox").text


def test_finance_reads_and_does_not_answer(it, phone, client_as, line: str) -> None:
    send(phone, line)
    finance, path = client_as(it.finance), f"/hr/pay-questions/{newest()}"
    page = finance.get(path).text
    assert ("I worked 22 days" in page, "Send the answer" in page, "To correct it" in page) == (True, False, False)
    assert finance.post(path, data=_answer()).status_code == 403


def test_strangers_find_nothing(it, phone, client_as, line: str) -> None:
    send(phone, line)
    asked, slip = newest(), line.split("/line")[0]
    elsewhere = company()
    other = client_as(signed_in(paid(it.branch)))
    assert send(other, line).status_code == 404
    for path in (f"/pay/questions/{asked}/withdraw", f"/pay/questions/{asked}/again"):
        assert other.post(path, data=form()).status_code == 404
    assert client_as(elsewhere.hr).get(f"/hr/pay-questions/{asked}").status_code == 404
    assert client_as(elsewhere.hr).post(f"/hr/pay-questions/{asked}", data=_answer()).status_code == 404
    assert "March 2026" not in client_as(elsewhere.hr).get("/hr/pay-questions?state=all").text
    clients_staff = client_as(factories.employee(it.branch, "supervisor", employer="client"))
    assert clients_staff.post(f"{slip}/questions", data=form()).status_code == 403
    assert clients_staff.get("/hr/pay-questions").status_code == 403
    for n in (1, 99, "x"):
        assert send(phone, line, line=n).status_code == 404


def test_nobody_answers_their_own(it, app, client_as) -> None:
    boss = signed_in(paid(it.branch, role="hr"))
    row = db.session.get_one(Payslip, payroll.own(it.rep)[0].id)
    same = ("run_id", "branch_id", "month", "currency", "scheme", "gross", "advances", "net", "lines", "inputs")
    known = {name: getattr(row, name) for name in (*same, "content_hash", "computed_at", "issued_at")}
    mine = factories.save(Payslip(employee_id=boss.id, **known)).id
    said = {"slip_id": mine, "line": 0, "category": "base", "note": "Mine", "client_id": str(uuid4())}
    asked = do(service.ask_about_line, by=boss, at=clock.now(), **said)
    page = client_as(boss).get(f"/hr/pay-questions/{asked}").text
    assert ("You asked this yourself." in page, "Send the answer" in page) == (True, False)
    assert client_as(boss).post(f"/hr/pay-questions/{asked}", data=_answer()).status_code == 403
    assert client_as(it.hr).post(f"/hr/pay-questions/{asked}", data=_answer()).status_code == 303


def test_pages_cost_the_same_for_many_questions(it, phone, desk, line: str, queries) -> None:
    counts = []
    for _ in range(2):
        send(phone, line)
        asked = newest()
        with queries() as seen:
            listed, one = "/hr/pay-questions?state=all", f"/hr/pay-questions/{asked}"
            for client, path in ((phone, line), (desk, listed), (desk, one)):
                assert client.get(path).status_code == 200
        counts.append(len(seen))
        phone.post(f"/pay/questions/{asked}/withdraw")
        for _ in range(4):
            send(phone, line)
            phone.post(f"/pay/questions/{newest()}/withdraw")
    assert counts[0] == counts[1], counts


def _answer(**said: Any) -> dict[str, Any]:
    text = "The missing day comes with April"
    return {"outcome": "to_correct", "text": text, "client_id": str(uuid4()), "seq": 0, **said}
