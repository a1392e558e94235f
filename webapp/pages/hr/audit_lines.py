"""An audit entry in words: whom or what it is about, and each field from what to what."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from webapp.attendance import queries as attendance
from webapp.core.audit import AuditEntry
from webapp.core.authz import SignedIn
from webapp.core.errors import WORDS
from webapp.core.i18n import date_text, lang, line_text, money_text, say, when_text
from webapp.devices import queries as devices
from webapp.pages.hr import audit_words as audit_words
from webapp.people import queries as people
from webapp.rules import queries as rules
from webapp.rules.rules import sentence
from webapp.schedules import queries as schedules
from webapp.sites import queries as sites

Change = tuple[str, str, str]
_MONEY = frozenset({"salary", "amount", "minimum", "daily_limit", "target"})
_NAMED = {
    "branches": "branch_id",
    "supervisors": "employee_id",
    "proposed_by": "employee_id",
    "standing_for": "employee_id",
    "stand_in": "employee_id",
    "colleague": "employee_id",
    "granted_site_id": "site",
    "site_id": "site",
}
_OBJECTS = {"branch": "branch_id", "team": "team_id", "employee": "employee_id", "shift": "shift_id",
            "leave_type": "leave_type_id",
            "store_type": "store_type_id", "site": "site", "rule": "rule", "terminal": "terminal"}  # fmt: skip
_LEAVE = frozenset({"leave", "leave_request", "leave_grant", "leave_type"})
_PAGES = {"leave_type": "/hr/schedule/leave/types/{}",
          "employee": "/hr/people/{}", "site": "/hr/sites/{}", "branch": "/hr/settings/{}",
          "pay_run": "/hr/pay-runs/{}", "shift": "/hr/schedule/shifts/{}",
          "store_type": "/hr/sites/store-types/{}", "attendance_exception": "/hr/inbox/{}",
          "terminal": "/hr/devices/{}", "new_store": "/hr/sites/new-stores/{}",
          "pay_question": "/hr/pay-questions/{}"}  # fmt: skip
_VALUES = {("calendar", "kind"): "day", ("schedule", "kind"): "day", ("leave_request", "step"): "step",
           ("import", "kind"): "import", ("rule", "kind"): "rule_name", ("rule", "code"): "rule_name",
           ("attendance_day", "reason"): "absent", ("withdrawal", "state"): "withdrawal_state",
           ("pay_run", "state"): "pay_state", ("employee", "device_state"): "device",
           ("branch", "signals_off"): "signal", ("branch", "device_alone"): "device_alone",
           ("branch", "disagreement"): "disagreement", ("terminal", "state"): "terminal_state",
           ("pay_question", "outcome"): "pay_outcome", ("shift", "shift_kind"): "shift_kind",
           ("store_type", "shift_kind"): "shift_kind"}  # fmt: skip
_WHO = ("employee_id", "proposed_by", "standing_for", "stand_in", "colleague")
# The act says the same.
_SILENT = frozenset({"granted_confirmation", "word"})


@dataclass(frozen=True, slots=True)
class Known:
    """What the numbers on one page stand for: names by field, money by branch, days by exception."""

    names: Mapping[str, Mapping[int, str]]
    currencies: Mapping[int | None, str]
    exceptions: Mapping[int, tuple[int, date]]
    rule_kinds: Mapping[int, str]
    leave_kinds: Mapping[tuple[int | None, str], str]
    """By branch and code."""


def known(rows: Collection[AuditEntry], user: SignedIn) -> Known:
    """Asks only for what these rows name; each kind in one statement."""
    flat = [{**_flat(row.before), **_flat(row.after)} for row in rows]
    types = {row.object_type for row in rows}
    fields = {name for values in flat for name in values}
    branches = people.branches(user.branch_ids)
    issues = attendance.whose(_ids(rows, "attendance_exception"))
    versions = rules.versions(user.branch_ids) if "rule" in types else []
    names: dict[str, Mapping[int, str]] = {
        "branch_id": {branch.id: branch.name for branch in branches},
        "team_id": {team.id: team.name for team in people.teams(user.branch_ids)},
        "employee_id": people.names(_people(rows, flat) | {who for who, _ in issues.values()}),
        "site": {site.site_id: site.name for site in sites.fences(_ids(rows, "site") | _stops(flat)).values()},
        "rule": {row.rule_id: say(f"rule_name_{row.kind}") for row in versions},
    }
    if "terminal" in types:
        names["terminal"] = devices.names(_ids(rows, "terminal"))
    if "shift" in types or fields & {"shift_id", "roster", "steps"}:
        names["shift_id"] = {shift.id: shift.name for shift in schedules.shifts(user.branch_ids)}
    if "store_type" in types or "store_type_id" in fields:
        kinds = sites.store_types(user.branch_ids)
        names["store_type_id"] = {kind.id: kind.name_zh if lang() == "zh" else kind.name_en for kind in kinds}
    leave = schedules.all_leave_types(user.branch_ids) if types & _LEAVE else []
    kinds_of_leave = {one.id: one.name_zh if lang() == "zh" else one.name_en for one in leave}
    names["leave_type_id"] = kinds_of_leave
    currencies: dict[int | None, str] = {branch.id: branch.currency for branch in branches}
    return Known(names, currencies, issues, {row.rule_id: row.kind for row in versions},
                 {(one.branch_id, one.code): kinds_of_leave[one.id] for one in leave})  # fmt: skip


def about(row: AuditEntry, names: Known) -> tuple[str, str]:
    """(whom or what, the page about it or "")."""
    first, _, rest = row.object_id.partition("|")
    number = int(first) if first.isdigit() else 0
    link = _PAGES.get(row.object_type, "").format(first)
    people_names = names.names["employee_id"]
    if row.object_type == "employee":
        return people_names.get(number, first), link
    if row.object_type == "attendance_exception" and number in names.exceptions:
        who, on = names.exceptions[number]
        return f"{people_names.get(who, who)} · {date_text(on)}", link
    if rest:
        return f"{people_names.get(number, first)} · {_day_or(rest)}", f"/hr/people/{first}"
    if row.object_type == "calendar":
        return f"{object_word('calendar')} · {', '.join(_day_or(part) for part in row.object_id.split(','))}", ""
    field = _OBJECTS.get(row.object_type)
    name = names.names.get(field, {}).get(number) if field else None
    return f"{object_word(row.object_type)} · {name or first}", link


def changes(row: AuditEntry, names: Known) -> list[Change]:
    """(field, before, after) in words; "" where there was nothing, and no line where nothing was on both sides."""
    before, after = _flat(row.before), _flat(row.after)
    currency = after.get("currency") or before.get("currency") or names.currencies.get(row.branch_id)

    def text(name: str, values: Mapping[str, Any]) -> str:
        return _value(row, name, values.get(name), currency, names)

    silent = _SILENT | {"state"} if row.object_type == "attendance_exception" else _SILENT
    told = [name for name in dict.fromkeys([*before, *after]) if name not in silent]
    lines = [(field_word(name), text(name, before), text(name, after)) for name in told]
    return [line for line in lines if line[1] or line[2]]


def changes_text(row: AuditEntry, names: Known) -> str:
    return "; ".join(f"{name}: {old} → {new}" if old else f"{name}: {new}" for name, old, new in changes(row, names))


def object_word(kind: str) -> str:
    return say(f"object_{kind}") if f"object_{kind}" in WORDS else kind.replace("_", " ")


def field_word(name: str) -> str:
    """The label of a field; one of an older release that nobody names any more is shown as it is."""
    return say(f"field_{name}") if f"field_{name}" in WORDS else name.replace("_", " ")


def fields(values: Mapping[str, Any] | None) -> set[str]:
    """The fields that need a label."""
    return set(_flat(values)) - _SILENT


def _value(row: AuditEntry, name: str, value: Any, currency: str | None, names: Known) -> str:
    if value is None or value == "" or (name == "bulk" and not value):
        return ""
    if isinstance(value, bool):
        return say("audit_yes" if value else "audit_no")
    if name in _DAYS:
        return ", ".join(_DAYS[name](value, names))
    if name == "params":
        kind = names.rule_kinds.get(int(row.object_id))
        return line_text(*sentence(kind, value, currency or "")) if kind else ""
    if name == "polygon":
        return say("audit_corners", count=len(value))
    if isinstance(value, list):
        return ", ".join(_value(row, name, item, currency, names) for item in value)
    if isinstance(value, int):
        return _number(name, value, currency, names)
    return _word(row, name, value, names)


def _word(row: AuditEntry, name: str, value: Any, names: Known) -> str:
    if name == "kind" and row.object_type in _LEAVE:
        return names.leave_kinds.get((row.branch_id, value), value)
    kind = (
        "present"
        if (row.action, name) == ("attendance.present", "reason")
        else _VALUES.get((row.object_type, name), name)
    )
    word = f"{kind}_{value}"
    return say(word) if word in WORDS else _day_or(str(value))


def _number(name: str, value: int, currency: str | None, names: Known) -> str:
    if currency and name in _MONEY:
        return money_text(value, currency)
    if name == "workdays":
        return say(f"workdays_{value}")
    return names.names.get(_NAMED.get(name, name), {}).get(value, str(value))


def _stop(stop: list[Any], names: Known) -> str:
    site, starts, ends = stop
    hours = "–".join(part for part in (starts, ends) if part)
    return f"{names.names['site'].get(site, site)} {hours}".strip()


def _roster(days: Mapping[str, Any], names: Known) -> list[str]:
    return [f"{_day_or(on)} {_state(state, names)}" for on, state in days.items()]


def _plans(days: Mapping[str, Any], names: Known) -> list[str]:
    return [f"{_day_or(on)}: {', '.join(_stop(stop, names) for stop in stops)}" for on, stops in days.items()]


def _state(state: Any, names: Known) -> str:
    """What a roster says of a day; nothing where the calendar and the week decide."""
    kind, shift_id = state or (None, None)
    shift = names.names.get("shift_id", {}).get(shift_id or 0)
    return shift or (say(f"day_{kind}") if kind else "–")


_DAYS: Mapping[str, Callable[[Any, Known], list[str]]] = {
    "stops": lambda stops, names: [_stop(stop, names) for stop in stops],
    "roster": _roster,
    "plans": _plans,
    "steps": lambda steps, names: [_state((step["kind"], step["shift_id"]), names) for step in steps],
}


def _day_or(text: str) -> str:
    """A date or a moment as people write it; any other text as it is."""
    try:
        return date_text(date.fromisoformat(text)) if len(text) == 10 else when_text(datetime.fromisoformat(text))
    except (ValueError, OverflowError):  # typed by somebody, and no day there is
        return text


def _flat(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """What an exception grants stands beside the other fields."""
    plain = dict(values or {})
    granted = plain.pop("granted", None) or {}
    return {**plain, **{f"granted_{name}": value for name, value in granted.items()}}


def _ids(rows: Collection[AuditEntry], kind: str) -> set[int]:
    return {int(row.object_id) for row in rows if row.object_type == kind and row.object_id.isdigit()}


def _people(rows: Collection[AuditEntry], flat: Collection[Mapping[str, Any]]) -> set[int]:
    ids = {row.actor_id for row in rows if row.actor_id} | _ids(rows, "employee")
    ids |= {int(first) for row in rows for first, bar, _ in [row.object_id.partition("|")] if bar and first.isdigit()}
    ids |= {values[name] for values in flat for name in _WHO if values.get(name)}
    return ids | {one for values in flat for one in values.get("supervisors") or ()}


def _stops(flat: Collection[Mapping[str, Any]]) -> set[int]:
    planned = {stop[0] for values in flat for stop in values.get("stops") or ()}
    planned |= {stop[0] for values in flat for day in (values.get("plans") or {}).values() for stop in day}
    return planned | {values[name] for values in flat for name in ("granted_site_id", "site_id") if values.get(name)}
