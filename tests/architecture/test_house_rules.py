"""The house rules, run over the source; each explains itself and is shown to be able to fail."""

from __future__ import annotations

import re

import pytest

from tests.architecture import source
from tests.architecture.python_rules import RULES, no_leftovers, short_files, short_functions
from tests.architecture.source import Rule, Source
from tests.architecture.template_rules import SCRIPT_RULES, TEMPLATE_RULES

_PRODUCT = ("webapp", "jobs")
_FOR_TESTS = (short_files, short_functions, no_leftovers)
_CASES = [
    *((rule, source.python(*_PRODUCT)) for rule in RULES),
    *((rule, source.python("tests")) for rule in RULES if rule.check in _FOR_TESTS),
    *((rule, source.templates()) for rule in TEMPLATE_RULES),
    *((rule, source.scripts()) for rule in SCRIPT_RULES),
]


@pytest.mark.parametrize(("rule", "sources"), _CASES, ids=lambda value: getattr(value, "name", ""))
def test_rule_holds(rule: Rule, sources: list[Source]) -> None:
    found = rule.violations(sources)
    assert not found, f"{rule.name}. {rule.why}\n  " + "\n  ".join(found)


@pytest.mark.parametrize("rule", [*RULES, *TEMPLATE_RULES, *SCRIPT_RULES], ids=lambda rule: rule.name)
def test_rule_can_fail(rule: Rule) -> None:
    assert list(rule.check(rule.bad)), f"{rule.name} does not notice {rule.bad.text[:80]!r}"


@pytest.mark.parametrize(
    "fine",
    [
        "<p>{{ _('Check in here') }}</p>",
        "{% trans name=user.name %}Hello {{ name }}{% endtrans %}",
        "<p class='{{ 'late' if late else 'fine' }}'>{{ money(1, 'CNY') }} · {{ say(code) }}</p>",
        "{% from 'a.html' import icon %}{{ icon('map-pin') }}",
        "<p>Onsite</p><a lang=zh>中文</a>",
        "<p{% if x %} hidden{% endif %}>{{ n }}</p>",
    ],
)
def test_translated_text_is_left_alone(fine: str) -> None:
    rule = next(rule for rule in TEMPLATE_RULES if rule.name == "every text is translated")
    assert list(rule.check(Source("templates/x.html", fine))) == []


def test_a_class_of_advisory_locks_belongs_to_one_package() -> None:
    """Else the ids of one table wait for the same ids of another."""
    users: dict[str, set[str]] = {}
    for one in source.python("webapp"):
        for number in re.findall(r"pg_advisory_\w*lock\w*\((\d+)", one.text):
            users.setdefault(number, set()).add(str(one.path).split("/")[1])
    assert len(users) >= 3
    assert all(len(packages) == 1 for packages in users.values()), users
