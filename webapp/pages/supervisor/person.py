"""What the pages about one person's day show."""

from datetime import date, datetime
from typing import Any

from webapp.attendance import policy as attendance_policy
from webapp.attendance import queries as attendance
from webapp.attendance.queries import PersonDay
from webapp.attendance.rules import Assume, standing
from webapp.attendance.rules.words import ABSENT_REASONS
from webapp.core.authz import SignedIn
from webapp.pages.effect import day_changes, reward_changes
from webapp.pages.looks import note_looks
from webapp.pages.photo_words import photos_by_mark
from webapp.pages.punch_lines import seen
from webapp.pages.supervisor import sheet as sheets
from webapp.rewards import queries as rewards


def person_context(user: SignedIn, employee_id: int, on: date, *, at: datetime, absent: bool = False) -> dict[str, Any]:
    """The day with its evidence, the month behind it, and what confirming or an absence would change."""
    person = attendance.person_day(user, employee_id, on)
    photos = photos_by_mark(person.marks, user)
    note_looks(user, person.marks, photos.keys(), at=at)
    found = {
        "person": person, "on": on,
        "group": standing(person.day, person.expected, at, left=bool(person.approvable)),
        "month": attendance.months_so_far([person.pair])[person.pair],
        "pictures": {mark.id: picture for mark in person.marks if (picture := mark.picture)},
        "photos": photos, "seen": seen(person.pair, person.marks, user.branch.zone, only=person.shops),
        "due": None if person.ends_at is None else person.ends_at + sheets.confirm_within(user), "at": at,
        "acting": attendance_policy.standing_for(user, employee_id, on).get("standing_for"),
        "words": attendance.words_of(employee_id, on), "deadline": sheets.deadline(user, on),
        "settled": sheets.is_settled(user, on), "effect": None, "absences": {},
    }  # fmt: skip
    if absent:
        return {**found, "absences": _absences(user, person, at)}
    effect = sheets.effects(user, [(person, sheets.confirming(person))], at=at).get(employee_id)
    changes = {"changes": day_changes(effect), "slots": reward_changes(effect)} if effect else {}
    return {**found, "effect": effect, **changes}


def _absences(user: SignedIn, person: PersonDay, at: datetime) -> dict[str, Any]:
    """{reason: Preview} of every absence that can be chosen."""
    if not user.sees_money:
        return {}
    said = [(person.pair, Assume(word="absent", reason=reason)) for reason in ABSENT_REASONS]
    found = rewards.preview_each(said, at=at)
    return {reason: preview for reason, preview in zip(ABSENT_REASONS, found, strict=True) if preview}
