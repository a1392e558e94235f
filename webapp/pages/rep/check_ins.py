"""Receiving check-ins: from the phone's outbox as a fragment, from the plain form as a page."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, make_response, render_template, request
from markupsafe import Markup

from webapp.attendance.rules import Evidence, read_evidence, without_position
from webapp.attendance.rules.site_code import CodeAnswer
from webapp.attendance.service import Recorded
from webapp.core import clock, hx, time_token
from webapp.core.agents import device_name
from webapp.core.authz import Role, SignedIn, allow, me
from webapp.core.db import do
from webapp.core.errors import Conflict, DomainError, Invalid, NotFound
from webapp.core.forms import Bound
from webapp.core.i18n import lang, say
from webapp.core.ids import new_id, row_id
from webapp.pages.rep import board
from webapp.pages.rep.cannot import show_cannot
from webapp.rewards.queries.live import earned_at_once
from webapp.visits import queries as visits
from webapp.visits import service
from webapp.visits.rules import VisitRow

bp = Blueprint("rep_check_ins", __name__, url_prefix="/check-ins")

_PLACE = "{check_in}"


@bp.post("")
@allow(Role.REP)
def create() -> Response:
    """201 new, 200 the same again, 409 another's or other content, 422 not understood."""
    user, at = me(), clock.now()
    try:
        check_owner(user)
        kind = (
            "cannot" if request.form.get("ask") or request.form.get("cannot") else "check-in"
        )  # as its outbox signs it
        done = do(service.check_in, rep=user, evidence=heard(user, kind), site_id=_site_id(), at=at)
    except DomainError as error:
        if hx.wants_fragment() or isinstance(error, Conflict):
            raise
        return _refused(user, error, at)
    if not hx.wants_fragment():
        tell(done.code, waits=done.recorded.exception_id is not None and not done.recorded.outcome.counts)
        return hx.redirect("/today")
    if done.code:
        screen = _with(board.today(user, at), done.code)
        counts = screen.open_visit is not None and screen.open_visit.state == "accepted"
        return answer(screen, "accepted" if counts else code_state(done.code), 201)
    if done.recorded.duplicate:
        return answer(board.today(user, at), _state_again(done), 200)
    # where somebody was when a late tap was made is not where they are now
    screen = board.today(user, at) if done.recorded.problem or done.recorded.late else _at_once(user, done, at)
    return answer(screen, _state(done), 201)


@bp.post("/<uuid:client_id>/undo")
@allow(Role.REP)
def undo(client_id: object) -> Response:
    """Within 30 seconds: of the arrival, or, from the outbox, of the tap."""
    user, at = me(), clock.now()
    check_owner(user)
    evidence = heard(user, "undo") if request.form.get("client_id") else None
    do(service.undo, rep=user, client_id=str(client_id), evidence=evidence, at=at)
    if not hx.wants_fragment():
        return hx.redirect("/today")
    return answer(board.today(user, at), "undone", 200)


def answer(today: board.Today, state: str, status: int) -> Response:
    """The parts of Today that changed, with the state for the script."""
    form = {"finish_html": _finish_form(today.open_visit.client_id)} if today.open_visit else {}
    response = make_response(render_template("rep/today/answer.html", today=today, **form), status)
    response.headers["X-Onsite-State"] = state
    response.headers["X-Onsite-Token"] = time_token.give(me().id, clock.now())
    return response


def heard(user: SignedIn, kind: str) -> Evidence:
    """What the phone says, with its proof of time read; `kind` as its outbox calls it. Raises Invalid.

    Of somebody who gives no position none is kept, whatever page it comes from.
    """
    raw = {**request.form.to_dict(), "device": device_name(request.user_agent.string)}
    evidence = read_evidence(raw, lambda text: time_token.read(text, user.id), kind)
    return without_position(evidence) if user.positions == "no" else evidence


def tell(code: CodeAnswer | None, *, waits: bool | None = None) -> None:
    """Say what became of a code on the next page; `waits`: it came with a check-in, which does or does not wait."""
    word = "" if code is None else code.code if waits is None or code.right else code.with_tap(waits=waits)
    if code is not None:
        flash(say(word, minutes=code.minutes), "ok" if code.right else "att")


def code_state(code: CodeAnswer) -> str:
    return "accepted" if code.outcome in ("settled", "counts") else "pending"


def check_owner(user: SignedIn) -> None:
    """A tap belongs to whoever was signed in when it was made (T22). Raises Conflict."""
    uid = request.form.get("uid", "").strip()
    if uid and uid != str(user.id):
        raise Conflict("other_user")


def _finish_form(client_id: str) -> Markup:
    """The same for everybody of one language but for the id, so it is rendered once: a third of an answer's cost."""
    known: dict[str, str] = current_app.extensions.setdefault("onsite_finish_form", {})
    language = lang()
    if language not in known:
        stub = {"client_id": _PLACE}
        known[language] = render_template("rep/today/finish.html", visit=stub, answer=True)
    return Markup(known[language].replace(_PLACE, str(UUID(client_id))))


def _site_id() -> int:
    text = request.form.get("site_id", "")
    found = row_id(text)
    if found is None:
        raise Invalid("not_a_choice" if text.strip() else "required", "site_id")
    return found


def _state(done: service.CheckInResult) -> str:
    recorded = done.recorded
    if recorded.exception_id is not None and not recorded.outcome.counts:
        return "outside" if recorded.judgement.verdict == "outside" and not recorded.problem else "pending"
    day = recorded.day
    return "late" if day and day.minutes_late and day.first_in == recorded.counted_at else "accepted"


def _state_again(done: service.CheckInResult) -> str:
    recorded = done.recorded
    return "accepted" if recorded.exception_id is None or recorded.outcome.counts else "pending"


def _with(screen: board.Today, code: CodeAnswer) -> board.Today:
    """The screen, with what became of a code where the reason for waiting stands."""
    visit = screen.open_visit
    word = code.with_tap(waits=visit.state == "pending") if visit else ""
    if visit is None or not word:
        return screen
    return replace(screen, open_visit=replace(visit, reason_text=say(word, minutes=code.minutes)))


def _at_once(user: SignedIn, done: service.CheckInResult, at: datetime) -> board.Today:
    """The screen right after a new check-in, from what is known without asking again."""
    recorded = done.recorded
    assert recorded.site is not None
    assert recorded.day is not None
    assert recorded.facts is not None
    pair = (user.id, recorded.work_date)
    earned = None
    if user.sees_money:
        only = VisitRow(done.visit_id, recorded.site.site_id, recorded.check_in_id, None, None)
        seen = [only] if len(recorded.facts.marks) == 1 else visits.visit_rows([pair])[pair]
        earned = earned_at_once(pair, facts=recorded.facts, visits=seen, at=at)
    is_first = recorded.day.first_in == recorded.counted_at
    pending = recorded.exception_id is not None and not recorded.outcome.counts
    wanted = recorded.site.policy.photo
    visit = board.VisitView(
        id=done.visit_id,
        client_id=recorded.client_id,
        site_name=recorded.site.name,
        since=recorded.counted_at,
        state="pending" if pending else "photo" if wanted == "required" else "accepted",
        reason_text=say(_reason(recorded)) if pending else board.aside(recorded),
        late_text=board.late_text(recorded.day.minutes_late if is_first else 0),
        earned_minor=earned.total if earned and is_first else 0,
        undo_seconds=board.undo_seconds(at, at),
        next_id=new_id(),
        shows_code=recorded.site.shows_code,
        photo=wanted != "none",
        unplaced=None if recorded.site.placed else recorded.site.site_id,
    )
    return board.Today(work_date=recorded.work_date, open_visit=visit, **board.frame(user, recorded.work_date, earned))


def _reason(recorded: Recorded) -> str:
    """The word for why a person looks at it."""
    kind = recorded.outcome.kind
    return f"reason_{kind if kind not in ('outside', 'uncertain') else recorded.judgement.reason}"


def _refused(user: SignedIn, error: DomainError, at: datetime) -> Response:
    """The plain form again, with what is wrong."""
    site = row_id(request.form.get("site_id"))
    if request.form.get("ask"):
        return show_cannot(user, site, Bound(request.form.to_dict()).refuse(error))
    try:
        screen = board.today(user, at, site_id=site)
    except NotFound:
        screen = board.today(user, at)
    form: Bound = Bound(request.form.to_dict()).fail(error)
    return hx.respond("rep/today.html", status=error.status, today=screen, form=form)
