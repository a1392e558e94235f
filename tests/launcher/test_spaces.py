"""Request lines with raw spaces in them."""

import re
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from webapp.launcher.spaces import mended

SPACED = re.compile(rb"((?:GET|POST) )(/iclock/[^\r\n]* [^\r\n]*)( HTTP/1\.[01])")
PIECES = [
    b"GET", b"POST", b"PUT", b" ", b"  ", b"/iclock/", b"cdata?SN=1", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/1.2", b"\r",
    b"\n", b"/other", b"=2026-03-02", b"%20",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=9).map(b"".join))
def test_as_the_pattern_reads_it(line: bytes) -> None:
    _same(line)


@given(st.lists(st.sampled_from(PIECES), max_size=5).map(b"".join), st.sampled_from([b"HTTP/1.0", b"HTTP/1.1"]))
def test_terminals_too(middle: bytes, version: bytes) -> None:
    _same(b"GET /iclock/" + middle + b" " + version)


def test_a_line_made_to_be_slow_is_not() -> None:
    began = process_time()
    assert mended(b"GET /iclock/" + b" " * 1_000_000 + b"x") == b"GET /iclock/" + b" " * 1_000_000 + b"x"
    assert process_time() - began < 1


def _same(line: bytes) -> None:
    """What is written out as a pattern, which takes its time with long lines."""
    found = SPACED.fullmatch(line)
    assert mended(line) == (found[1] + found[2].replace(b" ", b"%20") + found[3] if found else line)
