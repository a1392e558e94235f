"""House rules for templates and browser scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser

from jinja2 import Environment, nodes

from tests.architecture.source import Rule, Source

TEMPLATE_LINES, SCRIPT_LINES = 150, 120
ENV = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)
# Names of things that are the same in every language.
_NAMES = re.compile(r"\b(Onsite|English|CSV|XLSX|GPS|ID|WGS-84|GCJ-02|BD-09|R001|S001|H001|F001|A001)\b|中文")
_LETTERS = re.compile(r"[A-Za-z\u4e00-\u9fff]{2,}")
_SPOKEN = {"title", "placeholder", "alt", "aria-label", "aria-description", "aria-roledescription", "label"}
# {% block shell %}today{% endblock %}: a word for a class or an attribute, not for people.
_KEYWORD_BLOCK = re.compile(r"{%-? block \w+ -?%}[a-z][a-z -]*{%-? endblock[^%]*%}")
_VERBATIM = {"code", "kbd", "samp", "pre", "script", "style"}
_GETTEXT = {"_", "gettext", "ngettext", "pgettext", "npgettext", "N_"}
_PROSE = re.compile(r"^[A-Z][a-z]+(?![\w/.:])|^[\u4e00-\u9fff]|[a-z] [a-z]+ [a-z]+[.!?]?$")


def short_templates(source: Source) -> Iterator[str]:
    if source.lines > TEMPLATE_LINES:
        yield f"1: {source.lines} lines, at most {TEMPLATE_LINES}"


def nothing_inline(source: Source) -> Iterator[str]:
    for number, line in enumerate(skeleton(source.text).splitlines(), 1):
        if re.search(r"<style\b|\sstyle\s*=", line, re.I):
            yield f"{number}: a style"
        if re.search(r"<script\b(?![^>]*\bsrc=)(?![^>]*application/json)", line, re.I):
            yield f"{number}: a script without src"
        if found := re.search(r"<[^>]*\s(on[a-z]+|hx-on[\w:-]*)\s*=", line, re.I):
            yield f"{number}: handler {found[1]}="
        if re.search(r"javascript:", line, re.I):
            yield f"{number}: javascript: link"


def no_sharp_filters(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if re.search(r"\|\s*safe\b|autoescape\s+false", line):
            yield f"{number}: {line.strip()[:60]}"


def text_translated(source: Source) -> Iterator[str]:
    reader = _Text()
    reader.feed(skeleton(_KEYWORD_BLOCK.sub("", source.text)))
    yield from reader.found


def strings_translated(source: Source) -> Iterator[str]:
    """Prose passed to a macro or set to a name without gettext."""
    tree = ENV.parse(source.text)
    inside = {
        id(const)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in _GETTEXT
        for const in call.find_all(nodes.Const)
    }
    for const in tree.find_all(nodes.Const):
        prose = isinstance(const.value, str) and _PROSE.search(_NAMES.sub("", const.value).strip())
        if prose and id(const) not in inside:
            yield f"{const.lineno}: {const.value[:60]!r}"


def imports_used(source: Source) -> Iterator[str]:
    tree = ENV.parse(source.text)
    used = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
    for node in tree.find_all(nodes.FromImport):
        for name in node.names:
            known = name[1] if isinstance(name, tuple) else name
            if known not in used:
                yield f"{node.lineno}: imports {known} and does not use it"


def forms_work_alone(source: Source) -> Iterator[str]:
    for found in re.finditer(r"<form\b[^>]*>", skeleton(source.text), re.I | re.S):
        tag, line = found[0], skeleton(source.text)[: found.start()].count("\n") + 1
        if "method=dialog" in tag.replace('"', ""):
            continue
        if not re.search(r"\baction\s*=", tag) or not re.search(r"\bmethod\s*=", tag):
            yield f"{line}: <form> without action or method"


def short_scripts(source: Source) -> Iterator[str]:
    if source.lines > SCRIPT_LINES:
        yield f"1: {source.lines} lines, at most {SCRIPT_LINES}"


def safe_scripts(source: Source) -> Iterator[str]:
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), source.text, flags=re.S)
    for number, line in enumerate(text.splitlines(), 1):
        code = re.sub(r"(^|\s)//.*", "", line)
        if re.search(r"\beval\(|new Function|document\.write|insertAdjacentHTML|\.(inner|outer)HTML\s*=", code):
            yield f"{number}: {code.strip()[:60]}"
        if re.search(r"""["'`][A-Z][a-z]+ [a-z]+ ?[a-z]*[^"'`]*["'`]|["'`][^"'`]*[\u4e00-\u9fff]""", code):
            yield f"{number}: text for people: {code.strip()[:60]}"


@cache
def skeleton(text: str) -> str:
    """The HTML of a template with Jinja parts as \x01, line numbers kept, {% trans %} bodies dropped."""
    parts: list[str] = []
    trans, after_block = False, False
    for _line, kind, value in ENV.lex(text):
        if kind == "data":
            parts.append("\n" * value.count("\n") if trans else value)
            continue
        parts.append("\n" * value.count("\n"))
        if kind == "name" and after_block and value in ("trans", "endtrans"):
            trans = value == "trans"
        if kind == "variable_begin":
            parts.append("\x01")
        after_block = kind == "block_begin" or (after_block and kind == "whitespace")
    return "".join(parts)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._verbatim += tag in _VERBATIM
        for name, value in attrs:
            if name in _SPOKEN or (tag == "input" and name == "value" and ("type", "submit") in attrs):
                self._note(value or "", f"{name}=")

    def handle_endtag(self, tag: str) -> None:
        if tag in _VERBATIM:
            self._verbatim = max(0, self._verbatim - 1)

    def handle_data(self, data: str) -> None:
        if not self._verbatim:
            self._note(data, "")

    def _note(self, text: str, where: str) -> None:
        """A macro that builds attributes has them as its text: they are not spoken."""
        if _LETTERS.search(_NAMES.sub("", re.sub(r'[\w-]+="[^"]*"', "", text))):
            self.found.append(f"{self.getpos()[0]}: {where}{' '.join(text.split())[:60]!r}")


TEMPLATE_RULES = [
    Rule(
        "templates stay short",
        "Move a repeated piece into a macro under templates/_shared, a long page into blocks by subject.",
        short_templates,
        Source("templates/x.html", "<p></p>\n" * 151),
    ),
    Rule(
        "nothing inline",
        "The CSP forbids inline styles, scripts and handlers; use a class, or data- and a file under static/js.",
        nothing_inline,
        Source("templates/x.html", '<p class="a"\n  style="color:red">'),
    ),
    Rule(
        "no unescaped output",
        "Names and notes are typed by people. Build Markup in a macro instead.",
        no_sharp_filters,
        Source("templates/x.html", "{{ note | safe }}"),
    ),
    Rule(
        "every text is translated",
        "Wrap it: {{ _('Check in') }} or {% trans %}…{% endtrans %}; whole sentences, never fragments (T40).",
        text_translated,
        Source("templates/x.html", "<p>Check in here</p>"),
    ),
    Rule(
        "every text passed to a macro is translated",
        "Wrap it: {{ button(_('Save')) }} (T40).",
        strings_translated,
        Source("templates/x.html", "{{ button('Save') }}"),
    ),
    Rule(
        "imports are used",
        "Remove the name.",
        imports_used,
        Source("templates/x.html", "{% from 'a.html' import b, c %}{{ b() }}"),
    ),
    Rule(
        "forms work without JavaScript",
        'Give it method="post" and action="..."; htmx only makes it smoother (T21).',
        forms_work_alone,
        Source("templates/x.html", '<form hx-post="/x">'),
    ),
]

SCRIPT_RULES = [
    Rule(
        "scripts stay short",
        "One behaviour per file, bound by a data- attribute.",
        short_scripts,
        Source("static/js/x.js", "x()\n" * 121),
    ),
    Rule(
        "scripts are safe and speak no language",
        "No eval, no HTML from strings; texts come from the template in data- attributes, translated.",
        safe_scripts,
        Source("static/js/x.js", 'el.textContent = "Sending your visit";'),
    ),
]
