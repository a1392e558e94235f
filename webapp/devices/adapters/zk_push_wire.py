"""What is said to ZKTeco terminals that push, and what they answer: handshake, time zone, commands, results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

COMMANDS_AT_ONCE = 200
COMMANDS_BYTES = 40_000
ANSWER_BYTES = 256 * 1024
"""Of what a device answers or tells about itself no more is looked at."""
_RESULT = re.compile(rb"(?i)^\s*ID=[^&\s]*&")
_ATTLOG_LINE = re.compile(rb"[^\t\n]{1,40}\t\d{4}-\d\d-\d\d \d\d:\d\d")
_KEPT_INFO = {
    "devicename", "firmver", "fwversion", "mac", "ipaddress", "platform", "pushversion", "fpversion", "faceversion",
    "language", "transactioncount", "attlogcount", "maxattlogcount", "usercount", "maxusercount", "timezone",
    "attlogsum",
}  # fmt: skip
"""What a device may tell about itself; everything else it sends along is forgotten."""


def offset_minutes(zone: str, at: datetime) -> int:
    """East of Greenwich, with daylight saving time as it is at that moment."""
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    return round(offset.total_seconds() / 60) if offset is not None else 0


def time_zone(zone: str, form: str, at: datetime) -> str:
    """The TimeZone of a handshake, which sets the device's clock: hours where they are whole, else minutes.

    Some firmware reads 5.5 as 5, so half hours are never written as a fraction. Below 12 a number means hours, from 61
    on minutes.
    """
    minutes = offset_minutes(zone, at)
    if form == "hhmm":
        return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    whole = minutes % 60 == 0
    if whole and (form == "hours" or abs(minutes) <= 60 or (form == "auto" and abs(minutes) < 12 * 60)):
        return str(minutes // 60)
    return str(minutes)


def handshake(*, serial: str, zone: str, form: str, stamps: Mapping[str, str], at: datetime) -> str:
    """Options that every known document agrees on. `stamps`: of ATTLOG and OPERLOG, None where there is none.

    TransFlag asks for punches and the operation log, and for nothing that shows a person.
    """
    lines = {
        "ATTLOGStamp": stamps.get("ATTLOG", "None"),
        "OPERLOGStamp": stamps.get("OPERLOG", "None"),
        "ATTPHOTOStamp": "None",
        "ErrorDelay": "30",
        "Delay": "10",
        "TransTimes": "00:00;14:05",
        "TransInterval": "1",
        "TransFlag": "1100000000",
        "TimeZone": time_zone(zone, form, at),
        "Realtime": "1",
        "Encrypt": "None",
        "ServerVer": "2.4.1",
        "PushProtVer": "2.4.1",
    }
    return _options(f"GET OPTION FROM: {serial}", lines)


def security_handshake(*, code: str) -> str:
    """For a terminal that speaks the security dialect; everybody it asks about is already known to it."""
    return _options("registry=ok", {"RegistryCode": code, **_security_options(code)})


def security_options(*, code: str) -> str:
    return _options("", _security_options(code))


def local_time(zone: str, at: datetime) -> str:
    """For terminals that ask what time it is."""
    there = at.astimezone(ZoneInfo(zone))
    return f"Time={there.isoformat(timespec='seconds')}\nSyncTime=3600\n"


def encoded_time(zone: str, at: datetime) -> str:
    """The same in the security dialect: seconds of months that all have 31 days."""
    there = at.astimezone(ZoneInfo(zone))
    days = ((there.year - 2000) * 12 + there.month - 1) * 31 + there.day - 1
    seconds = days * 86400 + there.hour * 3600 + there.minute * 60 + there.second
    return f"DateTime={seconds},ServerTZ={there.strftime('%z')}\n"


def command(verb: str, params: Mapping[str, Any]) -> str:
    """The words of a command. What erases, runs programs or moves files has none and never will."""
    if verb in {"query", "verify"}:
        start = "DATA QUERY ATTLOG" if verb == "query" else "VERIFY SUM ATTLOG"
        return f"{start} StartTime={params['start']}\tEndTime={params['end']}"
    if verb == "user_add":
        name = re.sub(r"[\t\r\n&=]+", " ", params.get("name") or "")[:24]
        return f"DATA UPDATE USERINFO PIN={params['pin']}" + (f"\tName={name}" if name else "")
    if verb == "user_delete":
        return f"DATA DELETE USERINFO PIN={params['pin']}"
    return {"check": "CHECK", "log": "LOG", "info": "INFO", "reboot": "REBOOT"}[verb]


def commands(asked: Iterable[tuple[int, str, Mapping[str, Any]]], charset: str) -> tuple[bytes, list[int]]:
    """As many of (id, verb, parameters) as fit into one answer, and which those are."""
    said = b""
    ids: list[int] = []
    for number, verb, params in asked:
        line = f"C:{number}:{command(verb, params)}\n".encode(charset, "replace")
        if len(ids) == COMMANDS_AT_ONCE or len(said) + len(line) > COMMANDS_BYTES:
            break
        said += line
        ids.append(number)
    return said, ids


def is_result(body: bytes) -> bool:
    return bool(_RESULT.match(body))


def looks_like_punches(body: bytes) -> bool:
    """Of a body that says no table."""
    return bool(_ATTLOG_LINE.match(body))


def results(body: bytes) -> Iterator[tuple[int, int | None, dict[str, str]]]:
    """(id, return code, answer) of each command in a body: several lines, or one followed by key=value lines."""
    found: list[list[str]] = []
    for line in body[:ANSWER_BYTES].decode("utf-8", "replace").replace("\x00", "").splitlines():
        if line.strip()[:3].upper() == "ID=":
            found.append(line.strip().split("&"))
        elif found:
            found[-1].append(line.strip())
    for fields in found:
        pairs = dict(_pair(field) for field in fields if "=" in field)
        number, returned = pairs.pop("id", ""), pairs.pop("return", "")
        if re.fullmatch(r"\d{1,15}", number):
            code = int(returned) if re.fullmatch(r"-?\d{1,9}", returned) else None
            yield int(number), code, {key: value for key, value in pairs.items() if key == "cmd" or key in _KEPT_INFO}


def told_options(body: bytes) -> dict[str, str]:
    """What table=options says about the device: one line of key=value, separated by commas (or lines)."""
    text = body[:ANSWER_BYTES].decode("utf-8", "replace")
    pairs = (_pair(field) for field in re.split(r"[,\r\n\t]+", text) if "=" in field)
    return {key: value for key, value in pairs if key in _KEPT_INFO and value}


def told_info(info: str) -> dict[str, str]:
    """INFO= of a poll: firmware, users, fingers, records, address, …"""
    fields = [re.sub(r"[^\x20-\x7e]", "", field).strip()[:80] for field in info.split(",")]
    names = ("firmver", "usercount", "fpcount", "transactioncount", "ipaddress")
    return {name: value for name, value in zip(names, fields, strict=False) if value}


def record_count(told: Mapping[str, str]) -> int | None:
    """How many punches the device says it holds."""
    for name in ("transactioncount", "attlogcount"):
        if re.fullmatch(r"\d{1,9}", told.get(name, "")):
            return int(told[name])
    return None


def _security_options(code: str) -> dict[str, str]:
    return {
        "ServerVersion": "3.0.1",
        "ServerName": "Onsite",
        "PushProtVer": "3.0.1",
        "ErrorDelay": "30",
        "RequestDelay": "10",
        "TransTimes": "00:00\t14:05",
        "TransInterval": "1",
        "TransTables": "User\tTransaction",
        "Realtime": "1",
        "SessionID": code,
        "TimeoutSec": "10",
    }


def _options(first: str, lines: Mapping[str, str]) -> str:
    return "\n".join([*([first] if first else []), *(f"{key}={value}" for key, value in lines.items()), ""])


def _pair(field: str) -> tuple[str, str]:
    key, _, value = field.partition("=")
    return key.strip().lstrip("~").lower(), re.sub(r"[^\x20-\x7e]", "", value).strip()[:80]
