"""A refusal says dates the way its reader writes them, also one that was kept as JSON in between."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import force_locale

from webapp.core.errors import Invalid
from webapp.core.i18n import explain, refusal_text

DAY = date(2026, 11, 30)
MOMENT = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("code", "params", "english", "chinese"),
    [
        ("leave_too_far_back", {"day": DAY}, "Mon 30 Nov at", "11月30日 周一"),
        ("leave_too_far_back", {"day": "2026-11-30"}, "Mon 30 Nov at", "11月30日 周一"),
        ("leave_too_far_back", {"day": date(2025, 11, 30)}, "Sun 30 Nov 2025", "2025年11月30日"),
        ("leave_overlap", {"first": DAY, "last": DAY}, "from Mon 30 Nov to Mon 30 Nov", "11月30日"),
        ("month_closed", {"month": "2026-03"}, "March 2026 is closed", "2026年3月"),
        ("already_confirmed", {"name": "Wang", "at": MOMENT}, "at 2 Mar 04:00", "3月2日 04:00"),
        ("already_confirmed", {"name": "Wang", "at": MOMENT.astimezone(ZoneInfo("Asia/Shanghai"))}, "2 Mar 12:00", ""),
        ("pin_taken", {"pin": "7", "name": "2026-03-01", "since": DAY}, "2026-03-01's there from Mon 30 Nov", ""),
        ("leave_too_far_back", {"day": "2026-02-30"}, "2026-02-30", "2026-02-30"),
        ("outline_crosses", {"first": 1, "second": 3}, "1", "1"),
    ],
)
def test_dates_are_said_in_the_readers_way(
    app: Flask, freeze: Any, code: str, params: dict[str, Any], english: str, chinese: str
) -> None:
    freeze("2026-03-02T12:00+08:00")
    for locale, said in (("en", english), ("zh_Hans", chinese)):
        with force_locale(locale):
            assert said in explain(Invalid(code, **params))
            assert said in refusal_text(code, params)
