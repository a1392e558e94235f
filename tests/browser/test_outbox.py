"""The phone's outbox against the real server: a tap is never lost and never counted twice (T18, T21, T22)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.rep_phone import (
    DOOR,
    Net,
    checked_in,
    count,
    finish,
    go,
    owes_nothing,
    rows,
    sees,
    shop,
    tap,
    unhurried,
    until,
)  # fmt: skip

NETWORK = "net::ERR_|status of 5|status of 4"


@pytest.fixture
def page(phone, stack, watch):
    watch.allow(NETWORK)
    fresh = phone("R001")
    fresh.net = Net(fresh)
    go(fresh, stack)
    sees(fresh, "inside")
    return fresh


def test_two_tabs_are_one_check_in(page, stack) -> None:
    """T18: the second tab finds the first one's tap in the outbox and shows the same visit."""
    other = page.context.new_page()
    go(other, stack)
    sees(other, "inside")
    for tab in (page, other):
        tab.evaluate("() => document.querySelector('[data-main]').click()")
    checked_in(page)
    checked_in(other)
    assert count(stack) == 1


def test_a_visit_finished_in_one_tab_is_finished_in_the_other(page, stack) -> None:
    tap(page)
    checked_in(page)
    other = page.context.new_page()
    other.goto("/today")
    checked_in(other)
    finish(page)
    expect(other.locator("#checkin[data-checkin=open]")).to_have_count(0, timeout=15_000)


def test_a_tab_left_open_is_not_the_next_persons_to_see(page, stack) -> None:
    other = page.context.new_page()
    page.context.add_cookies([stack.cookie("R002")])
    other.goto("/today")
    uid = other.locator("html").get_attribute("data-uid")
    until(other, lambda: other.evaluate("() => onsite.store.recall('uid')") == uid, "the next person's note")
    expect(page.locator("html")).not_to_have_attribute("data-uid", uid)
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("html")).to_have_attribute("data-uid", uid)


def test_a_lost_answer_is_asked_for_again(page, stack) -> None:
    """T18: stored, answer lost, sent again with the same id."""
    page.net.then("lost", "ok")
    unhurried(page)
    tap(page)
    sees(page, "saved")
    tap(page)
    checked_in(page)
    assert len({post["client_id"] for post in page.net.posts}) == 1
    assert [post["attempts"] for post in page.net.posts] == ["1", "2"]
    assert count(stack) == 1


@pytest.mark.parametrize("answer", ["503", "cut", "portal", "429 too_many_requests"])
def test_no_good_answer_keeps_it_and_tries_again_by_itself(page, stack, answer: str) -> None:
    """A hotel's sign-in page answers 200 and is no answer either."""
    page.net.then(answer)
    tap(page)
    sees(page, "saved")
    expect(page.locator("#owed")).to_contain_text("1")
    page.net.then("ok")
    checked_in(page)
    assert count(stack) == 1


def test_send_now_while_sending_is_not_lost(page, stack) -> None:
    """A flush asked for during a flush queues one more; else the failure of the running one is the last word."""
    page.net.then("cut", "ok")
    page.evaluate(
        """() => { let asked = false;
          const soon = setTimeout;  // so that the timer of the next try is no help
          self.setTimeout = (work, ms) => (ms < 5000 ? soon(work, ms) : 0);
          document.addEventListener('onsite:outbox', ({detail}) => {
            if (detail.kind !== 'sending' || asked) return;
            asked = true;
            onsite.outbox.flush('tap');
          });
          document.querySelector('[data-main]').click(); }"""
    )
    expect(page.locator("#checkin[data-checkin=open]")).to_be_visible()
    assert len(page.net.posts) == 2


def test_it_goes_as_soon_as_there_is_a_network(page, stack) -> None:
    page.context.set_offline(True)
    tap(page)
    sees(page, "saved")
    assert count(stack) == 0
    page.context.set_offline(False)
    checked_in(page)
    assert count(stack) == 1


def test_a_refusal_is_shown_with_its_reason_and_not_sent_again(page, stack) -> None:
    page.net.then("422 some_reason")
    tap(page)
    sees(page, "refused")
    expect(page.locator("#range")).to_contain_text("words for some_reason")
    page.reload()
    sees(page, "inside")
    expect(page.locator("#owed")).to_contain_text("not accepted")
    assert len(page.net.posts) == 1
    page.locator("#owed").click()
    expect(page.locator("[data-reason]")).to_have_text("words for some_reason")
    page.locator("[data-drop]").click()
    page.locator("[data-drop]").click()
    expect(page.get_by_text("Everything is sent")).to_be_visible()


def test_signed_out_keeps_it_and_says_so(page, stack) -> None:
    """T22: 401 keeps the queue."""
    page.net.then("401 sign_in_needed", "ok")
    tap(page)
    sees(page, "signin")
    page.reload()
    checked_in(page)
    assert count(stack) == 1


def test_one_persons_queue_is_never_sent_as_another(page, stack) -> None:
    """T22: shared phone; the record waits for the person who made it."""
    page.net.then("503")
    unhurried(page)
    tap(page)
    sees(page, "saved")
    sent = len(page.net.posts)
    page.context.add_cookies([stack.cookie("R002")])
    page.net.then("ok")
    go(page, stack)
    sees(page, "inside")
    owes_nothing(page)
    page.evaluate("() => onsite.outbox.flush('tap')")
    assert len(page.net.posts) == sent
    assert count(stack) == 0
    page.context.add_cookies([stack.cookie("R001")])
    page.goto("/today")
    checked_in(page)
    assert count(stack) == 1


def test_a_phone_that_cannot_store_still_sends(phone, stack, watch) -> None:
    """T22: storage full or forbidden."""
    watch.allow(NETWORK)
    page = phone("R001")
    page.add_init_script("indexedDB.open = () => { throw new Error('no room'); }")
    net = Net(page)
    net.then("503", "ok")
    go(page, stack)
    sees(page, "inside")
    unhurried(page)
    tap(page)
    sees(page, "unsaved")
    tap(page)
    checked_in(page)
    assert count(stack) == 1


def test_a_finished_visit_is_kept_and_sent_like_a_check_in(page, stack) -> None:
    """The outcome typed on the phone survives the missing answer."""
    tap(page)
    checked_in(page)
    page.net.then("503", "ok")
    unhurried(page)
    page.locator("summary.btn").click()
    page.locator("input[value=interested]").check()
    page.locator("form[data-checkout] button").click()
    sees(page, "saved-out")
    expect(page.locator("#owed")).to_contain_text("1")
    page.evaluate("() => onsite.outbox.flush('tap')")
    owes_nothing(page)
    assert [row.kind for row in rows(stack)] == ["in", "out"]


def test_signing_out_warns_while_something_is_unsent(page, stack) -> None:
    """T23"""
    page.net.then("503")
    tap(page)
    sees(page, "saved")
    page.goto("/me")
    expect(page.locator("#owed")).to_be_visible()
    page.locator("form[data-signout] button").click()
    expect(page.locator("#flashes .notice")).to_be_visible()
    expect(page).to_have_url(f"{stack.url}/me")


@pytest.mark.parametrize(("answer", "leads"), [("503", "/me"), ("ok", "/login")])
def test_a_sign_out_tapped_before_the_page_has_looked_waits_for_that(page, stack, answer: str, leads: str) -> None:
    page.net.then(answer)
    tap(page)
    sees(page, "saved") if answer == "503" else checked_in(page)
    page.goto("/me")
    expect(page.locator("[data-outbox-count]")).to_have_text("1" if answer == "503" else "")
    page.evaluate("() => { delete onsite.owed; document.querySelector('form[data-signout] button').click(); }")
    expect(page.locator("#flashes .notice")).to_have_count(1 if answer == "503" else 0)
    expect(page).to_have_url(stack.url + leads)


def test_the_position_is_that_of_the_tap(page, stack) -> None:
    """T4: never an older position."""
    page.context.set_geolocation({**DOOR, "latitude": 31.23055})
    expect(page.locator("#range")).to_contain_text("12 m")
    sees(page, "inside")
    tap(page)
    checked_in(page)
    (row,) = rows(stack)
    assert row.lat == pytest.approx(31.23055)


def test_a_check_out_is_never_sent_before_its_check_in(page, stack) -> None:
    """Both made without a network; the first one's failure holds the second one back."""
    page.net.then("503", "ok")
    unhurried(page)
    page.evaluate(
        """async (site) => {
          const at = new Date().toISOString();
          const base = {uid: onsite.outbox.uid(), tapped_at: at, no_fix: 'timeout'};
          const first = crypto.randomUUID(), second = crypto.randomUUID();
          await onsite.outbox.add({id: first, kind: 'check-in', url: '/check-ins', about: 'Shop 1',
            fields: {...base, client_id: first, site_id: site, choice: 'manual'}});
          await onsite.outbox.add({id: second, kind: 'check-out', url: '/check-outs', about: 'Shop 1', after: first,
            fields: {...base, client_id: second, check_in: first, outcome: 'order'}});
          await onsite.outbox.flush('tap');
        }""",
        str(shop(stack)),
    )
    assert len(page.net.posts) == 1
    page.evaluate("() => onsite.outbox.flush('tap')")
    assert [row.kind for row in rows(stack)] == ["in", "out"]
