"""Where people stood when they checked in at a site; for checking the site itself."""

from datetime import date

from sqlalchemy import and_, select

from webapp.attendance.models import CheckIn, CheckInVoid
from webapp.core.db import conn
from webapp.people.models import Branch


def recent_positions(site_id: int, since: date, limit: int = 300) -> list[tuple[float, float, float]]:
    """(lat, lng, accuracy in metres) of check-ins on work dates from `since` on, newest first; exact ones only."""
    placed = (CheckIn.lat.is_not(None), CheckIn.lng.is_not(None), CheckIn.accuracy_m.is_not(None))
    found = (
        select(CheckIn.lat, CheckIn.lng, CheckIn.accuracy_m)
        .outerjoin(CheckInVoid, CheckInVoid.check_in_id == CheckIn.id)
        .join(Branch, and_(Branch.id == CheckIn.branch_id, CheckIn.id > Branch.coarse_through))
        .where(CheckIn.site_id == site_id, CheckIn.work_date >= since, CheckIn.kind == "in", *placed)
        .where(CheckInVoid.check_in_id.is_(None))
        .order_by(CheckIn.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in conn().execute(found)]
