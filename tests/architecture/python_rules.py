"""House rules for Python code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.source import ROOT, Rule, Source

FILE_LINES, TEST_FILE_LINES, FUNCTION_LINES = 300, 400, 40
_CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("time", "gmtime"),
}
_MONEY = re.compile(r"(^|_)(amount|balance|salary|gross|wage|price|minor|payout|reward|earned|allowance)s?($|_)")
_REFUSALS = {"Invalid", "NotFound", "Forbidden", "Conflict", "TooEarly"}
_PURE = {"webapp.core.money", "webapp.core.errors", "webapp.core.ids"}


def one_committer(source: Source) -> Iterator[str]:
    if source.path in {"webapp/core/db.py", "webapp/core/engines.py"}:
        return
    for call in _calls(source.tree):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit" and not call.args:
            yield f"{call.lineno}: .{call.func.attr}()"


def one_clock(source: Source) -> Iterator[str]:
    if source.path == "webapp/core/clock.py":
        return
    for call in _calls(source.tree):
        spelled = _spelled(call.func)
        if tuple(spelled.split(".")[-2:]) in _CLOCKS:
            yield f"{call.lineno}: {spelled}()"


def dates_as_such(source: Source) -> Iterator[str]:
    for call in _calls(source.tree):
        if _spelled(call.func) in _REFUSALS and (name := next(filter(_is_spelled_date, call.keywords), None)):
            yield f"{call.lineno}: {name.arg}="


def _is_spelled_date(given: ast.keyword) -> bool:
    text = ast.unparse(given.value)
    return "isoformat()" in text or "%Y" in text or bool(re.search(r"str\(.*(_on|_at|day|date)\)", text))


def short_files(source: Source) -> Iterator[str]:
    limit = TEST_FILE_LINES if source.path.startswith("tests/") else FILE_LINES
    if source.lines > limit:
        yield f"1: {source.lines} lines, at most {limit}"


def short_functions(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{node.lineno}: {node.name} has {lines} lines, at most {FUNCTION_LINES}"


def pure_rules(source: Source) -> Iterator[str]:
    if not re.match(r"webapp/\w+/rules(\.py|/)", source.path):
        return
    for line, module in _imports(source.tree):
        own = module.startswith("webapp.") and module not in _PURE and ".rules" not in module
        if own or module.split(".")[0] in ("flask", "sqlalchemy", "flask_babel", "flask_login"):
            yield f"{line}: imports {module}"


def no_float_money(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            name = node.arg if isinstance(node, ast.arg) else _spelled(node.target).split(".")[-1]
            if _MONEY.search(name) and re.search(r"\b[Ff]loat\b", ast.unparse(node.annotation)):
                yield f"{node.lineno}: {name} is a float"
        elif isinstance(node, ast.Call) and _spelled(node.func) == "float" and node.args:
            name = _spelled(node.args[0]).split(".")[-1]
            if _MONEY.search(name):
                yield f"{node.lineno}: float({name})"


def thin_verbs(source: Source) -> Iterator[str]:
    """Public verbs take keyword-only arguments; of a package, those its __init__ names."""
    if not re.fullmatch(r"webapp/\w+/service(/\w+)?\.py", source.path):
        return
    package = (ROOT / source.path).parent / "__init__.py"
    exported = package.read_text() if package.parent.name == "service" and package.exists() else None
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.args.args:
            if exported is not None and not re.search(rf"\b{node.name}\b", exported):
                continue
            yield f"{node.lineno}: {node.name}({node.args.args[0].arg}, ...) is positional"


def no_request_below(source: Source) -> Iterator[str]:
    """Domains know nothing of the request in progress or the person signed in."""
    if not re.match(r"(jobs/|webapp/(?!core/|pages/|api/|app|cli|people/sessions))", source.path):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("flask", "flask_login"):
            for alias in node.names:
                if alias.name in ("request", "session", "g", "current_user"):
                    yield f"{node.lineno}: imports {alias.name} from {node.module}"


def no_leftovers(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if re.search(r"#\s*(TODO|FIXME|XXX|HACK)\b", line):
            yield f"{number}: {line.strip()[:60]}"


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = [f"{node.module}.{alias.name}" for alias in node.names]
            inside = node.module in ("webapp", "webapp.core")
            yield from ((node.lineno, name) for name in (parts if inside else [node.module]))


def _spelled(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_spelled(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


_LONG = "def f():\n" + "    x = 1\n" * 41

RULES = [
    Rule(
        "only core/db.py and engines.py commit",
        "One unit of work per verb: `do(verb, ...)` opens and commits it. A commit inside leaves half a change behind.",
        one_committer,
        Source("webapp/people/service.py", "db.session.commit()"),
    ),
    Rule(
        "only core/clock.py reads the clock",
        "Take the time as `at=` in services and rules; at the edge use webapp.core.clock.now(). Tests stop that clock.",
        one_clock,
        Source("webapp/x/service.py", "import datetime\ndatetime.datetime.now()"),
    ),
    Rule(
        "refusals carry dates as such",
        "Give the date or moment itself: `explain` says it in the reader's way, and nobody reads 2026-11-30.",
        dates_as_such,
        Source("webapp/x/service.py", 'raise Invalid("too_early", day=first.isoformat())'),
    ),
    Rule(
        "files stay short",
        "Split by verb or by subject (service.py becomes service/check_in.py, ...).",
        short_files,
        Source("webapp/x.py", "x = 1\n" * 301),
    ),
    Rule(
        "functions stay short",
        "Name the steps and call them in order; public first, helpers below.",
        short_functions,
        Source("webapp/x.py", _LONG),
    ),
    Rule(
        "rules.py is pure",
        "Rules get everything passed in, so that preview, settlement and tests compute the same. "
        "They may import core.money, core.errors, core.ids and other rules.",
        pure_rules,
        Source("webapp/rules/rules.py", "from webapp.core import clock"),
    ),
    Rule(
        "money is never a float",
        "Money is int minor units plus a currency (T27); rates are Decimal or basis points.",
        no_float_money,
        Source("webapp/x.py", "def pay(amount: float): ..."),
    ),
    Rule(
        "service verbs take keywords only",
        "`def check_in(*, employee_id: int, at: datetime)`: two ids in the wrong order must not be possible.",
        thin_verbs,
        Source("webapp/visits/service.py", "def check_in(employee_id, site_id): ..."),
    ),
    Rule(
        "domains do not know the request",
        "Pages parse and pass plain values down; jobs and the API call the same verbs.",
        no_request_below,
        Source("webapp/visits/service.py", "from flask import request"),
    ),
    Rule(
        "no leftovers",
        "Do it, or write an issue.",
        no_leftovers,
        Source("webapp/x.py", "x = 1  # TO" + "DO later"),
    ),
]
