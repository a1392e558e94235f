"""Binding phones to people, what a supervisor or HR says about a new one, and who hears of it."""

from collections.abc import Collection
from datetime import date, datetime

from webapp.attendance.policy import LATELY
from webapp.attendance.queries.phones import days_signed_with, phone_to_decide, unnoticed
from webapp.attendance.service.days import announce
from webapp.core.authz import SignedIn
from webapp.core.db import db, do
from webapp.notifications import service as notices
from webapp.notifications.rules import Told
from webapp.people import service as people
from webapp.people.models import Device


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
    old = db.session.get(Device, replaces) if replaces else None
    code = "notice_phone_replaced" if old and old.label else f"notice_phone_{decision}"
    _tell(said, code, {"note": reason, "device": old.label if old else ""}, at)


def remove_phone(*, by: SignedIn, device_id: int, at: datetime) -> None:
    """One's own, or by whoever manages the person, who is told. Raises NotFound."""
    gone = people.remove_device(by=by, device_id=device_id, at=at)
    if gone is not None and by.id != gone.employee_id:
        _tell(gone, "notice_phone_removed", {"name": by.name}, at)
    elif gone is not None:
        notices.close(about=about_phone(gone.id), at=at)


def about_phone(device_id: int) -> str:
    """The matter of notices about a phone."""
    return f"phone|{device_id}"


def _tell(device: Device, code: str, params: dict[str, str], at: datetime) -> None:
    """Its owner hears what was decided; nobody else is asked any more."""
    about = about_phone(device.id)
    notices.close(about=about, at=at)
    told = Told(device.employee_id, code, f"{about}|{code}|{at.isoformat()}", "/me/phones", params)
    notices.tell(told=[told], at=at)
