"""Who typed a store's code together with whom, for the signals."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import and_, bindparam, select

from webapp.attendance.models import CodeUse
from webapp.core.db import conn


def code_reuse(check_in_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """{check-in: other people who typed the same digits of the same store}; one statement.

    Two who arrive together do that too, so it says little by itself.
    """
    rows = conn().execute(_SHARED, {"ids": sorted(check_in_ids)}) if check_in_ids else ()
    found: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        found[row.check_in_id].append(row.employee_id)
    return {check_in_id: tuple(people) for check_in_id, people in found.items()}


_other = CodeUse.__table__.alias("other")
_SHARED = (
    select(CodeUse.check_in_id, _other.c.employee_id)
    .join(
        _other,
        and_(
            _other.c.site_id == CodeUse.site_id,
            _other.c.step == CodeUse.step,
            _other.c.employee_id != CodeUse.employee_id,
        ),
    )
    .where(CodeUse.check_in_id.in_(bindparam("ids", expanding=True)))
    .distinct()
    .order_by(CodeUse.check_in_id, _other.c.employee_id)
)
