"""One row of a file being read: values come out typed, errors are collected beside their column."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from webapp.core.errors import DomainError, Invalid
from webapp.core.money import parse_amount

_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d %H:%M:%S")
_TIME = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)(:00)?$")


class Cells:
    """Every reader gives None for an empty cell; a column that is required complains then."""

    def __init__(self, values: Mapping[str, str], required: Iterable[str] = ()) -> None:
        self.values = values
        self.errors: dict[str, DomainError] = {}
        self._required = set(required)

    @property
    def ok(self) -> bool:
        return not self.errors

    def has(self, name: str) -> bool:
        """The file has this column and the row says something in it."""
        return bool(self.values.get(name))

    def fail(self, name: str, error: DomainError) -> None:
        """Keep the first error of a column."""
        self.errors.setdefault(name, error)

    def text(self, name: str, *, limit: int = 200) -> str | None:
        value = self._given(name)
        if value is not None and len(value) > limit:
            self.fail(name, Invalid("too_long", name, limit=limit))
            return None
        return value

    def day(self, name: str) -> date | None:
        """2026-11-22, 2026/11/22, 20261122 or 2026年11月22日."""
        value = self._given(name)
        for pattern in _DATES if value else ():
            try:
                return datetime.strptime(str(value), pattern).date()  # noqa: DTZ007 - a calendar day has no zone
            except ValueError:
                continue
        self._refuse(name, value, "not_a_date")
        return None

    def hhmm(self, name: str) -> str | None:
        """A local time as "HH:MM"."""
        value = self._given(name)
        found = _TIME.match(value.replace("：", ":")) if value else None
        if found:
            return f"{int(found[1]):02}:{found[2]}"
        self._refuse(name, value, "not_a_time")
        return None

    def whole(self, name: str, *, low: int, high: int) -> int | None:
        value = self.number(name, low=low, high=high)
        if value is None or value == value.to_integral_value():
            return None if value is None else int(value)
        self._refuse(name, str(value), "not_a_number")
        return None

    def number(self, name: str, *, low: int, high: int) -> Decimal | None:
        value = self._given(name)
        try:
            number = Decimal(value) if value and value.isascii() else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite():
            self._refuse(name, value, "not_a_number")
            return None
        if not low <= number <= high:
            limit = low if number < low else high
            self.fail(name, Invalid("too_low" if number < low else "too_high", name, limit=limit))
            return None
        return number

    def amount(self, name: str, currency: str) -> int | None:
        """Minor units."""
        value = self._given(name)
        if value is None:
            return None
        try:
            return parse_amount(value, currency, field=name)
        except DomainError as error:
            self.fail(name, error)
            return None

    def choice(self, name: str, choices: Mapping[str, str]) -> str | None:
        """`choices` maps what people write (any case) to what it means."""
        value = self._given(name)
        meaning = {key.casefold(): result for key, result in choices.items()}.get((value or "").casefold())
        if meaning is None:
            self._refuse(name, value, "not_a_choice")
        return meaning

    def _given(self, name: str) -> str | None:
        value = self.values.get(name, "").strip()
        if not value and name in self._required:
            self.fail(name, Invalid("required", name))
        return value or None

    def _refuse(self, name: str, value: str | None, code: str) -> None:
        """An empty cell is no error here; `_given` has said so if it is one."""
        if value is not None:
            self.fail(name, Invalid(code, name, **({"example": "15"} if code == "not_a_number" else {})))
