"""Whole numbers of minor units (fen, cents); floats never touch money."""

from decimal import Decimal, DecimalException
from fractions import Fraction

from webapp.core.errors import Invalid

# ISO 4217 exponents that are not 2, for the currencies we meet in the field.
_EXPONENTS = {
    "JPY": 0,
    "KRW": 0,
    "VND": 0,
    "CLP": 0,
    "ISK": 0,
    "KWD": 3,
    "BHD": 3,
    "OMR": 3,
    "JOD": 3,
    "TND": 3,
}
LIMIT = 10**13


def exponent(currency: str) -> int:
    """Digits after the decimal point of a currency."""
    return _EXPONENTS.get(currency, 2)


def parse_amount(text: str, currency: str, *, field: str | None = None) -> int:
    """Minor units of what a person typed ("1,234.50" -> 123450). Raises Invalid."""
    cleaned = text.strip().replace(",", "").replace("，", "").replace("¥", "").replace("−", "-")
    try:
        value = Decimal(cleaned)
        scaled = value.scaleb(exponent(currency)) if value.is_finite() else None
    except DecimalException:
        raise Invalid("not_an_amount", field) from None
    if scaled is None or scaled != scaled.to_integral_value() or abs(scaled) > LIMIT:
        raise Invalid("not_an_amount", field)
    return int(scaled)


def plain_amount(minor: int, currency: str) -> str:
    """Digits for a form field or a file: 123450 -> "1234.50"."""
    digits = exponent(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"


def share(amount: int, basis_points: int) -> int:
    """`amount` x basis points / 10 000, half-up to the minor unit."""
    return round_half_up(Fraction(amount * basis_points, 10_000))


def round_half_up(value: Fraction) -> int:
    """The one rounding rule: half away from zero, once, at the end of a line."""
    sign = -1 if value < 0 else 1
    return sign * int((abs(value) * 2 + 1) // 2)
