"""The phone's own key: it signs what was tapped offline, cannot be taken out, and is there after a restart."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Playwright

from tests.browser.rep_phone import Net, checked_in, go, rows, sees, tap
from tests.support import browsers

WATCHED = "net::ERR_"
EXPORT = """async () => {
  const pair = await onsite.store.recall('key');
  const take = (how) => crypto.subtle.exportKey(how, pair.privateKey).then(() => 'out', (e) => e.name);
  return Promise.all(['jwk', 'pkcs8'].map(take));
}"""
THUMB = """async () => {
  const raw = await crypto.subtle.exportKey('raw', (await onsite.store.recall('key')).publicKey);
  return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', raw)));
}"""


def test_an_offline_record_is_signed_and_the_key_stays(
    playwright: Playwright, chromium_path: str, stack, watch, tmp_path: Path
) -> None:
    watch.allow(WATCHED)
    kept = {"user_data_dir": tmp_path, "executable_path": chromium_path, "args": browsers.ARGS, "base_url": stack.url}

    def opened():
        context = playwright.chromium.launch_persistent_context(**kept, **browsers.PHONE)
        watch.attach(context)
        context.add_cookies([stack.cookie("R001")])
        return context, context.new_page()

    context, page = opened()
    go(page, stack)
    sees(page, "inside")
    context.set_offline(True)
    tap(page)
    sees(page, "saved")
    context.close()

    context, page = opened()
    with page.expect_response("**/check-ins"):
        page.goto("/today")
    checked_in(page)
    first = page.evaluate(THUMB)
    assert page.evaluate(EXPORT) == ["InvalidAccessError", "InvalidAccessError"]
    go(page, stack, 2)
    with page.expect_response("**/check-ins"):
        tap(page)
    assert page.evaluate(THUMB) == first
    context.close()
    found = rows(stack)
    assert [row.signed for row in found] == [True, True]
    assert len({row.device_key for row in found}) == 1


def test_a_phone_that_keeps_no_key_sends_unsigned(phone, stack, watch) -> None:
    """Without HTTPS there is no crypto.subtle; the check-in goes all the same."""
    page = phone("R001")
    page.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', {value: undefined})")
    net = Net(page)
    go(page, stack)
    sees(page, "inside")
    tap(page)
    checked_in(page)
    assert "sig" not in net.posts[0]
    assert [(row.device_key, row.signed) for row in rows(stack)] == [(None, None)]
