"""Asking about a line of a payslip, and HR's answer, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from tests import factories
from tests.payroll.company import APRIL, Company, company, issued, made, paid
from tests.wallet.people import earn, signed_in
from webapp.core.audit import AuditEntry
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db, do, transaction
from webapp.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from webapp.notifications.models import Notice
from webapp.payroll import queries, rules, service
from webapp.payroll.models import Payslip, PayslipAnswer, PayslipQuestion
from webapp.payroll.queries import QuestionFilters

LATER = APRIL + timedelta(hours=2)


@pytest.fixture
def it(app, freeze) -> Company:
    """Two people of one branch with their payslip of March."""
    freeze(APRIL)
    known = company(workdays=[1, 2, 3, 4, 5])
    earn(known.rep, 10_000, on=date(2026, 3, 16))
    paid(known.branch)
    issued(known, made(known))
    return known


@pytest.fixture
def recorded(request: pytest.FixtureRequest) -> Any:
    """The fixture `queries`, under a name that is not the module's."""
    return request.getfixturevalue("queries")


def slip_of(who: SignedIn) -> int:
    return queries.own(who)[0].id


def ask(by: SignedIn, *, slip: int | None = None, client_id: str | None = None, at=APRIL, **said: Any) -> int:
    content = {"line": 0, "category": "base", "note": "I worked 22 days", **said}
    known = {"slip_id": slip or slip_of(by), "client_id": client_id or str(uuid4()), "at": at}
    return do(service.ask_about_line, by=by, **known, **content)


def answer(by: SignedIn, question_id: int, *, seq: int = 0, client_id: str | None = None, **said: Any) -> None:
    content = {"outcome": "explained", "text": "You joined on the 3rd", **said}
    known = {"question_id": question_id, "seq": seq, "client_id": client_id or str(uuid4()), "at": LATER}
    do(service.answer_question, by=by, **known, **content)


def again(by: SignedIn, question_id: int, note: str = "Still wrong", client_id: str | None = None) -> None:
    known = {"question_id": question_id, "client_id": client_id or str(uuid4()), "at": LATER}
    do(service.ask_again, by=by, note=note, **known)


def told(who: SignedIn, code: str) -> list[Notice]:
    db.session.remove()
    return list(db.session.scalars(select(Notice).where(Notice.employee_id == who.id, Notice.code == code)))


def test_a_question_and_its_answer(it: Company) -> None:
    """Due on the third working day: Thursday the 2nd, so Tuesday the 7th."""
    asked = ask(it.rep, expected=510_000)
    known = queries.own_question(it.rep, asked)
    assert (known.state, known.due_on, known.expected) == ("open", date(2026, 4, 7), 510_000)
    [waiting] = told(it.hr, "notice_pay_question")
    assert (waiting.link, waiting.read_at) == (f"/hr/pay-questions/{asked}", None)
    assert queries.open_questions(it.hr) == 1
    answer(it.hr, asked, outcome="to_correct", text=" The missing day comes with April ")
    known = queries.own_question(it.rep, asked)
    [said] = known.answers
    assert (known.state, said.outcome, said.text) == ("answered", "to_correct", "The missing day comes with April")
    assert queries.asked_of_slip(it.rep, known.payslip_id) == {0: "answered"}
    assert told(it.hr, "notice_pay_question")[0].read_at == LATER
    [news] = told(it.rep, "notice_pay_answered")
    assert (news.link, news.params) == (f"/pay/{known.payslip_id}/line?n=0", {"month": "2026-03"})
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "pay_question.answered")).one()
    assert (entry.actor_id, entry.object_id, entry.reason) == (it.hr.id, str(asked), said.text)
    assert queries.problems() == []


def test_asking_again_keeps_the_thread_and_has_a_new_due_date(it: Company) -> None:
    asked = ask(it.rep)
    with pytest.raises(Conflict, match="pay_question_waits"):
        again(it.rep, asked)
    answer(it.hr, asked)
    form = str(uuid4())
    again(it.rep, asked, client_id=form)
    again(it.rep, asked, client_id=form)
    with pytest.raises(Conflict, match="same_id_other_content"):
        again(it.rep, asked, "Something else", client_id=form)
    known = queries.own_question(it.rep, asked)
    assert (known.state, [row.outcome for row in known.answers]) == ("open", ["explained", "again"])
    assert len(told(it.hr, "notice_pay_question")) == 2
    answer(it.hr, asked, seq=2)
    assert queries.own_question(it.rep, asked).state == "answered"


def test_what_is_taken_back_waits_for_nobody_and_leaves_room(it: Company) -> None:
    asked = ask(it.rep)
    for _ in range(2):
        do(service.withdraw_question, by=it.rep, question_id=asked, at=LATER)
    assert told(it.hr, "notice_pay_question")[0].read_at == LATER
    assert queries.open_questions(it.hr) == 0
    with pytest.raises(Conflict, match="pay_question_moved"):
        answer(it.hr, asked)
    with pytest.raises(Conflict, match="pay_question_moved"):
        again(it.rep, asked)
    second = ask(it.rep)
    answer(it.hr, second)
    with pytest.raises(Conflict, match="pay_question_closed"):
        do(service.withdraw_question, by=it.rep, question_id=second, at=LATER)
    assert [one.state for one in queries.asked_of_line(it.rep, slip_of(it.rep), 0)] == ["withdrawn", "answered"]


def test_the_same_form_is_one_question(it: Company) -> None:
    form = str(uuid4())
    assert ask(it.rep, client_id=form) == ask(it.rep, client_id=form.upper())
    for other in ({"note": "Else"}, {"category": "days"}, {"expected": 1}, {"line": 1}):
        with pytest.raises(Conflict, match="same_id_other_content"):
            ask(it.rep, client_id=form, **other)
    with pytest.raises(Conflict, match="pay_question_asked"):
        ask(it.rep)
    assert ask(it.rep, line=1, category="reward") != ask(it.rep, client_id=form)


@pytest.mark.parametrize("one_form", [True, False])
def test_eight_at_once_ask_once(it: Company, app, one_form: bool) -> None:
    """A double tap is one question; two windows cannot open two threads on a line."""
    slip, form = slip_of(it.rep), str(uuid4())

    def tap(_n: int) -> str:
        with app.app_context():
            try:
                return str(ask(it.rep, slip=slip, client_id=form if one_form else None))
            except DomainError as refused:
                return refused.code

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(tap, range(8)))
    asked = set(outcomes) - {"pay_question_asked"}
    assert (len(asked), outcomes.count("pay_question_asked")) == (1, 0 if one_form else 7)
    db.session.remove()
    assert db.session.scalar(select(func.count()).select_from(PayslipQuestion)) == 1
    assert len(told(it.hr, "notice_pay_question")) == 1


def test_two_of_hr_answer_once(it: Company, app) -> None:
    """The second one is shown what happened; the same form sent twice is one answer."""
    other, asked = signed_in(factories.employee(it.branch, "hr")), ask(it.rep)

    def send(who: SignedIn) -> str:
        with app.app_context():
            try:
                answer(who, asked)
            except DomainError as refused:
                return refused.code
            return "answered"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, [it.hr, other])) == ["answered", "pay_question_moved"]
    again(it.rep, asked)
    with pytest.raises(Conflict, match="pay_question_moved"):
        answer(it.hr, asked, seq=0)
    form = str(uuid4())
    for _ in range(2):
        answer(it.hr, asked, seq=2, client_id=form)
    assert queries.question(it.hr, asked).seq == 3
    with pytest.raises(Conflict, match="same_id_other_content"):
        answer(it.hr, asked, seq=2, client_id=form, text="Else")


def test_nobody_answers_who_may_not(it: Company) -> None:
    asked, elsewhere = ask(it.rep), company()
    for who in (it.finance, elsewhere.hr):
        with pytest.raises(NotFound):
            answer(who, asked)
    with pytest.raises(NotFound):
        answer(it.rep, asked)
    own = ask(it.hr, slip=_slip_for(it, it.hr))
    with pytest.raises(Forbidden, match="pay_question_own"):
        answer(it.hr, own)
    assert [news.link for news in told(it.hr, "notice_pay_question")] == [f"/hr/pay-questions/{asked}"]
    assert (queries.open_questions(it.hr), queries.open_questions(it.finance)) == (1, 2)
    assert queries.question(it.finance, asked).id == asked
    for who in (elsewhere.hr, it.rep):
        with pytest.raises(NotFound):
            queries.question(who, asked)
    answer(signed_in(factories.employee(it.branch, "admin")), own)


def test_other_peoples_slips_and_drafts_do_not_exist(it: Company) -> None:
    mine, stranger = slip_of(it.rep), signed_in(paid(it.branch))
    for who in (stranger, it.hr, replace(it.rep, employer="client")):
        with pytest.raises(NotFound):
            ask(who, slip=mine)
    for line in (-1, 2):
        with pytest.raises(NotFound):
            ask(it.rep, line=line)
    asked = ask(it.rep)
    for verb, more in (
        (service.withdraw_question, {}),
        (service.ask_again, {"note": "x", "client_id": str(uuid4())}),
    ):
        with pytest.raises(NotFound):
            do(verb, by=stranger, question_id=asked, at=LATER, **more)
    with pytest.raises(NotFound):
        queries.own_question(stranger, asked)
    assert queries.asked_of_line(stranger, mine, 0) == []
    assert queries.asked_of_slip(stranger, mine) == {}


def test_words_are_needed_and_not_too_many(it: Company) -> None:
    for said, field in (({"note": " "}, "note"), ({"note": "x" * 501}, "note"), ({"category": "?"}, "category")):
        with pytest.raises(Invalid) as refused:
            ask(it.rep, **said)
        assert refused.value.field == field
    asked = ask(it.rep)
    for said, field in (({"text": " "}, "text"), ({"text": "x" * 1001}, "text"), ({"outcome": "again"}, "outcome")):
        with pytest.raises(Invalid) as refused:
            answer(it.hr, asked, **said)
        assert refused.value.field == field


def test_slip_question_and_answers_cannot_be_changed(it: Company) -> None:
    """The database itself keeps what was issued, asked and answered."""
    asked = ask(it.rep)
    answer(it.hr, asked)
    for statement in (
        update(PayslipAnswer).values(text="Else"),
        text("DELETE FROM payslip_answer"),
        update(PayslipQuestion).values(note="Else"),
        update(PayslipQuestion).values(expected=1),
        update(Payslip).values(net=1),
    ):
        with pytest.raises(DBAPIError), transaction():
            conn().execute(statement)
    with transaction():
        conn().execute(update(PayslipQuestion).values(due_on=date(2026, 5, 1)))


def test_hr_lists_by_due_date_with_a_constant_number_of_statements(it: Company, recorded) -> None:
    first = ask(it.rep)
    counts = []
    for more in (0, 6):
        for _ in range(more):
            who = signed_in(paid(it.branch))
            ask(who, slip=_slip_for(it, who), at=APRIL + timedelta(days=1))
        with recorded() as asked:
            page = queries.questions(it.hr, QuestionFilters())
        counts.append(len(asked))
        assert page.rows[0].id == first
    assert counts == [2, 2]
    assert page.total == 7
    assert page.rows[0].content["code"] == "pay_base"
    answer(it.hr, first)
    sizes = [queries.questions(it.hr, QuestionFilters(state=state)).total for state in ("open", "answered", "all")]
    assert sizes == [6, 1, 7]
    found = queries.questions(it.hr, QuestionFilters(state="all", q=it.rep.staff_no, branch_id=it.branch.id), 9)
    assert [(row.id, row.state) for row in found.rows] == [(first, "answered")]


STEPS = st.lists(st.sampled_from(["ask", "again", "withdraw", "answer", "stale"]), max_size=12)


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_order_things_come_in_a_line_has_one_live_thread(it: Company, steps: list[str]) -> None:
    """Of a random order every step either holds or is refused by a code; then the thread still makes sense."""
    who = signed_in(paid(it.branch))
    slip = _slip_for(it, who)
    for step in steps:
        db.session.remove()
        threads = queries.asked_of_line(who, slip, 0)
        newest, seq = (threads[-1].id, threads[-1].seq) if threads else (0, 0)
        try:
            match step:
                case "ask":
                    ask(who, slip=slip)
                case "again":
                    again(who, newest)
                case "withdraw":
                    do(service.withdraw_question, by=who, question_id=newest, at=LATER)
                case _:
                    answer(it.hr, newest, seq=seq if step == "answer" else seq + 1)
        except (Conflict, NotFound):
            pass
        _makes_sense(it, who, slip)


def _makes_sense(it: Company, who: SignedIn, slip: int) -> None:
    db.session.remove()
    threads = queries.asked_of_line(who, slip, 0)
    assert sum(one.state != "withdrawn" for one in threads) <= 1
    for one in threads:
        assert [row.seq for row in one.answers] == list(range(1, one.seq + 1))
        assert [row.outcome == rules.AGAIN for row in one.answers] == [n % 2 == 1 for n in range(one.seq)]
        answered = bool(one.answers) and one.answers[-1].outcome != rules.AGAIN
        assert answered == (one.state == "answered")
    links = {f"/hr/pay-questions/{one.id}": one.state for one in threads}
    unread = {notice.link for notice in told(it.hr, "notice_pay_question") if notice.read_at is None}
    assert unread & set(links) == {link for link, state in links.items() if state == "open"}


def _slip_for(it: Company, who: SignedIn) -> int:
    """An issued slip of somebody the run left out."""
    run_id, slip = queries.runs(it.hr)[0].id, db.session.get_one(Payslip, slip_of(it.rep))
    same = ("branch_id", "month", "currency", "scheme", "gross", "advances", "net", "lines", "inputs", "content_hash")
    known = {name: getattr(slip, name) for name in same}
    row = Payslip(run_id=run_id, employee_id=who.id, computed_at=APRIL, issued_at=APRIL, **known)
    return factories.save(row).id
