"""What supervisors, HR and finance did about a day, each at their own time; every step may be repeated."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from webapp.attendance import service as attendance
from webapp.attendance.models import AttendanceException
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db, do
from webapp.core.errors import DomainError
from webapp.demo.acts import Act, client_id, is_fresh
from webapp.demo.cast import STAFF
from webapp.demo.days import Stage, forget
from webapp.demo.plan import DAY
from webapp.wallet import queries as wallet_queries
from webapp.wallet import service as wallet
from webapp.wallet.queries import WithdrawalFilters

Pair = tuple[int, date]
_EXCUSES = {
    "SH": ("地铁 2 号线故障，已拍照", "送货车堵在路口，帮店里卸货", "孩子发烧，先送医院"),
    "SG": ("Train fault on the East-West line", "Helped the driver unload first", "Took my child to the clinic"),
}
_REASONS: dict[str, dict[str, tuple[str, ...]]] = {
    "CNY": {"approved": ("照片和店长说法一致", "已电话核实"), "rejected": ("距离太远，店长未见到人", "说法与记录不符")},
    "SGD": {"approved": ("Store manager confirms", "Seen at the store"), "rejected": ("Nobody saw them there",)},
}
_NO_SHOW = {"SH": "未到岗，电话未接", "SG": "Did not come, phone not answered"}
LATELY = ("R001", "R004", "R012", "R027", "R033")
_REFUSED = {"CNY": "银行卡信息待补，补好后请再申请", "SGD": "Bank details are missing; ask again once they are there"}


def explain(stage: Stage, act: Act, at: datetime) -> bool:
    """A late rep explains it the same evening; a forgotten check-out is reported the next morning."""
    rep = stage.actors[act.member.staff_no]
    return not _has_asked(rep.id, act.on) and _tried(_explain, stage=stage, rep=rep, act=act, at=at)


def confirm(stage: Stage, acts: Sequence[Act], at: datetime) -> None:
    """Supervisors confirm their people in the evening: the clean ones at once, most others after a look."""
    for boss in STAFF:
        if boss.role == "supervisor" and boss.team:
            for act in (act for act in acts if act.member.team == boss.team):
                _tried(_confirm, stage=stage, act=act, by=stage.actors[boss.staff_no], at=at)


def decide(stage: Stage, through: date, at: datetime, share: float) -> set[Pair]:
    """HR decides a share of what is open about work dates up to `through`; the rep-days it decided about."""
    done = set()
    for row in _open(stage, through):
        dice = stage.story.dice(row.employee_id, row.work_date, row.kind, share)
        if dice.random() < share and _tried(_decide, stage=stage, row=row, dice=dice, at=at):
            done.add((row.employee_id, row.work_date))
    return done


def ask_for_money(stage: Stage, on: date, until: datetime) -> None:
    """Fridays some reps ask for what they earned; a few did so yesterday, too, so that finance has work."""
    story = stage.story
    for member in story.cast:
        at = story.moment(member.office, on, "20:10")
        keen = member.staff_no == "R001"
        asks = on.isoweekday() == 5 and (keen or story.dice(member.staff_no, on, "bank").random() < 0.3)
        lately = on == story.today - DAY and member.staff_no in LATELY
        if at <= until and story.employed(member, on) and (asks or lately):
            _tried(_request, stage=stage, rep=stage.actors[member.staff_no], on=on, at=at)


def answer_requests(stage: Stage, at: datetime) -> None:
    """Finance answers on Mondays what was asked for before the weekend."""
    by, filters = stage.actors["F001"], WithdrawalFilters(state="requested")
    while rows := [r for r in wallet_queries.withdrawals(by, filters).rows if r.requested_at < at - 2 * DAY]:
        db.session.remove()
        for row in rows:
            if stage.story.dice(row.employee_id, f"{row.requested_at:%F}", "payout").random() < 0.08:
                reason = _REFUSED[row.currency]
                do(wallet.refuse_withdrawal, by=by, withdrawal_id=row.id, reason=reason, at=at)
            else:
                do(wallet.approve_withdrawal, by=by, withdrawal_id=row.id, at=at)
    db.session.remove()


def _explain(*, stage: Stage, rep: SignedIn, act: Act, at: datetime) -> None:
    dice = stage.story.dice(act.member.staff_no, act.on, "excuse")
    if act.ask == "late":
        note = dice.choice(_EXCUSES[act.member.office])
        attendance.ask_excuse(rep=rep, work_date=act.on, kind="late", note=note, at=at)
    else:
        wanted_at = min(act.ends_at + timedelta(minutes=dice.randrange(1, 9)), at)
        attendance.report_mistake(rep=rep, work_date=act.on, category="forgot_out", wanted_at=wanted_at, at=at)
    forget(rep.id, act.on)


def _confirm(*, stage: Stage, act: Act, by: SignedIn, at: datetime) -> None:
    dice = stage.story.dice(act.member.staff_no, act.on, "confirm")
    whom: dict[str, Any] = {
        "by": by,
        "employee_id": stage.actors[act.member.staff_no].id,
        "work_date": act.on,
        "at": at,
    }
    if act.absent:
        attendance.mark_absent(**whom, reason="no_show", note=_NO_SHOW[act.member.office])
    elif dice.random() < 0.93:
        attendance.confirm(**whom, bulk=is_fresh(stage.story, act.on) or dice.random() < 0.3)
    forget(whom["employee_id"], act.on)


def _decide(*, stage: Stage, row: Any, dice: Random, at: datetime) -> None:
    near = stage.actors["H001"]
    by = near if row.branch_id == near.branch_id else stage.actors["H002"]
    odds = {"outside": 0.55, "late": 0.5}.get(row.kind, 0.85)
    decision = "approved" if dice.random() < odds else "rejected"
    reason = dice.choice(_REASONS[by.branch.currency][decision])
    attendance.decide(by=by, exception_id=row.id, decision=decision, reason=reason, at=at)
    forget(row.employee_id, row.work_date)


def _request(*, stage: Stage, rep: SignedIn, on: date, at: datetime) -> None:
    dice, unit = stage.story.dice(rep.staff_no, on, "amount"), 5000
    most = wallet_queries.balances(rep.id, rep.branch.currency).available
    key = client_id(stage.story.seed, rep.staff_no, on, "withdrawal")
    amount = min(most // unit, dice.choice((2, 3, 4, 6))) * unit
    if amount > 0:
        wallet.request_withdrawal(rep=rep, client_id=key, amount=amount, at=at)


def _open(stage: Stage, through: date) -> list[Any]:
    """Open matters up to a date, of people in the story."""
    row = AttendanceException
    query = select(row.id, row.employee_id, row.branch_id, row.work_date, row.kind).where(
        row.state == "open", row.work_date <= through, row.employee_id.in_(stage.ids())
    )
    found = list(conn().execute(query.order_by(row.id)))
    db.session.remove()
    return found


def _has_asked(employee_id: int, on: date) -> bool:
    row = AttendanceException
    mine = (row.employee_id == employee_id, row.work_date == on, row.kind.in_(("late", "mistake")))
    found = conn().execute(select(row.id).where(*mine)).first() is not None
    db.session.remove()
    return found


def _tried(verb: Callable[..., None], **kwargs: Any) -> bool:
    """False when it could not be done: it was done before, or somebody was faster."""
    try:
        do(verb, **kwargs)
    except DomainError:
        return False
    return True
