"""Asked twice for a person who confirms the arrival: once, also from a page that was loaded again in between."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from webapp.attendance.models import AttendanceException, CheckIn, Verdict
from webapp.attendance.rules import Evidence, Judgement
from webapp.attendance.service.check_in import placed
from webapp.attendance.service.days import lock_people
from webapp.attendance.service.evidence import Person, Recorded
from webapp.core.db import conn

AGAIN = timedelta(minutes=10)


def waiting_ticket(*, rep: Person, evidence: Evidence, site_id: int, at: datetime) -> Recorded | None:
    """The rep's open ticket for this store of the last minutes; None for an ordinary check-in, which asks nothing."""
    if not evidence.cannot or placed(evidence, at).late:
        return None
    lock_people(ids=[rep.id])
    asked = {"who": rep.id, "site": site_id, "since": at - AGAIN, "client": evidence.client_id}
    row = conn().execute(_WAITING, asked).first()
    if row is None:
        return None
    judged = Judgement(row.verdict, row.reason, row.distance_m)
    return Recorded(row.id, row.client_id, judged, row.work_date, row.counted_at, row.exception_id, True)


_WAITING = (
    select(
        CheckIn.id,
        CheckIn.client_id,
        CheckIn.work_date,
        CheckIn.counted_at,
        Verdict.verdict,
        Verdict.reason,
        Verdict.distance_m,
        AttendanceException.id.label("exception_id"),
    )
    .join(CheckIn, CheckIn.id == AttendanceException.check_in_id)
    .join(Verdict, Verdict.check_in_id == CheckIn.id)
    .where(
        AttendanceException.employee_id == bindparam("who"),
        AttendanceException.state == "open",
        AttendanceException.kind == "cannot",
        AttendanceException.site_id == bindparam("site"),
        CheckIn.counted_at >= bindparam("since"),
        CheckIn.client_id != bindparam("client"),
    )
    .order_by(AttendanceException.id.desc())
    .limit(1)
)
