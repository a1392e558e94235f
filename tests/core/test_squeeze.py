"""Scripts and styles as they are served: shorter, and the same to a browser."""

from __future__ import annotations

import re

import pytest

from webapp.core import assets, squeeze

SCRIPTS = [name for name in assets.BUNDLES if name.endswith(".js")]
SAME = [
    ("a = b ; // why\n  c ( ) ;", "a=b;c();"),
    ("return 'a // b'; /* gone\n */ x();", "return'a // b';x();"),
    ("const url = `https://${ host }/x`  ;", "const url=`https://${ host }/x`;"),
    ("n = text.replace(/\\/+ \"'$/g , '/') / 2 / m;", "n=text.replace(/\\/+ \"'$/g,'/')/2/m;"),
    ("const f = (x) => /[/ ]/.test(x);", "const f=(x)=>/[/ ]/.test(x);"),
    ("half = (a + b) / 2; // not a pattern / at all", "half=(a+b)/2;"),
    ("a = b + +c - -d;", "a=b+ +c- -d;"),
    ("if (a < !b) typeof x", "if(a< !b)typeof x"),
    ("x++\ny\n--z", "x++\ny\n--z"),
    ("})();\n// next file\n(function () {\n", "})();(function(){"),
    ("let a\nlet b", "let a\nlet b"),
    ("const f = a\n  .map((x) => x)\n  ?.length\n  || b;", "const f=a.map((x)=>x)?.length||b;"),
]


@pytest.mark.parametrize(("source", "served"), SAME)
def test_only_what_says_nothing_is_left_out(source: str, served: str) -> None:
    assert squeeze.js(source.encode()).decode() == served


def test_a_template_within_a_template_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="template"):
        squeeze.js(b"const a = `x ${on ? `  y  ` : ''} z`;")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_squeezed_script_loses_no_word(name: str) -> None:
    """Whatever the tokeniser takes for a comment is one: all else of the source is there, in its order."""
    source = b"\n".join((assets.STATIC / part).read_bytes() for part in assets.BUNDLES[name])
    bare = "\n".join(_without_comment(line) for line in source.decode().splitlines())
    assert re.sub(r"\s", "", squeeze.js(source).decode()) == re.sub(r"\s", "", bare)


def test_a_stylesheet_is_squeezed() -> None:
    assert squeeze.css(b"a,\n b { color: red; } /* x */ i { margin: 0 1px; }") == b"a,b{color:red}i{margin:0 1px}"


def _without_comment(line: str) -> str:
    """The house writes a comment on a line of its own, after code and two signs, or as one word in braces."""
    line = re.sub(r"/\* [^*]* \*/", "", line)
    return "" if line.lstrip().startswith("//") else re.sub(r"(?<=[;,{}:(>]) // .*$", "", line)
