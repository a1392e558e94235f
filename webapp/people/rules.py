"""What people may be called, what passwords must be like, how long sign-ins last, who may change whom."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from webapp.core.errors import N_, Invalid, words

ROLES = ("rep", "supervisor", "hr", "finance", "admin")
FIELD_ROLES = frozenset({"rep", "supervisor"})
EMPLOYERS = ("own", "client")
LANGUAGES = ("zh", "en")
THEMES = ("auto", "light", "dark")
TEXT_SIZES = ("normal", "large")

MAX_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=12)
PHONE_SIGN_IN = timedelta(days=30)
DESK_SIGN_IN = timedelta(hours=12)
CONSENT_TEXT = 1
"""Version of the text about positions (templates/account/consent_text.html); a new one is asked about again."""
DEVICES = (1, 5)
PHOTO_DAYS = (7, 3650)
POSITION_DAYS = (62, 1095)
"""Not shorter: what repeats is looked for among the positions of 60 days, and they must be exact."""

MIN_PASSWORD, MAX_PASSWORD = 8, 128

_STAFF_NO = re.compile(r"^[A-Z0-9][A-Z0-9_\-]{0,19}$")
_PHONE = re.compile(r"^\+?\d{6,18}$")
_HHMM = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")
_COMMON = re.compile(
    r"pass?w[o0]rd|1234567|7654321|qwerty|abcd?1234|abc123|1qaz2wsx|iloveyou|52013|woaini|asdfgh|letmein|admin123|a123456"
)


def check_employer(role: str, employer: str) -> None:
    """Whoever earns or decides money is our own staff. Raises Invalid."""
    if employer == "client" and role != "supervisor":
        raise Invalid("client_supervises", "employer")


def clean_staff_no(text: str) -> str:
    """Upper case without spaces. Raises Invalid."""
    value = text.strip().upper()
    if not _STAFF_NO.match(value):
        raise Invalid("bad_staff_no", "staff_no")
    return value


def clean_phone(text: str | None) -> str | None:
    """Digits with an optional leading plus; None for nothing. Raises Invalid."""
    plain = re.sub(r"^(\d+)\.0$", r"\1", (text or "").strip())  # a table that took it for a number
    value = re.sub(r"[\s\-().]", "", plain)
    if not value:
        return None
    if not _PHONE.match(value):
        raise Invalid("bad_phone", "phone")
    return value


def login_names(text: str) -> tuple[str, str]:
    """What was typed as a staff number and as a phone number; tried in this order."""
    value = text.strip()[:60]
    return value.upper(), re.sub(r"[\s\-().]", "", value)


def looks_like_phone(text: str) -> bool:
    return _PHONE.match(text) is not None


def attempt_key(employee_id: int | None, typed: str) -> str:
    """Whose wrong passwords are counted: the person's, or the unknown name's."""
    if employee_id is not None:
        return f"employee:{employee_id}"
    return "name:" + hashlib.sha256(login_names(typed)[0].encode()).hexdigest()[:40]


def check_password(password: str, *, staff_no: str, field: str = "password") -> None:
    """Length first, then the guesses everybody tries. Raises Invalid."""
    if len(password) < MIN_PASSWORD:
        raise Invalid("password_short", field, limit=MIN_PASSWORD)
    if len(password) > MAX_PASSWORD:
        raise Invalid("too_long", field, limit=MAX_PASSWORD)
    rest = _COMMON.sub("", password.casefold()).replace(staff_no.casefold(), "")
    if len(rest) < 4 or len(set(password)) < 4:
        raise Invalid("password_easy", field)


def sign_in_lasts(role: str) -> timedelta:
    """People on the move stay signed in on their own phone; a desk in an office is shared more easily."""
    return PHONE_SIGN_IN if role in FIELD_ROLES else DESK_SIGN_IN


def check_timezone(name: str) -> ZoneInfo:
    """A place such as Asia/Shanghai. Raises Invalid."""
    if name not in timezones():
        raise Invalid("bad_timezone", "timezone")
    return ZoneInfo(name)


@cache
def timezones() -> tuple[str, ...]:
    """Places people know; no "Etc/GMT+5" and no abbreviations."""
    hidden = ("Etc/", "posix/", "right/", "SystemV/")
    return tuple(sorted(name for name in available_timezones() if "/" in name and not name.startswith(hidden)))


def check_settlement_time(text: str) -> str:
    if not _HHMM.match(text):
        raise Invalid("not_a_time", "settlement_time")
    return text


def check_workdays(days: list[int]) -> list[int]:
    """ISO weekdays in order. Raises Invalid."""
    found = sorted(set(days))
    if not found or not set(found) <= set(range(1, 8)):
        raise Invalid("no_workdays", "workdays")
    return found


@dataclass(frozen=True, slots=True)
class Sighting:
    """A phone that signed what somebody sent, between two moments of the server."""

    employee_id: int
    key: str
    label: str
    first: datetime
    last: datetime


def check_between(value: int, bounds: tuple[int, int], field: str) -> int:
    """Raises Invalid."""
    if not bounds[0] <= value <= bounds[1]:
        raise Invalid("not_between", field, first=bounds[0], last=bounds[1])
    return value


def grantable(role: str | None) -> frozenset[str]:
    """Roles somebody of `role` may give and take; None is the operator. Only admins make office people."""
    if role in (None, "admin"):
        return frozenset(ROLES)
    return FIELD_ROLES if role == "hr" else frozenset()


words(
    {
        "bad_staff_no": N_("Letters, digits, - and _, at most 20, for example R001."),
        "bad_phone": N_("Write a phone number with 6 to 18 digits."),
        "password_short": N_("At least %(limit)s characters. A short sentence is easy to remember."),
        "password_easy": N_("This password is one of the first that are tried. Take a longer or less common one."),
        "password_repeat": N_("The two passwords differ."),
        "password_wrong": N_("This is not your current password."),
        "no_workdays": N_("Choose at least one day."),
        "sign_in_wrong": N_("The number and the password do not belong together. Check both and try again."),
        "sign_in_locked": N_(
            "Too many wrong passwords. For your safety this sign-in is locked for %(minutes)s more min."
        ),
        "sign_in_expired": N_("That took too long. Sign in once more with the one-time password."),
        "staff_no_taken": N_("%(name)s has this staff number already."),
        "staff_no_elsewhere": N_("Somebody of another branch has this staff number."),
        "phone_taken": N_("%(name)s has this phone number already."),
        "no_such_branch": N_("There is no such branch among yours."),
        "no_such_team": N_("There is no such team in this branch."),
        "team_taken": N_("There is a team of this name already."),
        "team_not_empty": N_("Move its people to another team first."),
        "branch_taken": N_("There is a branch with this code already."),
        "bad_branch_code": N_("Letters and digits, at most 20, for example SH."),
        "bad_timezone": N_("Choose a time zone from the list, such as Asia/Shanghai."),
        "bad_currency": N_("Write the currency as three letters, such as CNY."),
        "bad_country": N_("Write the country as two letters, such as CN."),
        "branch_has_money": N_("Money has been recorded in this branch, so this can no longer change."),
        "branch_differs": N_(
            "People move only between branches of the same currency and time zone. "
            "Set a leaving date here and add them anew there."
        ),
        "role_not_yours": N_("Only an administrator can give or take this role."),
        "client_supervises": N_(
            "The client's staff can only be store supervisors. For another role choose our own staff."
        ),
        "not_yourself": N_("You cannot change this about yourself. Ask a colleague."),
        "left_before_joined": N_("The last day is before the first."),
        "changed_meanwhile": N_(
            "Somebody changed this while you were looking at it. "
            "Look at the changes, and save again if yours is still right."
        ),
        "company_exists": N_("There is a company in this database already."),
        "consent_text_changed": N_("The text has changed. Read it once more, then answer."),
        "not_between": N_("A number from %(first)s to %(last)s."),
        "device_bound": N_("In use"),
        "device_waiting": N_("New, not confirmed"),
        "device_refused": N_("Not accepted"),
        "device_removed": N_("Removed"),
        "device_reason_needed": N_("Say why, so that the person knows what to do."),
        "device_replaces": N_("The limit is %(limit)s. Choose the phone that is no longer used."),
        "device_decided": N_("This is decided already. Look at the person's phones."),
        "hold_reason_needed": N_("Say why, for those who wait for their money."),
    }
)

words(
    {
        "role_rep": N_("Rep"),
        "role_supervisor": N_("Store supervisor"),
        "role_hr": N_("HR"),
        "role_finance": N_("Finance"),
        "role_admin": N_("Administrator"),
        "employer_own": N_("Our own staff"),
        "employer_client": N_("The client's staff"),
        "employee.hired": N_("Added the person"),
        "employee.changed": N_("Changed the person's data"),
        "employee.leaving": N_("Set the last day"),
        "employee.stays": N_("Took the last day back"),
        "employee.scope": N_("Changed the branches they work in"),
        "salary.recorded": N_("Set the base salary"),
        "password.reset": N_("Made a one-time password"),
        "password.chosen": N_("Chose a password"),
        "password.changed": N_("Changed the password"),
        "sign_ins.ended": N_("Ended sign-ins"),
        "branch.created": N_("Made the branch"),
        "branch.changed": N_("Changed the branch's settings"),
        "branch.held": N_("Held the branch's settlement"),
        "branch.released": N_("Released the branch's settlement"),
        "team.created": N_("Made the team"),
        "team.renamed": N_("Renamed the team"),
        "team.deleted": N_("Deleted the team"),
        "import.applied": N_("Imported a file"),
    }
)

words(
    {
        "audit_system": N_("Onsite itself"),
        "audit_when": N_("When"),
        "audit_who": N_("Who"),
        "audit_what": N_("What"),
        "audit_object": N_("About"),
        "audit_number": N_("Number"),
        "audit_change": N_("Before → after"),
        "audit_reason": N_("Reason"),
        "audit_yes": N_("yes"),
        "audit_no": N_("no"),
        "object_employee": N_("Person"),
        "object_branch": N_("Branch"),
        "object_team": N_("Team"),
        "object_import": N_("Import"),
        "language_zh": N_("Chinese"),
        "language_en": N_("English"),
        "field_name": N_("Name"),
        "field_staff_no": N_("Staff number"),
        "field_phone": N_("Phone"),
        "field_branch_id": N_("Branch"),
        "field_team_id": N_("Team"),
        "field_role": N_("Role"),
        "field_employer": N_("Employed by"),
        "field_joined_on": N_("First day"),
        "field_left_on": N_("Last day"),
        "field_language": N_("Language"),
        "field_salary": N_("Base salary"),
        "field_amount": N_("Amount"),
        "field_currency": N_("Currency"),
        "field_from": N_("From"),
        "field_branches": N_("Branches"),
        "field_ended": N_("Ended"),
        "field_code": N_("Code"),
        "field_timezone": N_("Time zone"),
        "field_country": N_("Country"),
        "field_settlement_time": N_("Settlement time"),
        "field_settled_from": N_("First settled day"),
        "field_workdays": N_("Working days"),
        "field_on_hold": N_("On hold"),
        "field_team": N_("Team"),
        "field_kind": N_("Kind"),
        "field_file": N_("File"),
        "field_done": N_("Imported"),
        "field_failed": N_("Not imported"),
        "field_wrong": N_("Wrong"),
        "workdays_1": N_("Mon"),
        "workdays_2": N_("Tue"),
        "workdays_3": N_("Wed"),
        "workdays_4": N_("Thu"),
        "workdays_5": N_("Fri"),
        "workdays_6": N_("Sat"),
        "workdays_7": N_("Sun"),
    }
)
