"""The same English word can need different Chinese ones."""

from __future__ import annotations

from tests import factories


def test_a_person_has_a_name_of_their_own(app, client_as):
    """姓名 of a person, 名称 of a thing."""
    branch = factories.branch()
    reader = {"Accept-Language": "zh-CN"}
    hr = client_as(factories.employee(branch, "hr", language="zh"))
    assert ">姓名<" in hr.get("/hr/people", headers=reader).text
    assert ">名称<" in hr.get("/hr/schedule/shifts", headers=reader).text
