"""Templates exist where pages name them, and every template is used."""

from __future__ import annotations

import re

from tests.architecture import source

_NAMED = re.compile(r"""["']([\w/-]+\.(?:html|txt|svg))["']""")


def test_every_named_template_exists() -> None:
    known = {page.path.removeprefix("templates/") for page in source.templates()}
    files = [*source.python("webapp"), *source.templates()]
    missing = [
        f"{file.path}: {name}"
        for file in files
        for name in _NAMED.findall(file.text)
        if "/" in name and name not in known and not name.startswith(("icons/", "static/", "vendor/"))
    ]
    assert not missing, "\n".join(missing)


def test_every_template_is_used() -> None:
    """A template nobody names is dead weight: delete it."""
    everything = "\n".join(file.text for file in [*source.python("webapp", "jobs"), *source.templates()])
    named = set(_NAMED.findall(everything))
    unused = [
        page.path
        for page in source.templates()
        # The macros are found by folder: webapp/core/assets.py.
        if page.path.removeprefix("templates/") not in named and "/_shared/ui/" not in page.path
    ]
    assert not unused, "\n".join(unused)
