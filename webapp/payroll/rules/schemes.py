"""Pay schemes: what a country or company adds and takes between the facts and the net amount."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

from webapp.core.errors import Invalid
from webapp.payroll.rules.base import base_salary
from webapp.payroll.rules.facts import Issue, Line, PeriodFacts, Slip, YearToDate

Params = Mapping[str, Any]


class PayScheme(Protocol):
    """One way of paying. Pure: dated parameters come in, lines go out; the engine only sums them."""

    code: str

    def parameters(self, on: date, locality: str) -> Params:
        """Dated settings with their source."""

    def earnings(self, facts: PeriodFacts, params: Params) -> list[Line]:
        """Base salary, overtime; rewards are added by the engine."""

    def contributions(self, wages: int, facts: PeriodFacts, ytd: YearToDate, params: Params) -> list[Line]:
        """Social insurance and funds; sides employee (negative) and employer."""

    def tax(self, taxable: int, facts: PeriodFacts, ytd: YearToDate, params: Params) -> list[Line]:
        """Tax withheld; side employee (negative)."""

    def validate(self, slip: Slip, params: Params) -> list[Issue]:
        """Minimum wage, caps, and whatever a person must look at."""

    def required_fields(self) -> list[str]:
        """What the payslip must show."""


class Simple:
    """Base salary, allowances and rewards, less what was already paid. No tax, no contributions."""

    code = "simple"

    def parameters(self, on: date, locality: str) -> Params:
        return {}

    def earnings(self, facts: PeriodFacts, params: Params) -> list[Line]:
        return base_salary(facts)

    def contributions(self, wages: int, facts: PeriodFacts, ytd: YearToDate, params: Params) -> list[Line]:
        return []

    def tax(self, taxable: int, facts: PeriodFacts, ytd: YearToDate, params: Params) -> list[Line]:
        return []

    def validate(self, slip: Slip, params: Params) -> list[Issue]:
        if not any(line.code.startswith("pay_base") for line in slip.lines):
            return [Issue("pay_no_salary")]
        return []

    def required_fields(self) -> list[str]:
        return ["employer", "name", "staff_no", "month", "issued_at", "lines", "gross", "already_paid", "net", "ytd"]


SCHEMES: dict[str, PayScheme] = {scheme.code: scheme for scheme in (Simple(),)}


def scheme(code: str) -> PayScheme:
    """The scheme of a branch. Raises Invalid."""
    if code not in SCHEMES:
        raise Invalid("pay_unknown_scheme", scheme=code)
    return SCHEMES[code]
