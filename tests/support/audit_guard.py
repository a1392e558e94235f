"""An act, a thing or a field in the audit trail that nobody gave words fails the test that wrote it."""

from __future__ import annotations

import sys
from typing import Any

import pytest


def watch(monkeypatch: pytest.MonkeyPatch) -> None:
    from webapp.core import audit
    from webapp.core.errors import WORDS
    from webapp.pages.hr.audit_lines import fields

    written = audit.record

    def record(**entry: Any) -> None:
        # do(audit.record, ...) is a test's own entry.
        if sys._getframe(1).f_globals["__name__"] != "webapp.core.db":
            names = fields(entry.get("before")) | fields(entry.get("after"))
            codes = {entry["action"], f"object_{entry['object_type']}", *(f"field_{name}" for name in names)}
            assert codes <= set(WORDS), f"no words for {sorted(codes - set(WORDS))}; see webapp/pages/hr/audit_words.py"
        written(**entry)

    monkeypatch.setattr(audit, "record", record)
