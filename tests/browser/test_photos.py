"""Photos on the phone: made small, kept, sent in parts, never in the way of a check-in."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select, update

from tests.browser.rep_phone import Net, arrive, checked_in, count, go, sees, tap, until
from tests.support import process, shots
from webapp.attendance.models import Photo
from webapp.core.db import db, transaction
from webapp.people.models import Branch

NETWORK = "net::ERR_|status of 5|status of 4"
KEPT = (
    "() => onsite.store.run('photos', 'readonly', (s, done) => { s.count().onsuccess = (e) => done(e.target.result); })"
)
HELD = "() => navigator.serviceWorker.getRegistration().then((known) => known?.active?.state === 'activated')"
CAMERA = "#checkin input[type=file]"


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve megapixels, held upright."""
    path = tmp_path_factory.mktemp("camera") / "IMG_0001.jpg"
    grain = Image.effect_noise((1344, 1008), 40).convert("RGB").resize((4032, 3024))
    picture = Image.blend(shots.shelf(1, 4032, 3024), grain, 0.3)
    path.write_bytes(shots.written(picture, quality=92, exif=shots.exif(6)))
    return path


@pytest.fixture
def page(phone: Any, stack: Any, watch: Any) -> Page:
    watch.allow(NETWORK)
    fresh = phone("R001")
    fresh.net = Net(fresh)
    return fresh


def photos(stack: Any) -> list[Photo]:
    with stack.app.app_context():
        return list(db.session.scalars(select(Photo)))


def told(page: Page, text: str) -> None:
    expect(page.locator("[data-told]")).to_contain_text(text, timeout=90_000)


def stored(stack: Any, name: str) -> bytes:
    return (stack.folder / "photos" / name[:2] / name[2:4] / f"{name}.jpg").read_bytes()


def test_a_photo_of_twelve_megapixels(page: Page, stack: Any, camera: Path, axe: Any, screens: Any) -> None:
    parts: list[int] = []
    page.on("request", lambda r: "/photos?" in r.url and parts.append(len(r.post_data_buffer or b"")))
    arrive(page, stack)
    box = page.locator("#checkin label.pick").bounding_box()
    assert box is not None
    assert box["height"] >= 48
    axe(page)
    page.locator(CAMERA).set_input_files(camera)
    told(page, "Photo sent")
    screens(page, "sent")
    (row,) = photos(stack)
    assert (row.width, row.height) == (960, 1280)
    assert 100_000 < sum(parts) < 260_000
    assert max(parts) <= 64 * 1024
    picture = stored(stack, row.sha256)
    assert hashlib.sha256(picture).hexdigest() == row.sha256
    assert b"PhoneMaker" not in picture
    assert Image.open(io.BytesIO(picture)).size == (960, 1280)
    assert page.evaluate("() => onsite.outbox.list()") == []
    assert page.evaluate(KEPT) == 0


def test_offline_with_its_check_in(page: Page, stack: Any, camera: Path) -> None:
    """The photo waits for a check-in that waits for the network; the page is opened again in between."""
    go(page, stack)
    sees(page, "inside")
    page.wait_for_function("() => onsite.shrink && document.getElementById('t-photo')")  # comes after the page
    page.context.set_offline(True)
    tap(page)
    sees(page, "saved")
    page.locator(CAMERA).set_input_files(camera)
    told(page, "saved on this phone")
    assert count(stack) == 0
    page.context.set_offline(False)
    checked_in(page)
    process.wait_until(lambda: photos(stack), "the photo")
    assert photos(stack)[0].width == 960


def test_the_camera_comes_with_the_check_in(phone: Any, stack: Any, watch: Any, camera: Path) -> None:
    """Today does not carry it; the worker has it ready, also where the network ended after the page came."""
    watch.allow(NETWORK)
    page = phone("R001", service_workers="allow")
    page.net = Net(page)
    go(page, stack)
    process.wait_until(lambda: page.evaluate(HELD), "the worker")
    page.wait_for_function("() => onsite.shrink")  # the very first page has no worker behind it yet
    asked: list[str] = []
    page.on("request", lambda request: "photo" in request.url and asked.append(request.url))
    page.reload()
    sees(page, "inside")
    page.wait_for_function("() => performance.now() - performance.timing.loadEventEnd + performance.timeOrigin > 900")
    assert asked == []
    page.context.set_offline(True)
    tap(page)
    sees(page, "saved")
    page.locator(CAMERA).set_input_files(camera)
    told(page, "saved on this phone")
    page.context.set_offline(False)
    checked_in(page)
    process.wait_until(lambda: photos(stack), "the photo")


def test_a_line_that_breaks_goes_on_where_it_was(page: Page, stack: Any, camera: Path) -> None:
    sent: list[tuple[int, int]] = []
    cut = {"after": 2}
    refused: list[str] = []

    def line(route: Route) -> None:
        size = len(route.request.post_data_buffer or b"")
        if cut["after"] == 0:
            refused.append(route.request.url)
            route.abort("internetdisconnected")
            return
        cut["after"] -= 1
        sent.append((int(route.request.url.partition("offset=")[2].partition("&")[0]), size))
        route.continue_()

    page.context.route("**/photos?*", line)
    arrive(page, stack)
    page.locator(CAMERA).set_input_files(camera)
    until(page, lambda: refused, "the line to break")  # by then the server has the parts before
    told(page, "saved on this phone")
    assert photos(stack) == []
    have = sum(size for _, size in sent)
    assert have > 0
    cut["after"] = 1000
    page.reload()
    until(page, lambda: photos(stack), "the photo")  # it may be sent before its button is there to say so
    assert len(photos(stack)) == 1
    again = [offset for offset, size in sent[2:] if size]
    assert min(again) == have


def test_what_is_no_picture_says_so_and_the_visit_goes_on(page: Page, stack: Any, tmp_path: Path) -> None:
    text = tmp_path / "note.jpg"
    text.write_text("not a picture")
    arrive(page, stack)
    page.locator(CAMERA).set_input_files(text)
    told(page, "cannot read that picture")
    assert photos(stack) == []
    expect(page.locator("summary.btn")).to_be_enabled()


def test_a_required_photo_is_asked_for_and_then_it_counts(page: Page, stack: Any, camera: Path, screens: Any) -> None:
    with stack.app.app_context(), transaction():
        db.session.execute(update(Branch).values(fence_policy={"photo": "required"}))
    arrive(page, stack)
    expect(page.locator("#range")).to_contain_text("A photo is needed")
    screens(page, "needed")
    page.locator(CAMERA).set_input_files(camera)
    expect(page.locator("#range.ok")).to_be_visible(timeout=90_000)
    expect(page.locator("#range")).not_to_contain_text("A photo is needed")


def test_a_visits_page_shows_it(page: Page, stack: Any, camera: Path, axe: Any, screens: Any) -> None:
    arrive(page, stack)
    page.goto(page.locator("a[data-after-undo]").get_attribute("href") or "")
    expect(page.locator("[data-plain]")).to_be_hidden()
    page.locator("form[data-photo-box] input[type=file]").set_input_files(camera)
    told(page, "Photo sent")
    small = page.locator("#photos summary img")
    expect(small).to_be_visible()
    page.locator("#photos summary").click()
    expect(page.locator("#photos details > img")).to_be_visible()
    high = "() => document.querySelector('#photos summary img').naturalHeight"
    assert until(page, lambda: page.evaluate(high), "the picture") == 320
    axe(page)
    screens(page, "visit")
