"""What ZKTeco terminals send that push: attendance PUSH (iclock, ADMS) and the security dialect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from webapp.devices.adapters import Adapter, Told
from webapp.devices.rules import Event, Line, Parsed, Unreadable, pin_of, printable, wall_time

_SECURITY_TIME = re.compile(r"\d{1,10}")
_DENIED_OR_ALARM = range(20, 200)
"""Events of the security dialect that are no entry: refused, or an alarm; they may carry somebody's id all the same."""
_EVENTS = {
    "0": "power_on",
    "1": "power_off",
    "9": "user_deleted",
    "13": "data_cleared",
    "21": "time_set",
    "22": "factory_reset",
    "23": "records_deleted",
    "30": "user_added",
    "40": "usb_export",
    "41": "usb_export",
    "42": "usb_export",
    "43": "usb_export_cleared",
}


def parse(kind: str, body: bytes, _told: Told) -> Parsed:
    """Lines of one stored body; `kind` is attlog, operlog or rtlog."""
    return {"attlog": _attlog, "operlog": _operlog, "rtlog": _rtlog}[kind](body)


def clock_changes(body: bytes) -> bytes:
    """Of an operation log only what the device notes about itself: people, fingerprints and faces are never kept."""
    return b"".join(line.strip(b"\r") + b"\n" for line in body.split(b"\n") if re.match(rb"\s*OPLOG[ \t]", line))


def _attlog(body: bytes) -> Parsed:
    """PIN, time, status, verify, work code, and whatever a firmware adds; only the first two are required."""
    lines: list[Line] = []
    bad = Unreadable()
    skipped = 0
    for n, text in _texts(body):
        fields = text.split("\t")
        if len(fields) < 2:
            bad.add(n, text, "shape")
            continue
        pin, time = pin_of(fields[0]), wall_time(fields[1])
        if pin is None or time is None:
            bad.add(n, text, "pin" if pin is None else "time")
        elif not pin:
            skipped += 1
        else:
            lines.append(Line(pin, time, text, *_words(fields[2:5])))
    return Parsed(lines, bad.kept, skipped=skipped, more_bad=bad.more)


def _words(fields: list[str]) -> tuple[str | None, str | None, str | None]:
    """Status, verify and work code; each may be missing or empty."""
    status, verify, work_code = (_word(field) for field in (*fields, "", "", "")[:3])
    return status, verify, work_code


@lru_cache(maxsize=1024)
def _word(field: str) -> str | None:
    return printable(field.strip()) or None


def _operlog(body: bytes) -> Parsed:
    """OPLOG code, operator, time, four objects. Codes that explain no time and no gap are left out."""
    events: list[Event] = []
    bad = Unreadable()
    skipped = 0
    for n, text in _texts(body):
        fields = text.strip()[len("OPLOG") :].strip().split("\t")
        code = _EVENTS.get(fields[0].strip())
        time = wall_time(fields[2]) if len(fields) > 2 else None
        if time is None:
            bad.add(n, text, "time" if len(fields) > 2 else "shape")
        elif code is None:
            skipped += 1
        else:
            events.append(Event(time, code, " ".join(field.strip() for field in fields[3:] if field.strip())))
    return Parsed(bad=bad.kept, events=events, skipped=skipped, more_bad=bad.more)


def _rtlog(body: bytes) -> Parsed:
    """key=value fields of the security dialect, as things happen (rtlog) or from memory (transaction)."""
    lines: list[Line] = []
    bad = Unreadable()
    skipped = 0
    for n, text in _texts(body):
        fields = dict(_pair(field) for field in text.strip().removeprefix("transaction ").split("\t") if "=" in field)
        pin, time = pin_of(fields.get("pin", "")), _security_time(fields)
        event = fields.get("event") or fields.get("eventtype") or "0"
        if pin == "" or (event.isdigit() and int(event) in _DENIED_OR_ALARM):
            skipped += 1
        elif pin is None or time is None:
            bad.add(n, text, "pin" if pin is None else "time")
        else:
            verify = fields.get("verifytype") or fields.get("verified")
            words = _words([fields.get("inoutstatus", ""), verify or ""])
            lines.append(Line(pin, time, text, *words, vendor_key=fields.get("index", "")[:40] or None))
    return Parsed(lines, bad.kept, skipped=skipped, more_bad=bad.more)


def _pair(field: str) -> tuple[str, str]:
    key, _, value = field.partition("=")
    return key.strip().lower(), value.strip()


def _security_time(fields: dict[str, str]) -> str | None:
    """Written out, or counted in seconds of months that all have 31 days."""
    if "time" in fields:
        return wall_time(fields["time"])
    if not _SECURITY_TIME.fullmatch(fields.get("time_second", "")):
        return None
    rest, second = divmod(int(fields["time_second"]), 60)
    rest, minute = divmod(rest, 60)
    rest, hour = divmod(rest, 24)
    rest, day = divmod(rest, 31)
    year, month = divmod(rest, 12)
    return wall_time(f"{year + 2000:04}-{month + 1}-{day + 1} {hour}:{minute}:{second}")


def _texts(body: bytes) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their number from 1."""
    for n, text in enumerate(body.decode("utf-8", "replace").split("\n"), 1):
        if text.strip("\r\t \x00"):
            yield n, text.rstrip("\r")


ADAPTER = Adapter("zk_push", "ZKTeco PUSH (iclock, ADMS)", parse=parse, calls=True)
