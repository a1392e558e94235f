"""Every route states its permission, is spelled one way and takes typed parameters."""

from __future__ import annotations

import pytest

from tests.architecture import routes
from webapp.core import authz

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def test_every_route_states_its_permission(app) -> None:
    """T35: @allow(Role.X, ...) or @public above the view."""
    silent = [
        str(rule) for rule in app.url_map.iter_rules() if not hasattr(app.view_functions[rule.endpoint], "permission")
    ]
    assert not silent, f"state a permission with @allow or @public: {silent}"


def test_the_app_does_not_start_with_a_route_that_states_none(make_app) -> None:
    app = make_app()
    app.add_url_rule("/silent", view_func=lambda: "")
    with pytest.raises(RuntimeError, match="permission"):
        authz.refuse_unstated(app)


def test_paths_are_kebab_case(app) -> None:
    assert not routes.is_kebab("/Check_Ins")
    wrong = [rule.rule for rule in app.url_map.iter_rules() if not routes.is_kebab(rule.rule)]
    assert not wrong, f"lower case words joined by hyphens, nouns rather than verbs: {wrong}"


def test_path_parameters_are_typed(app) -> None:
    """<int:site_id>, <uuid:client_id>, <path:...>: a wrong one is a 404 before any of our code runs."""
    assert routes.untyped("/sites/<site_id>") == ["site_id"]
    wrong = [rule.rule for rule in app.url_map.iter_rules() if routes.untyped(rule.rule) and rule.endpoint != "static"]
    assert not wrong, wrong


def test_views_that_change_something_have_no_get(app) -> None:
    """T21: one view either shows or changes; a shared view would let a link change something."""
    mixed = [
        str(rule)
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and {"POST", "PUT", "PATCH", "DELETE"} & (rule.methods or set())
    ]
    assert not mixed, f"give the change a view of its own: {mixed}"
