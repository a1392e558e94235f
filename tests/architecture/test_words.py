"""Every code an error or a page uses has its words, and gets the blanks those words need (T40)."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping

import pytest
from jinja2 import nodes

import webapp
from tests.architecture import source
from tests.architecture.source import Source
from tests.architecture.template_rules import ENV
from webapp.core import errors
from webapp.core.errors import WORDS, DomainError

_BLANK = re.compile(r"%\((\w+)\)")


def test_codes_have_words() -> None:
    """Register the text beside the code: words({"visits.too_far": N_("You are %(distance)s away.")})."""
    _import_everything()
    names = {kind.__name__ for kind in _family(DomainError)} | {"say"}
    found = [problem for file in source.python("webapp", "jobs") for problem in unworded(file, names, WORDS)]
    found += [problem for page in source.templates() for problem in unsaid(page, WORDS)]
    assert not found, "\n".join(found)


def test_a_code_has_one_text() -> None:
    """Two domains with one code would leave the text to whoever is imported last."""
    errors.words({"not_found": WORDS["not_found"]})
    with pytest.raises(ValueError, match="not_found"):
        errors.words({"not_found": "Something else"})


def test_the_check_can_fail() -> None:
    words = {"far": "You are %(distance)s away."}
    raised = Source("x.py", "raise Invalid('far', 'site')\nraise Invalid('gone')\nraise Invalid('far', distance=1)")
    assert [text.split(": ")[0] for text in unworded(raised, {"Invalid"}, words)] == ["x.py:1", "x.py:2"]
    said = Source("x.html", "{{ say('far', distance=1) }}{{ say('gone') }}{{ say(code) }}")
    assert len(list(unsaid(said, words))) == 1


def unworded(file: Source, names: set[str], words: Mapping[str, str]) -> Iterator[str]:
    for call in ast.walk(file.tree):
        if not isinstance(call, ast.Call) or not call.args or not isinstance(call.args[0], ast.Constant):
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        if name in names and isinstance(code := call.args[0].value, str):
            given = {word.arg for word in call.keywords}
            yield from _problems(f"{file.path}:{call.lineno}", code, given, None in given, words)


def unsaid(page: Source, words: Mapping[str, str]) -> Iterator[str]:
    for call in ENV.parse(page.text).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "say" and isinstance(call.args[0], nodes.Const):
            given = {word.key for word in call.kwargs}
            where = f"{page.path}:{call.lineno}"
            yield from _problems(where, call.args[0].value, given, call.dyn_kwargs is not None, words)


def _problems(where: str, code: str, given: set, open_ended: bool, words: Mapping[str, str]) -> Iterator[str]:
    if code not in words:
        yield f"{where}: code {code!r} has no words"
    elif not open_ended and (missing := set(_BLANK.findall(words[code])) - given):
        yield f"{where}: code {code!r} is given no {', '.join(sorted(missing))}"


def _family(kind: type) -> set[type]:
    return {kind}.union(*(_family(child) for child in kind.__subclasses__()))


def _import_everything() -> None:
    for module in pkgutil.walk_packages(webapp.__path__, "webapp."):
        if not module.name.startswith(("webapp.migrations", "webapp.launcher")):
            importlib.import_module(module.name)
