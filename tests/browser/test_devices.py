"""A new device from its first call to a person's punch, in HR's browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from playwright.sync_api import expect
from sqlalchemy import select

from tests.support import company
from webapp.core import clock
from webapp.core.db import conn, db, do
from webapp.devices import service
from webapp.devices.models import RawPunch, Terminal
from webapp.devices.rules import Line
from webapp.devices.service.store import Coming

SERIAL = "AJE1261900133"


def test_pairing_accepting_and_saying_whose_an_id_is(desk: Any, stack: Any, axe: Any) -> None:
    page = desk("H001")
    page.goto("/hr/devices")
    expect(page.get_by_text("How to begin")).to_be_visible()
    page.get_by_role("link", name="Open the pairing window").click()
    page.get_by_role("button", name="Open for 15 minutes").click()
    expect(page.locator(".chip", has_text="Open until")).to_be_visible()
    with stack.app.app_context():
        told = {"pushver": "2.4.1", "DeviceType": "att"}
        do(service.note_unknown, serial=SERIAL, ip="203.0.113.7", told=told, at=clock.now())
    page.reload()
    axe(page)
    page.get_by_role("link", name=f"Accept {SERIAL}").click()
    page.get_by_label("Name", exact=True).fill("Staff entrance")
    page.get_by_label("Site 1").fill("Shop 1 · SH001")
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.get_by_role("heading", name="Staff entrance")).to_be_visible()
    axe(page)
    with stack.app.app_context():
        _punched()
    page.goto("/hr/devices")
    axe(page)
    page.get_by_role("link", name="1 id is nobody's").click()
    axe(page)
    page.get_by_role("link", name="Assign 7").click()
    page.get_by_label("Name, number or phone").fill("Li Na")
    expect(page.get_by_role("radio", name="Lin Mei")).to_have_count(0)
    page.get_by_role("radio", name="Li Na").check()
    axe(page)
    page.get_by_role("button", name="Assign and count its punches").click()
    expect(page.get_by_text("Every id has its person.")).to_be_visible()
    stack.wait_idle()
    with stack.app.app_context():
        assert set(conn().scalars(select(RawPunch.state))) == {"mapped"}
    _taken_back_and_given_again(page, axe)


def _taken_back_and_given_again(page: Any, axe: Any) -> None:
    page.get_by_role("link", name="Whose ids").click()
    axe(page)
    page.get_by_role("link", name="End it 7").press("Enter")
    axe(page)
    page.get_by_role("button", name="Was never theirs").press("Enter")
    expect(page.get_by_text("No id matches this.")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Take this back").press("Enter")
    expect(page.get_by_role("link", name="End it 7")).to_be_visible()


def _punched() -> None:
    """Somebody punches, and the worker finds nobody with that id."""
    at, firm = clock.now() - timedelta(minutes=5), company.find()
    terminal = db.session.scalars(select(Terminal).where(Terminal.serial == SERIAL)).one()
    wall = f"{at.astimezone(firm.branch.zone):%Y-%m-%d %H:%M:%S}"
    coming = Coming(terminal.id, terminal.timezone, "push", clock.now())
    do(service.store_lines, lines=[Line("7", wall, f"7\t{wall}\t0\t1")], coming=coming)
    do(service.digest, terminal_id=terminal.id, at=clock.now())
