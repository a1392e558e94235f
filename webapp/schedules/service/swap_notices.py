"""Who hears of a swap: the colleague, whoever decides, and both of them afterwards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from webapp.notifications import service as notices
from webapp.notifications.rules import Told
from webapp.people.queries import names
from webapp.schedules.models import SwapRequest
from webapp.schedules.service.leave_notices import bosses, office


def tell_colleague(request: SwapRequest, at: datetime) -> None:
    _tell(request, "notice_swap_asks", [(request.other_id, f"/me/swaps/{request.id}")], at)


def tell_deciders(request: SwapRequest, at: datetime) -> None:
    """The asker's supervisors, without the two it is about; where there are none, HR."""
    _close(request, at)
    both = (request.asker_id, request.other_id)
    found = [one for one in bosses(request.asker_id, request.branch_id, at) if one[0] not in both]
    if not found:
        found = [(who, "hr") for who in office(request.branch_id, {request.asker_id}, at)]
    roots = {"supervisor": "/team/swaps", "hr": "/hr/schedule/swaps"}
    pages = [(who, f"{roots[role]}/{request.id}") for who, role in found]
    _tell(request, "notice_swap_waits", pages, at)
    tell_both(request, "notice_swap_accepted", at, to=[request.asker_id], close=False)


def tell_both(
    request: SwapRequest, code: str, at: datetime, *, to: Sequence[int], note: str = "", close: bool = True
) -> None:
    if close:
        _close(request, at)
    _tell(request, code, [(who, f"/me/swaps/{request.id}") for who in to], at, note, about=None)


def _close(request: SwapRequest, at: datetime) -> None:
    notices.close(about=f"swap|{request.id}", at=at)


def _tell(
    request: SwapRequest, code: str, pages: Sequence[tuple[int, str]], at: datetime, note: str = "",
    about: str | None = "swap",
) -> None:  # fmt: skip
    known = names([request.asker_id, request.other_id])
    days = [request.asker_on.isoformat(), *([request.other_on.isoformat()] if request.other_on else [])]
    params: dict[str, Any] = {
        "name": known[request.asker_id], "other": known[request.other_id], "both_days": days, "note": note,
    }  # fmt: skip
    matter = f"swap|{request.id}" if about else None
    told = [
        Told(who, code, f"swap|{request.id}|{code}|{request.version}|{who}", link, params, matter)
        for who, link in pages
    ]
    notices.tell(told=told, at=at)
