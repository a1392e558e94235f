"""Putting Onsite on the home screen: the browser's own question where there is one."""

from __future__ import annotations

from playwright.sync_api import expect

ASK = """() => {
  const event = new Event('beforeinstallprompt', {cancelable: true});
  event.prompt = () => { document.body.dataset.prompted = '1'; return Promise.resolve(); };
  dispatchEvent(event);
  return event.defaultPrevented;
}"""


def test_the_browsers_own_question_is_asked_on_the_tap(phone, axe) -> None:
    page = phone("R001")
    page.goto("/install")
    by_hand, asking = page.locator("[data-by-hand]"), page.locator("[data-prompt]")
    page.locator("details", has=by_hand).locator("summary").click()
    expect(by_hand).to_be_visible()
    expect(asking).to_be_hidden()
    assert page.evaluate(ASK)
    expect(by_hand).to_be_hidden()
    axe(page)
    asking.locator("button").click()
    expect(page.locator("body[data-prompted]")).to_have_count(1)
    expect(by_hand).to_be_visible()
    page.evaluate("() => dispatchEvent(new Event('appinstalled'))")
    expect(page.locator("[data-installed]")).to_be_visible()


def test_an_app_that_is_open_as_an_app_says_only_so(phone, stack) -> None:
    page = phone("R001")
    page.add_init_script("Object.defineProperty(navigator, 'standalone', {value: true})")
    page.goto("/install")
    expect(page.get_by_text("Onsite is on this phone")).to_be_visible()
    expect(page.locator("[data-install]")).to_be_hidden()
    page.get_by_role("link", name="Go on").click()
    page.wait_for_url("**/today")
