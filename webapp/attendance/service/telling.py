"""What the person hears of a supervisor's word and of a decision; and whose question is answered by it."""

from datetime import date, datetime
from typing import Any

from webapp.core.authz import SignedIn
from webapp.notifications import service as notices
from webapp.notifications.rules import Told

Pair = tuple[int, date]


def tell_confirmed(*, by: SignedIn, pair: Pair, seq: int, reason: str | None, note: str, at: datetime) -> None:
    if reason is None:
        return _tell(by, pair, seq, "notice_confirmed", {}, at)
    params = {"reason_code": f"present_{reason}", "note": note}
    return _tell(by, pair, seq, "notice_confirmed_note" if note else "notice_confirmed_why", params, at)


def tell_absent(*, by: SignedIn, pair: Pair, seq: int, reason: str, note: str, at: datetime) -> None:
    code = "notice_absent_note" if note else "notice_absent"
    _tell(by, pair, seq, code, {"reason_code": f"absent_{reason}", "note": note}, at)


def tell_undone(*, by: SignedIn, pair: Pair, seq: int, at: datetime) -> None:
    """Nothing when the word that is taken back was not read yet: then it is gone."""
    if not notices.unsay(about=_about(pair)):
        _tell(by, pair, seq, "notice_word_undone", {}, at)


def tell_decided(*, by: SignedIn, exception: Any, decision: str, reason: str, at: datetime) -> None:
    """`exception` as it stood before the decision."""
    code = "notice_approved_note" if decision == "approved" and reason else f"notice_{decision}"
    params = {"kind_code": f"exception_{exception.kind}", "day_on": exception.work_date.isoformat(), "note": reason}
    key = f"decided|{exception.id}|{exception.state_seq + 1}"
    told = Told(exception.employee_id, code, key, day_link(exception.work_date), params)
    notices.tell(told=[told], at=at)


def close_waiting(*, exception_id: int, at: datetime) -> None:
    """Nobody needs to be asked any more."""
    notices.close(about=f"exception|{exception_id}", at=at)


def day_link(on: date) -> str:
    """A rep's page of one day."""
    return f"/visits?view=day&day={on.isoformat()}"


def _tell(by: SignedIn, pair: Pair, seq: int, code: str, params: dict[str, Any], at: datetime) -> None:
    said = {"name": by.name, "day_on": pair[1].isoformat(), **params}
    key = f"word|{pair[0]}|{pair[1]}|{seq}"
    notices.tell(told=[Told(pair[0], code, key, day_link(pair[1]), said, _about(pair))], at=at)


def _about(pair: Pair) -> str:
    return f"word|{pair[0]}|{pair[1]}"
