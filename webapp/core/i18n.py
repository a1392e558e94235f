"""The reader's language: texts of codes, money, dates, distances."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates, numbers
from flask import Flask, g, has_app_context, has_request_context, request, session
from flask_babel import Babel, force_locale, get_locale, get_translations, gettext, lazy_gettext, ngettext
from flask_login import current_user

from webapp.core.clock import now
from webapp.core.errors import WORDS, DomainError
from webapp.core.money import exponent

# As people on the spot write them; elsewhere Babel's own symbols.
_SYMBOLS = {"CNY": [("CN¥", "¥")], "SGD": [("SGD\N{NO-BREAK SPACE}", "S$"), ("SGD", "S$")]}
LANGUAGES = {"en": "en", "zh": "zh_Hans"}
_DATES = frozenset({"day", "first", "last", "month", "on", "since", "until"})
_DAY, _MONTH = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d")
babel = Babel()
_ = gettext

__all__ = [
    "LANGUAGES", "_", "date_text", "distance_text", "explain", "force_locale", "lang", "lazy_gettext", "line_text",
    "money_text", "ngettext", "refusal_text", "say", "symbol_text", "time_text", "when_text", "zone",
]  # fmt: skip


def init_app(app: Flask) -> None:
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", f"{app.root_path}/translations")
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    babel.init_app(app, locale_selector=_select_locale)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _texts().ugettext(text),
        ngettext=lambda one, many, number: _texts().ungettext(one, many, number),
        newstyle=True,
        pgettext=lambda context, text: _texts().upgettext(context, text),
    )
    app.jinja_env.globals.update(
        say=say,
        money=money_text,
        symbol=symbol_text,
        day=date_text,
        hm=time_text,
        when=when_text,
        metres=distance_text,
        minutes=minutes_text,
        line=line_text,
        refusal=refusal_text,
    )
    app.context_processor(lambda: {"lang": lang()})


def lang() -> str:
    """'zh' or 'en', for the person reading."""
    locale = _reading()[0]
    return "zh" if locale is not None and locale.language == "zh" else "en"


def say(code: str, **params: object) -> str:
    """The text of a stable code with its parameters, in the reader's language."""
    template = WORDS.get(code, code)
    text = _texts().ugettext(template)
    return text % params if params or "%%" in text else text


def explain(error: DomainError) -> str:
    """A refusal in the reader's language, its dates too."""
    return refusal_text(error.code, error.params)


def refusal_text(code: str, params: Mapping[str, Any]) -> str:
    """Dates, months and moments are said in the reader's way, also those kept as JSON ("2026-11-30", "2026-11")."""
    return say(code, **{name: _dated(name, value) for name, value in params.items()})


def zone() -> ZoneInfo:
    """The time zone of the reader's branch; UTC when nobody is signed in."""
    user = current_user._get_current_object() if has_request_context() else None
    if user and user.is_authenticated:
        return user.branch.zone
    return ZoneInfo("UTC")


def money_text(minor: int, currency: str, *, signed: bool = False) -> str:
    """An amount for the screen: true minus sign, symbol first, never coloured."""
    text = _amount_text(abs(minor), currency, _locale())
    if minor < 0:
        return "\u2212" + text
    return "+" + text if signed and minor > 0 else text


@lru_cache(maxsize=4096)
def _amount_text(minor: int, currency: str, locale: str) -> str:
    """Babel takes a quarter of a millisecond for each; screens show the same few amounts over and over."""
    text = numbers.format_currency(Decimal(minor).scaleb(-exponent(currency)), currency, locale=locale)
    for long, short in _SYMBOLS.get(currency, ()):
        text = text.replace(long, short)
    return text


def symbol_text(currency: str) -> str:
    """What `money_text` puts before the figure."""
    return _amount_text(0, currency, _locale()).rstrip("0.")


def date_text(value: date | datetime, style: str = "day") -> str:
    """11月22日 周日 / Sun 22 Nov; "long" adds the year, "month" is month and year, "brief" 22 and weekday."""
    if isinstance(value, datetime):
        value = value.astimezone(zone()).date()
    chinese = lang() == "zh"
    patterns = {
        "day": ("M月d日 EEE", "EEE d MMM"),
        "short": ("M月d日", "d MMM"),
        "long": ("y年M月d日 EEE", "EEE d MMM y"),
        "month": ("y年M月", "MMMM y"),
        "brief": ("d日 EEEEE", "EEEEEE d"),
    }
    return dates.format_date(value, patterns[style][0 if chinese else 1], locale=_locale())


def time_text(value: datetime | None, tz: ZoneInfo | None = None) -> str:
    """24 h clock in the branch's zone, "" for None."""
    return "" if value is None else value.astimezone(tz or zone()).strftime("%H:%M")


def when_text(value: datetime | None, tz: ZoneInfo | None = None) -> str:
    """Day and time in the branch's zone."""
    if value is None:
        return ""
    local = value.astimezone(tz or zone())
    return f"{date_text(local.date(), 'short')} {local:%H:%M}"


def distance_text(metres: float | None) -> str:
    """18 m, 1.2 km; "" for None."""
    if metres is None:
        return ""
    chinese = lang() == "zh"
    if metres < 1000:
        return f"{round(metres)} 米" if chinese else f"{round(metres)} m"
    return f"{metres / 1000:.1f} 公里" if chinese else f"{metres / 1000:.1f} km"


def minutes_text(minutes: int) -> str:
    """1 h 05 min / 1 小时 5 分."""
    hours, rest = divmod(int(minutes), 60)
    if lang() == "zh":
        return f"{hours} 小时 {rest} 分" if hours else f"{rest} 分钟"
    return f"{hours} h {rest:02d} min" if hours else f"{rest} min"


def line_text(code: str, params: Mapping[str, Any]) -> str:
    """One explanation line: parameters ending in _minor are money (in `currency`), in _bp a percentage."""
    return say(code, **{name: _said(name, value, params) for name, value in params.items()})


def _said(name: str, value: Any, params: Mapping[str, Any]) -> Any:
    if name.endswith("_minor"):
        return money_text(value, params["currency"])
    if name.endswith("_bp"):
        return numbers.format_percent(Decimal(value) / 10_000, format="#,##0.##%", locale=_locale())
    return value


def _dated(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return when_text(value, value.tzinfo if isinstance(value.tzinfo, ZoneInfo) else None)
    if isinstance(value, str) and (name in _DATES or name.endswith("_on")):
        value = _read_date(value)
    if isinstance(value, date):
        return date_text(value, "day" if value.year == now().year else "long")
    return value


def _read_date(value: str) -> Any:
    """What only looks like one stays as it is."""
    with suppress(ValueError):
        if _MONTH.fullmatch(value):
            return date_text(date.fromisoformat(f"{value}-01"), "month")
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    return value


def _texts() -> Any:
    return _reading()[1]


def _reading() -> tuple[Any, Any]:
    """The locale and its texts; kept beside the locale Flask-Babel keeps, which finds them anew for every word."""
    kept = g.get("_flask_babel") if has_app_context() else None
    locale = getattr(kept, "babel_locale", None)
    if kept is None or locale is None:
        return get_locale(), get_translations()
    known = getattr(kept, "onsite_reading", None)
    if known is None or known[0] is not locale:
        known = kept.onsite_reading = (locale, get_translations())
    return known


def _locale() -> str:
    return LANGUAGES[lang()]


def _select_locale() -> str:
    if not has_request_context():
        return LANGUAGES["en"]
    if "onsite_lang" not in g:
        g.onsite_lang = _chosen_language()
    return LANGUAGES[g.onsite_lang]


def _chosen_language() -> str:
    user = current_user._get_current_object()
    if user and user.is_authenticated:
        return user.language if user.language in LANGUAGES else "en"
    chosen = session.get("lang") or request.cookies.get("lang")
    if chosen in LANGUAGES:
        return str(chosen)
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "en"], default="en")
    return "zh" if best.startswith("zh") else "en"
