"""Public holidays and make-up workdays from the `holidays` library: a proposal HR may edit."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from webapp.core.errors import Invalid

if TYPE_CHECKING:
    import holidays

_LANGUAGES = {"zh": ("zh_CN", "zh_TW", "zh_SG"), "en": ("en_SG", "en_US", "en_GB")}
LOOK_BACK = 3


@dataclass(frozen=True, slots=True)
class LibraryDay:
    on: date
    kind: str
    """holiday | workday"""
    name: str


def days(country: str, years: Collection[int], language: str) -> list[LibraryDay]:
    """In order of date; names in `language` ("zh" or "en") where the library has it. Raises Invalid."""
    found = _load(country, years, language)
    free = [LibraryDay(on, "holiday", found[on][:120]) for on in found if on.year in years]
    make_up = [LibraryDay(on, "workday", "") for on in _workdays(found) if on.year in years]
    return sorted(free + make_up, key=lambda day: day.on)


def is_provisional(country: str, year: int) -> bool:
    """True where make-up workdays are usual and those of `year` are not announced yet."""
    try:
        known = {on.year for on in _workdays(_load(country, range(year - LOOK_BACK, year + 1), "en"))}
    except Invalid:
        return False
    return bool(known) and year not in known


def _load(country: str, years: Collection[int], language: str) -> "holidays.HolidayBase":
    import holidays  # 12 MB that only this needs, once a year

    try:
        plain = holidays.country_holidays(country, years=years)
    except NotImplementedError:
        raise Invalid("no_holiday_list", "country", country=country) from None
    wanted = next((name for name in _LANGUAGES[language] if name in plain.supported_languages), None)
    return plain if wanted is None else holidays.country_holidays(country, years=years, language=wanted)


def _workdays(found: "holidays.HolidayBase") -> set[date]:
    """The library's set also holds years nobody asked for; only years with holidays loaded are meant."""
    return {on for on in getattr(found, "weekend_workdays", set()) if on.year in found.years}
