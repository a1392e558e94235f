"""Reading attendance: facts, days, what waits for a person."""

from webapp.attendance.queries.confirm import (
    MonthSoFar,
    PersonDay,
    Spoken,
    months_so_far,
    person_day,
    to_confirm,
    waiting,
    waiting_since,
    words_of,
)
from webapp.attendance.queries.corrections import correction_of_leave, quota, request_photo_file, request_photos
from webapp.attendance.queries.deadlines import deadlines
from webapp.attendance.queries.evidence import (
    DecisionRow,
    IssueRow,
    MarkRow,
    decisions_of,
    exceptions_about,
    issue_rows,
    mark_rows,
    whose,
)
from webapp.attendance.queries.facts import (
    branch_ids,
    branches_of,
    dates_of,
    days,
    days_and_branches,
    expectation_of,
    load_facts,
    midnight,
    people_with_a_day,
    result_of,
)
from webapp.attendance.queries.heard import branches_unheard, heard_rows, silences, unheard_days
from webapp.attendance.queries.inbox import (
    PAGE,
    InboxFilters,
    InboxRow,
    inbox_keys,
    inbox_one,
    inbox_rows,
    inbox_some,
    withdrawn_among,
)
from webapp.attendance.queries.months import Checklist, checklist, held_counts, held_days, held_pairs, in_closed_months
from webapp.attendance.queries.photos import (
    PhotoRow,
    Repeat,
    kept_files,
    lately_expired,
    photo_file,
    photo_place,
    photo_repeats,
    photo_sent,
    photos_of,
)
from webapp.attendance.queries.punches import PunchRow, day_and_punches, punched_lately
from webapp.attendance.queries.settings import policy_of
from webapp.attendance.queries.signal_history import (
    SignalCount,
    SignalPage,
    SignalRow,
    signal_counts,
    signal_history,
    signals_of,
)
from webapp.attendance.queries.site_code import code_reuse
from webapp.attendance.queries.stand_ins import can_stand_in, may_choose

__all__ = [
    "Checklist", "DecisionRow", "InboxFilters", "InboxRow", "IssueRow", "MarkRow", "MonthSoFar", "PAGE",
    "PersonDay", "PhotoRow", "PunchRow", "Repeat", "SignalCount", "SignalPage", "SignalRow", "Spoken", "branch_ids",
    "branches_of", "branches_unheard", "can_stand_in", "checklist", "code_reuse", "correction_of_leave", "dates_of",
    "day_and_punches", "days", "days_and_branches", "deadlines", "decisions_of", "exceptions_about", "expectation_of",
    "heard_rows", "held_counts", "held_days", "held_pairs", "in_closed_months", "inbox_keys", "inbox_one", "inbox_rows",
    "inbox_some", "issue_rows", "kept_files", "lately_expired", "load_facts", "mark_rows", "may_choose", "midnight",
    "months_so_far", "people_with_a_day", "person_day", "photo_file", "photo_place", "photo_repeats", "photo_sent",
    "photos_of", "policy_of", "punched_lately", "quota", "request_photo_file", "request_photos", "result_of",
    "signal_counts", "signal_history", "signals_of", "silences", "to_confirm", "unheard_days", "waiting",
    "waiting_since", "whose", "withdrawn_among", "words_of",
]  # fmt: skip
