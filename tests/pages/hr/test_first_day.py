"""A company fresh from `flask init` is told what to do first."""

from __future__ import annotations

import re

from tests import factories


def steps(page):
    card = page.text.partition('id="steps"')[2].partition("</section>")[0]
    return re.findall(r'<a href="([^"]+)"', card)


def test_the_inbox_leads_to_what_is_missing(app, client_as):
    branch = factories.branch()
    admin = client_as(factories.employee(branch, "admin"))
    assert steps(admin.get("/hr/inbox")) == ["/hr/sites/store-types", "/hr/sites", "/hr/people"]
    kind = factories.store_type(branch)
    assert steps(admin.get("/hr/inbox")) == ["/hr/sites", "/hr/people"]
    factories.site(kind)
    factories.employee(branch)
    assert "First steps" not in admin.get("/hr/inbox").text


def test_empty_lists_say_what_to_do(app, client_as):
    hr = client_as(factories.employee(factories.branch(), "hr"))
    assert "Add one, or import your list." in hr.get("/hr/sites").text
    assert "No site matches this." not in hr.get("/hr/sites").text
    assert "Add them under People first." in hr.get("/hr/schedule").text
    assert "Nobody matches this." in hr.get("/hr/schedule?q=nobody").text
