"""Binding phones to people, and what a supervisor or HR says about a new one."""

from collections.abc import Collection
from datetime import date, datetime

from webapp.attendance.policy import LATELY
from webapp.attendance.queries.phones import days_signed_with, phone_to_decide, unnoticed
from webapp.attendance.service.days import announce
from webapp.core.authz import SignedIn
from webapp.core.db import db, do
from webapp.people import service as people


def bind_devices(*, pairs: Collection[tuple[int, date]]) -> list[int]:
    """For the job after check-ins: ids of phones that now wait for somebody. Usually reads once and writes nothing."""
    try:
        seen = unnoticed(pairs)
    finally:
        db.session.remove()
    return do(people.see_devices, seen=seen) if seen else []


def decide_phone(
    *, by: SignedIn, device_id: int, decision: str, reason: str, at: datetime, replaces: int | None = None
) -> None:
    """`decision`: bound or refused (with a reason). Raises NotFound, Invalid, Conflict."""
    phone_to_decide(by, device_id, at)
    said = people.decide_device(by=by, device_id=device_id, decision=decision, reason=reason, replaces=replaces, at=at)
    for on in days_signed_with(said.employee_id, said.key, since=at.date() - LATELY):
        announce(pair=(said.employee_id, on), at=at, bulk=True)  # its evidence weighs otherwise now
