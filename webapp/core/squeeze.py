"""What a browser does not need of a script or a stylesheet: comments, indentation, spaces."""

import re
from functools import cache

_TOKEN = re.compile(
    r"""
    (?P<note>//[^\n]*|/\*.*?\*/)
    |(?P<gap>\s+)
    |(?P<word>[\w$]+)
    |(?P<text>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|\$\{[^`{}]*\}|[^`\\$]|\$(?!\{))*`)
    |(?P<sign>.)
    """,
    re.S | re.X,
)
_PATTERN = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
_VALUE_NEXT = tuple("(,=:[!&|?{;>") + ("return",)  # a slash after one of these begins a pattern, else it divides
_GOES_ON = frozenset("{;,([=:?&|>")  # no statement ends with these,
_WENT_ON = frozenset("});],.:?&|=")  # none begins with these, so a line break there says nothing
_GLUED = {("+", "+"), ("-", "-"), ("<", "!")}


@cache
def js(body: bytes) -> bytes:
    """Names and the order of things stay, so what is served can be read beside its source.

    Raises ValueError for a template within a template, which this cannot tell from code.
    """
    kept: list[str] = []
    source, at, gap, before = body.decode(), 0, "", ""
    while found := _token(source, at, before):
        kind, token = found
        at += len(token)
        if kind in ("note", "gap"):
            gap += token
            continue
        kept.append(_between(before, gap, token) + token)
        gap, before = "", token
    return "".join(kept).encode()


@cache
def css(body: bytes) -> bytes:
    text = re.sub(r"/\*.*?\*/", "", body.decode(), flags=re.S)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s*([{};,])\s*", r"\1", text).replace(": ", ":").replace(";}", "}")
    return text.strip().encode()


def _token(source: str, at: int, before: str) -> tuple[str, str] | None:
    """(kind, text) of what begins there; None at the end."""
    if source.startswith("/", at) and not source.startswith(("//", "/*"), at) and before.endswith(_VALUE_NEXT):
        pattern = _PATTERN.match(source, at)
        if pattern:
            return "word", pattern[0]
    found = _TOKEN.match(source, at)
    if found is None:
        return None
    if found[0] == "`":
        raise ValueError(f"a template within a template: {source[at : at + 60]!r}")
    return str(found.lastgroup), found[0]


def _between(before: str, gap: str, after: str) -> str:
    """What has to stay of the gap between two tokens."""
    if not gap or not before:
        return ""
    last, first = before[-1], after[0]
    if "\n" in gap and last not in _GOES_ON and first not in _WENT_ON:
        return "\n"
    return " " if _is_word(last) and _is_word(first) or (last, first) in _GLUED else ""


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign in "_$"
