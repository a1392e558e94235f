"""Every act the code can leave in the audit trail has its words (T40)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture import source
from tests.architecture.source import Source
from tests.architecture.test_words import _import_everything
from webapp.core.errors import WORDS

_ACT = re.compile(r"[a-z_]+\.[a-z_]+")
# What an f-string may end in; one that begins otherwise is not known here and fails.
_ENDS = {
    "attendance.": ("present", "absent", "undone"),
    "exception.": ("approved", "rejected", "reopened", "passed_on"),
    "leave_request.": ("approved", "rejected", "withdrawn", "cancelled", "cancel_ask", "kept"),
    "swap.": ("accepted", "refused", "approved", "rejected", "withdrawn"),
    "new_store.": ("checked", "added", "known", "rejected"),
    "site.position_": ("approved", "rejected"),
    "withdrawal.": ("approved", "refused"),
}


def test_every_act_has_words() -> None:
    """Register them in the domain's words or in pages/hr/audit_words.py. Fields: the fixture of tests/conftest.py."""
    _import_everything()
    files = [file for file in source.python("webapp", "jobs") if "audit.record(" in file.text]
    found = {act for file in files for act in acts(file)}
    assert len(found) > 40
    assert not sorted(found - set(WORDS))
    kinds = {word for file in files for word in re.findall(r'object_type="(\w+)"', file.text)}
    assert not sorted(kind for kind in kinds if f"object_{kind}" not in WORDS)


def test_the_check_can_fail() -> None:
    code = "note('rule.gone', 1)\naudit.record(action=f'other.{x}')\nnote('a.b' if x else 'c.d')\nput(f'exception.{x}')"
    assert {"rule.gone", "other.…", "a.b", "c.d", "exception.approved"} <= set(acts(Source("x.py", code)))


def acts(file: Source) -> Iterator[str]:
    """Dotted words handed to a call, directly or by a condition, and what f-strings can become."""
    for call in ast.walk(file.tree):
        if isinstance(call, ast.Call):
            # A logger's name is no act.
            for given in (
                []
                if getattr(call.func, "attr", "") == "getLogger"
                else [*call.args, *(word.value for word in call.keywords)]
            ):
                yield from _said(given)


def _said(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _said(node.body)
        yield from _said(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _ACT.fullmatch(node.value):
        yield node.value
    elif isinstance(node, ast.JoinedStr) and isinstance(first := node.values[0], ast.Constant):
        start = str(first.value)
        if re.match(r"[a-z_]+\.", start):
            yield from (start + end for end in _ENDS.get(start, ("…",)))
