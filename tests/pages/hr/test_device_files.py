"""HR imports a device's file: choose, look, answer, import, result; all of it without a script."""

from __future__ import annotations

import html
import io
import re
from typing import Any

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.devices.exports import AGL_AMPM, ATTLOG, DAMAGED, FIVE
from tests.devices.road import bring, work
from webapp.core import files
from webapp.core.db import db
from webapp.devices.models import DeviceRequest, RawPunch

URL = "/hr/devices/files"


@pytest.fixture
def branch(app):
    return factories.branch()


@pytest.fixture
def door(branch):
    return factories.terminal(branch, name="Back door", serial="AJE1261900133")


@pytest.fixture
def hr(branch, client_as):
    return client_as(factories.employee(branch, "hr", staff_no="H1"))


def upload(client: Any, body: bytes, name: str = "1_attlog.dat", **more: Any) -> Any:
    return client.post(URL, data={"file": (io.BytesIO(body), name), **more})


def fields(page: Any) -> dict[str, str]:
    """What the form on the page would send as it is."""
    form = re.search(r'<form method="post" action="/hr/devices/files.*?</form>', page.text, re.S)
    assert form, page.text
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form[0], re.S):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = chosen[1] if chosen else ""
    found |= dict(re.findall(r'<input type="radio" name="(\w+)" value="(\w+)" checked', form[0]))
    return {name: html.unescape(value) for name, value in found.items()}


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(RawPunch)) or 0


def test_from_the_file_to_the_punches(door, hr):
    page = hr.get(upload(hr, DAMAGED, terminal_id=door.id).location)
    text = html.unescape(page.text)
    for words in ("Import 6 punches", "Asia/Shanghai", "Damaged memory", "Not an id", "In the future", "2131-01-08"):
        assert words in text, words
    assert rows() == 0, "nothing is imported before it was seen"
    done = hr.post(page.request.path, data=fields(page))
    result = hr.get(done.location)
    assert "is being read" in result.text
    assert 'hx-trigger="every 2s"' in result.text
    work()
    result = hr.get(done.location)
    assert "6 punches are new" in result.text
    assert "every 2s" not in result.text
    assert f"/hr/devices/{door.id}/lines" in result.text
    assert hr.hx("GET", done.location).text.lstrip().startswith("<section"), "polled as a fragment"
    assert rows() == 6
    assert hr.get(page.request.path).status_code == 404, "the bytes are in the request now, not lying about"


def test_an_open_question_is_asked_and_its_answer_kept(door, hr):
    page = hr.get(upload(hr, AGL_AMPM, "AGL_001.TXT", terminal_id=door.id).location)
    assert "Month first: 04-07-2026 is 2026-04-07" in page.text
    assert "Import 2" not in page.text
    refused = hr.post(page.request.path, data=fields(page))
    assert refused.status_code == 422
    assert "Answer this first" in refused.text
    shown = hr.post(page.request.path, data={**fields(page), "order": "mdy"})
    assert shown.status_code == 303
    page = hr.get(shown.location)
    assert "2026-04-07 13:19:29" in page.text
    assert hr.post(page.request.path, data=fields(page)).location.startswith(f"{URL}/imports/")
    assert db.session.scalar(select(DeviceRequest.params))["answers"] == {"order": "mdy"}
    page = hr.get(upload(hr, AGL_AMPM.replace(b"\t218\t", b"\t219\t"), "AGL_001.TXT", terminal_id=door.id).location)
    assert "Import 2 punches" in page.text, "asked once"


def test_what_is_imported_is_what_was_seen(door, hr):
    page = hr.get(upload(hr, FIVE, terminal_id=door.id).location)
    page = hr.get(hr.post(page.request.path, data={**fields(page), "third": "device"}).location)
    other = hr.post(page.request.path, data={**fields(page), "third": "verify"})
    assert "third=verify" in other.location
    assert db.session.scalar(select(func.count()).select_from(DeviceRequest)) == 0


def test_the_device_is_proposed(door, branch, hr):
    other = factories.terminal(branch, name="Front door", serial="AJE1261900199")
    page = hr.get(upload(hr, ATTLOG).location)
    assert "Choose" in page.text
    refused = hr.post(page.request.path, data={**fields(page), "terminal_id": ""})
    assert refused.status_code == 422
    assert "Say whose file this is." in refused.text
    page = hr.get(upload(hr, ATTLOG, "aje1261900199_attlog.dat").location)
    assert fields(page)["terminal_id"] == str(other.id), "its serial is in the name"
    bring(door, ATTLOG)
    page = hr.get(upload(hr, ATTLOG + b"7\t2026-03-03 08:55:01\t1\t0\t15\t0\n").location)
    assert fields(page)["terminal_id"] == str(door.id), "it has such punches already"
    assert "Proposed from the file" in page.text
    page = hr.get(upload(hr, ATTLOG, terminal_id=other.id).location)
    assert "3 of 3 punches looked at are known from Back door" in page.text


def test_the_same_file_again_says_when(door, hr):
    for _ in range(2):
        page = hr.get(upload(hr, ATTLOG, terminal_id=door.id).location)
        done = hr.post(page.request.path, data=fields(page))
        work()
    assert "Imported already on" in page.text
    assert "Nothing changed" in hr.get(done.location).text
    assert rows() == 3


def test_columns_of_a_csv_are_chosen(door, hr):
    body = b"name,nr,moment\nAda,0012,2026-03-02 08:55\nBob,7,2026-03-02 08:56\n"
    page = hr.get(upload(hr, body, "punches.csv", terminal_id=door.id).location)
    assert "Which column holds the device id?" in page.text
    page = hr.get(hr.post(page.request.path, data={**fields(page), "id": "nr"}).location)
    assert "Import 2 punches" in page.text
    hr.post(page.request.path, data=fields(page))
    work()
    assert set(db.session.scalars(select(RawPunch.pin))) == {"12", "7"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "has no rows"), (b"hello", "No known format fits"), (b"PK\x03\x04", "cannot be read"),
        (b"\x89PNG\r\n\x1a\n" + bytes(400), "No known format fits"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_a_device(door, hr, body, words):
    answer = upload(hr, body, terminal_id=door.id)
    answer = hr.get(answer.location) if answer.status_code == 303 else answer
    assert answer.status_code == 422
    assert words in answer.text


def test_no_file_and_a_wrong_format(door, hr):
    assert hr.post(URL, data={}).status_code == 422
    page = hr.get(upload(hr, ATTLOG, terminal_id=door.id).location)
    seen = hr.get(page.request.path, query_string={"terminal_id": door.id, "format": "glogdata"})
    refused = hr.post(page.request.path, data=fields(seen))
    assert refused.status_code == 422
    assert "No punch was found" in refused.text


def test_only_ones_own_files_and_branches(door, hr, branch, client_as):
    there = upload(hr, ATTLOG, terminal_id=door.id).location
    colleague = client_as(factories.employee(branch, "hr", staff_no="H2"))
    assert colleague.get(there).status_code == 404, "an upload is its owner's alone"
    elsewhere = factories.branch()
    foreign = client_as(factories.employee(elsewhere, "hr", staff_no="H3"))
    factories.terminal(elsewhere, name="Other")
    page = foreign.get(upload(foreign, ATTLOG, terminal_id=door.id).location)
    assert "Back door" not in page.text
    request_id, _ = bring(door, ATTLOG)
    assert foreign.get(f"{URL}/imports/{request_id}").status_code == 404
    assert hr.get(f"{URL}/imports/{request_id}").status_code == 200


def test_a_half_written_upload_is_as_good_as_none(door, hr, app):
    there = upload(hr, ATTLOG, terminal_id=door.id).location
    key = there.partition("?")[0].rpartition("/")[2]
    owner = db.session.scalar(select(func.max(factories.Employee.id)))
    files.drop_part(owner, key)
    files.add_part(owner, key, 0, ATTLOG[:20])
    assert hr.get(there).status_code == 404
    assert hr.get(upload(hr, ATTLOG, terminal_id=door.id).location).status_code == 200, "sending it again mends it"
