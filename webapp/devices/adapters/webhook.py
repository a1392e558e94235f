"""Anything else that can send JSON: `{"punches": [{"id": "7", "time": "2026-03-02 08:55:00"}, …]}`, signed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from webapp.core.errors import N_, words
from webapp.devices.adapters import Adapter, Told
from webapp.devices.rules import Bad, Line, Parsed, moment, pin_of, printable, wall_time

AT_ONCE = 2000
_WORDS = {"status": 8, "verify": 8, "work_code": 24, "key": 40}
_TIMES = (datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)")


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why one punch cannot be taken; `row` counts from 0, None for the body as a whole."""

    row: int | None
    field: str | None
    code: str


def read(body: bytes) -> tuple[list[Line], list[Wrong], int]:
    """Punches, what is wrong, and how many are about nobody (an id of zeros)."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return [], [Wrong(None, None, "webhook_json")], 0
    punches = sent.get("punches") if isinstance(sent, dict) else None
    if not isinstance(punches, list):
        return [], [Wrong(None, "punches", "webhook_punches")], 0
    if len(punches) > AT_ONCE:
        return [], [Wrong(None, "punches", "webhook_too_many")], 0
    lines, wrong, nobody = [], [], 0
    for row, punch in enumerate(punches):
        found = _line(punch) if isinstance(punch, dict) else (None, "webhook_punch")
        if isinstance(found, Line):
            lines.append(found)
        elif found is None:
            nobody += 1
        else:
            wrong.append(Wrong(row, *found))
    return lines, wrong, nobody


def parse(_kind: str, body: bytes, _told: Told) -> Parsed:
    lines, wrong, nobody = read(body)
    return Parsed(lines, [Bad((w.row or 0) + 1, w.code, "shape") for w in wrong], skipped=nobody)


def _line(punch: Mapping[str, Any]) -> Line | tuple[str | None, str] | None:
    """A punch, (field, code of what is wrong), or None when it is about nobody."""
    given = punch.get("id")
    pin = pin_of(str(given)) if isinstance(given, str | int) and not isinstance(given, bool) else None
    if pin is None:
        return "id", "webhook_id"
    time, at = punch.get("time"), punch.get("at")
    wall = wall_time(time) if isinstance(time, str) else None
    if wall is None or moment(wall, "UTC") is None:
        return "time", "webhook_time"
    sent_at = _moment(at) if at is not None else None
    if at is not None and sent_at is None:
        return "at", "webhook_at"
    for name, limit in _WORDS.items():
        value = punch.get(name)
        if value is not None and (not isinstance(value, str | int) or len(str(value)) > limit):
            return name, "webhook_word"
    if not pin:
        return None
    extra = {
        name: printable(str(punch[name])) for name in ("status", "verify", "work_code") if punch.get(name) is not None
    }
    key = printable(str(punch["key"])) if punch.get("key") is not None else None
    kept = {name: punch[name] for name in ("id", "time", "at", *_WORDS) if punch.get(name) is not None}
    text = printable(json.dumps(kept, ensure_ascii=False))
    return Line(pin, wall, text, **extra, at=sent_at, vendor_key=key)


def _moment(text: object) -> datetime | None:
    """With an offset, or it would be anybody's guess."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        return None
    try:
        at = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if _TIMES[0] <= at < _TIMES[1] else None


ADAPTER = Adapter("webhook", N_("Signed webhook"), parse=parse, signs=True)

words(
    {
        "webhook_json": N_('The body is not JSON. Send {"punches": [...]}.'),
        "webhook_punches": N_('"punches" must be a list.'),
        "webhook_too_many": N_("At most 2000 punches at once. Send the rest in another request."),
        "webhook_punch": N_('A punch must be an object with "id" and "time".'),
        "webhook_id": N_("The id has up to 24 letters, digits, - or _."),
        "webhook_time": N_("Write what the clock showed, such as 2026-03-02 08:55:00."),
        "webhook_at": N_("Write the moment with its offset, such as 2026-03-02T08:55:00+08:00."),
        "webhook_word": N_("This is too long, or neither text nor a number."),
        "webhook_signature": N_(
            "The source, the time or the signature is not right. See docs/devices.md for how to sign."
        ),
        "webhook_clock": N_("The timestamp is more than 5 minutes off. Set the sender's clock and sign again."),
        "webhook_rows": N_("Nothing was taken. Correct the rows named here and send all of them again."),
        "webhook_too_large": N_("More than 2 MB. Send the punches in smaller parts."),
    }
)
