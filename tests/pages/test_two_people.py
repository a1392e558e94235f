"""One computer, two people one after the other."""

from __future__ import annotations

from tests import factories


def test_a_page_left_open_never_acts_as_whoever_signed_in_beside_it(app, client_as) -> None:
    branch = factories.branch()
    first, second = factories.employee(branch, "hr"), factories.employee(branch, "hr")
    mine = client_as(second)
    page = {"X-Onsite-User": str(first.id), "HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
    answer = mine.post("/hr/inbox/bulk", data={"ids": "1-0", "decision": "approved"}, headers=page)
    assert (answer.status_code, answer.headers["X-Onsite-Error"]) == (409, "not_you")
    assert mine.get("/hr/inbox", headers={**page, "X-Onsite-User": str(second.id)}).status_code == 200
