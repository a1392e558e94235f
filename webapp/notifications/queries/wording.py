"""A notice in the reader's language."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from webapp.core.i18n import date_text, lang, line_text, say
from webapp.notifications.rules import quiet_code


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """The whole sentence, with amounts."""
    return line_text(code, {name: _value(name, value) for name, value in params.items()})


def body(code: str, params: Mapping[str, Any], *, amounts: bool) -> str:
    """The same for a lock screen."""
    return sentence(code if amounts else quiet_code(code), params)


def plain_body(code: str, params: Mapping[str, Any]) -> str:
    """Without amounts, for whoever reads it among others."""
    return body(code, params, amounts=False)


def _value(name: str, value: Any) -> Any:
    if name.endswith("_on"):
        return date_text(date.fromisoformat(value))
    if name.endswith("_days"):
        return _days(value, " + " if name.startswith("both") else " – ")
    if name.endswith("_names"):
        return value[lang() == "zh"]
    if name == "month":
        return date_text(date.fromisoformat(f"{value}-01"), "month")
    if name.endswith("_code"):
        return say(value)
    if name.endswith("_line"):
        return line_text(*value)
    return value


def _days(written: Sequence[str], between: str) -> str:
    """One after the other; of a span the first may begin and the last end at noon (T12)."""
    days = [date_text(date.fromisoformat(one[:10])) for one in written]
    noon = [one.endswith("T12") for one in written]
    if not any(noon):
        return between.join(dict.fromkeys(days))
    if days[0] == days[-1]:
        return say("half_afternoon" if noon[0] else "half_morning", day=days[0])
    first = say("half_from", day=days[0]) if noon[0] else days[0]
    return between.join([first, say("half_until", day=days[-1]) if noon[-1] else days[-1]])
