"""What devices say about a day beside what phones say, and why its status is what it is; in words."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from webapp.attendance import queries as attendance
from webapp.attendance.queries import MarkRow, PunchRow
from webapp.attendance.rules import HOLD, DayResult, Silence, silent
from webapp.core.errors import N_, WORDS, words
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import say, time_text, when_text
from webapp.devices import queries as devices
from webapp.devices.queries import PunchSource

NEAR = timedelta(minutes=30)
"""A punch so close to a check-in at the same shop speaks for it; further apart the two disagree."""


@dataclass(frozen=True, slots=True)
class PunchLine:
    """One punch: when, what it stands for, where, and what else is known of it."""

    at: datetime
    role: str
    title: str
    where: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """`beside`: {check-in: what a device says about it}."""

    lines: tuple[PunchLine, ...] = ()
    why: tuple[str, ...] = ()
    beside: dict[int, str] | None = None


def seen(
    pair: tuple[int, date], marks: Sequence[MarkRow], zone: ZoneInfo, *, office: bool = False,
    only: Collection[int] | None = None,
) -> Seen:  # fmt: skip
    """At most five statements, one for most days. `office`: with the way each punch came, and from where; `only`:
    of these stores.
    """
    day, rows, said = attendance.day_and_punches(pair)
    rows = [row for row in rows if only is None or row.site_id in only]
    known = devices.punch_sources([row.raw_id for row in rows])
    taps = [mark for mark in marks if mark.void_at is None]
    lines = tuple(_line(row, known[row.raw_id], said.get(row.raw_id, "between"), zone, office) for row in rows)
    near = {tap.id: text for tap in taps if (text := _beside(tap, rows, known, zone))}
    why = [*_why(day, zone), *_silence(pair, day, zone), *_apart(pair, day, taps, rows, zone)] if day else []
    return Seen(lines, tuple(why), near)


def punches_near(pair: tuple[int, date], site_id: int | None) -> list[PunchLine]:
    """A rep's own punches of a day at one store; two statements, one when there are none."""
    day, rows, said = attendance.day_and_punches(pair)
    known = devices.punch_sources([row.raw_id for row in rows])
    here = [row for row in rows if row.site_id == site_id]
    return [_line(row, known[row.raw_id], said.get(row.raw_id, "between"), None, False) for row in here]


def _line(row: PunchRow, raw: PunchSource, role: str, zone: ZoneInfo | None, office: bool) -> PunchLine:
    pressed = _KEYS.get(raw.status or "")
    notes = [gettext("Key pressed: %(key)s", key=say(pressed)) if pressed else ""]
    if raw.quality != "ok":
        notes.append(gettext("The device showed %(time)s.", time=raw.device_time))
        if raw.granted_by:
            notes.append(gettext("%(name)s: “%(note)s”", name=raw.granted_by, note=raw.reason))
    elif not raw.live and raw.received_at - row.at > NEAR:
        notes.append(gettext("Arrived %(time)s", time=when_text(raw.received_at, zone)))
    if office:
        notes.append(" · ".join(part for part in (say(f"punch_by_{raw.source}"), raw.ip or "") if part))
    where = " · ".join(part for part in (raw.device, row.site or "") if part)
    return PunchLine(row.at, role, say(f"punch_{role}"), where, tuple(note for note in notes if note))


def _beside(tap: MarkRow, rows: Iterable[PunchRow], known: dict[int, PunchSource], zone: ZoneInfo) -> str:
    """The nearest punch at the shop of a check-in that is not clearly there."""
    if tap.kind != "in" or tap.verdict == "inside":
        return ""
    there = [row for row in rows if row.site_id == tap.site_id and abs(row.at - tap.counted_at) <= NEAR]
    if not there:
        return ""
    row = min(there, key=lambda row: abs(row.at - tap.counted_at))
    return gettext(
        "The device %(device)s at this store saw the person at %(time)s.",
        device=known[row.raw_id].device,
        time=time_text(row.at, zone),
    )


def _why(day: DayResult, zone: ZoneInfo) -> list[str]:
    told = {
        "first": time_text(day.first_in, zone) if day.first_in else "",
        "last": time_text(day.last_out, zone) if day.last_out else "",
        "late": day.minutes_late, "early": day.minutes_early, "grace": day.grace_minutes,
    }  # fmt: skip
    code = day.status
    if day.confirmed == "absent" and code in ("absent", "leave", "rest"):
        code = "said_absent"
    elif code in ("normal", "field_work") and day.last_out:
        code = f"{code}_left"
    elif code == "pending":
        code = "undecided" if day.undecided else "running"
    kind = attendance.expectation_of(day).terms.kind
    found = [say(name, **told) for name in (f"why_{code}_{kind}", f"why_{code}") if name in WORDS][:1]
    found += _beside_hours(day, zone)
    if day.sources:
        names = [say(f"source_{name}") for name in day.sources.split(",")]
        found.append(gettext("It rests on: %(sources)s.", sources=" · ".join(names)))
    return found


def _beside_hours(day: DayResult, zone: ZoneInfo) -> list[str]:
    """What else the shift's terms say about the day."""
    expected = attendance.expectation_of(day)
    terms, found = expected.terms, []
    if terms.half and expected.starts_at and expected.ends_at:
        hours = {"start": time_text(expected.starts_at, zone), "end": time_text(expected.ends_at, zone)}
        found.append(say("why_half", **hours))
    if day.status == "serious_late":
        found.append(say("why_serious", serious=terms.serious))
    if terms.minimum and day.worked_minutes and day.complete:
        found.append(say("why_minimum", worked=day.worked_minutes, minimum=terms.minimum))
    return found


def _silence(pair: tuple[int, date], day: DayResult, zone: ZoneInfo) -> list[str]:
    """Which device was not heard, and what that means for the day."""
    if not day.over or not day.ends_at or day.status not in ("unheard", "absent", "missing_in", "missing_out"):
        return []
    quiet = silent(attendance.silences([pair])[pair], day.starts_at, day.ends_at)
    names = devices.device_names([one.terminal_id for one in quiet])
    code = "why_device_silent" if day.status == "unheard" else "why_device_given_up"
    until = when_text(day.ends_at + HOLD, zone)
    return [say(code, device=names.get(one.terminal_id, ""), since=_since(one, zone), until=until) for one in quiet]


def _since(one: Silence, zone: ZoneInfo) -> str:
    return when_text(one.through, zone) if one.through else "–"


def _apart(
    pair: tuple[int, date], day: DayResult, taps: Sequence[MarkRow], rows: Sequence[PunchRow], zone: ZoneInfo
) -> list[str]:
    """Phone and device say different things about the shop somebody checked in at first."""
    first = min((tap for tap in taps if tap.kind == "in"), key=lambda tap: tap.counted_at, default=None)
    if first is None:
        return []
    there = [row for row in rows if row.site_id == first.site_id]
    if not there:
        asked = day.over and day.status != "unheard" and attendance.punched_lately(*pair, first.site_id)
        return [say("apart_no_punch")] if asked else []
    phone, device = first.counted_at, there[0].at
    if abs(phone - device) <= NEAR:
        return []
    return [say("apart_times", phone=time_text(phone, zone), device=time_text(device, zone))]


_KEYS = {
    "0": "key_in", "1": "key_out", "2": "key_break_out", "3": "key_break_in", "4": "key_over_in", "5": "key_over_out",
    "in": "key_in", "out": "key_out", "checkIn": "key_in", "checkOut": "key_out",
    "breakOut": "key_break_out", "breakIn": "key_break_in",
    "overtimeIn": "key_over_in", "overtimeOut": "key_over_out",
}  # fmt: skip
words(
    {
        "punch_in": N_("Punch: came"),
        "punch_out": N_("Punch: left"),
        "punch_break_out": N_("Punch: break began"),
        "punch_break_in": N_("Punch: break ended"),
        "punch_between": N_("Punch in between"),
        "punch_repeat": N_("Repeated punch"),
        "punch_by_push": N_("Sent by the device"),
        "punch_by_pull": N_("Fetched from the device"),
        "punch_by_webhook": N_("Sent by a webhook"),
        "punch_by_file": N_("From a file"),
        "key_in": N_("in"),
        "key_out": N_("out"),
        "key_break_out": N_("break begins"),
        "key_break_in": N_("break ends"),
        "key_over_in": N_("overtime begins"),
        "key_over_out": N_("overtime ends"),
        "source_phone": N_("phone"),
        "source_device": N_("device"),
        "source_supervisor": N_("supervisor"),
        "source_hr": N_("decision of HR"),
    }
)
words(
    {
        "why_normal": N_("Came %(first)s, within the grace of %(grace)s min."),
        "why_normal_left": N_("Came %(first)s, within the grace of %(grace)s min, and left %(last)s."),
        "why_field_work": N_("Came %(first)s."),
        "why_field_work_left": N_("Came %(first)s, left %(last)s."),
        "why_late": N_("Came %(first)s, %(late)s min after the start; the grace is %(grace)s min."),
        "why_normal_flexible": N_("Came %(first)s."),
        "why_normal_left_flexible": N_("Came %(first)s, left %(last)s."),
        "why_late_core": N_("Came %(first)s, %(late)s min after the core hours began; the grace is %(grace)s min."),
        "why_late_split": N_("Came %(late)s min late, both parts together; the grace is %(grace)s min each."),
        "why_serious_late": N_("Came %(first)s, %(late)s min after the start; the grace is %(grace)s min."),
        "why_serious_late_core": N_(
            "Came %(first)s, %(late)s min after the core hours began; the grace is %(grace)s min."
        ),
        "why_serious_late_split": N_("Came %(late)s min late, both parts together; the grace is %(grace)s min each."),
        "why_early_leave_flexible": N_("Left %(last)s; %(early)s min lack of the minimum stay."),
        "why_early_leave_core": N_("Left %(last)s: %(early)s min too early for the core hours or the minimum stay."),
        "why_early_leave_split": N_("Left %(early)s min early, both parts together."),
        "why_missing_in_split": N_("The time of coming is missing for a part of the shift."),
        "why_missing_out_split": N_("The time of leaving is missing for a part of the shift."),
        "why_half": N_("Half a day of leave: the hours were %(start)s–%(end)s."),
        "why_serious": N_("More than %(serious)s minutes late is seriously late."),
        "why_minimum": N_("%(worked)s min worked, without breaks; at least %(minimum)s are asked for."),
        "why_early_leave": N_("Left %(last)s, %(early)s min too early."),
        "why_missing_out": N_("Came %(first)s; the time of leaving is missing."),
        "why_missing_in": N_("Left %(last)s; the time of coming is missing."),
        "why_absent": N_("No check-in and no punch of this day counts."),
        "why_said_absent": N_("Marked absent by a person."),
        "why_leave": N_("On leave."),
        "why_undecided": N_("Somebody still has to decide about the check-in."),
        "why_running": N_("The day is not over yet."),
        "why_unheard": N_("A device that may know more has not been heard since before the shift ended."),
        "why_device_silent": N_("%(device)s: last heard %(since)s. The day waits for it until %(until)s at most."),
        "why_device_given_up": N_("%(device)s: last heard %(since)s. The day waited for it until %(until)s."),
        "apart_no_punch": N_("The phone says here, the device saw nobody."),
        "apart_times": N_("The phone says %(phone)s, the device %(device)s."),
    }
)
