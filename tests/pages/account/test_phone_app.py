"""What makes Onsite an app on a phone: manifest, worker, the page without a network, how to put it there."""

from __future__ import annotations

import gzip
import re
from datetime import date

import pytest

from tests import factories
from tests.attendance.days import evidence, subject
from tests.support import company as companies
from webapp.core import clock
from webapp.core.db import do
from webapp.pages.account import phone_app
from webapp.pages.account.platforms import Platform, read_agent
from webapp.schedules.models import PlanStop
from webapp.visits import service as visits

ON = date(2026, 3, 2)
MORE_THAN_TODAY = 20 * 1024
pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def packed(body: bytes) -> int:
    return len(gzip.compress(body, 6, mtime=0))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_manifest_is_whole_and_in_the_readers_language(client, language: str) -> None:
    answer = client.get(f"/manifest.webmanifest?lang={language}")
    said = answer.get_json()
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/manifest+json", "no-cache")
    assert (said["id"], said["start_url"], said["scope"], said["display"]) == ("/", "/", "/", "standalone")
    assert said["lang"] == {"en": "en", "zh": "zh-CN"}[language]
    spoken = said["name"] + said["short_name"] + said["description"]
    assert (re.search(r"[A-Za-z]", spoken) is None) == (language == "zh"), spoken
    there = {(icon["sizes"], icon["purpose"]) for icon in said["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("any", "any"), ("512x512", "maskable")} <= there
    icons = [client.get(icon["src"]) for icon in said["icons"]]
    assert [icon.mimetype for icon in icons] == [icon["type"] for icon in said["icons"]]
    assert sum(len(icon.data) for icon in icons) < 20_000


def test_the_manifest_keeps_its_language_whoever_asks(client) -> None:
    """Asked for without a cookie; a word that is no language falls back to that of the browser."""
    assert client.get("/manifest.webmanifest", headers={"Accept-Language": "zh-CN"}).get_json()["lang"] == "zh-CN"
    assert client.get("/manifest.webmanifest?lang=xx", headers={"Accept-Language": "en"}).get_json()["lang"] == "en"


def test_a_phone_page_names_what_makes_it_an_app(client_as) -> None:
    companies.build()
    page = client_as("R001").get("/me").text
    assert '<link rel="manifest" href="/manifest.webmanifest?lang=' in page
    touch = re.search(r'<link rel="apple-touch-icon" href="([^"]+)">', page)
    assert touch
    assert client_as("R001").get(touch[1]).mimetype == "image/png"
    assert page.count('<meta name="theme-color"') == 2


def test_the_worker_is_asked_for_again_every_time(client) -> None:
    answer = client.get("/sw.js")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/javascript", "no-cache")
    assert client.get("/sw.js", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert "Set-Cookie" not in answer.headers


def test_another_content_is_another_worker(app, monkeypatch) -> None:
    """However little changes of what it keeps: a script, a style, a word of the page."""
    with app.test_request_context():
        first = phone_app._make_worker()
        assert first == phone_app._make_worker()
        monkeypatch.setattr(phone_app, "_offline", lambda language: "another page")
        second = phone_app._make_worker()
        monkeypatch.setattr(phone_app, "asset_url", lambda file: f"/static/{file}?v=0")
        assert len({first, second, phone_app._make_worker()}) == 3


def kept(client) -> tuple[list[str], list[str]]:
    """Files and pages the worker keeps."""
    head = client.get("/sw.js").text.partition("\n")[0]
    paths = re.findall(r'"(/[^"]+)"', head)
    return [p for p in paths if p.startswith("/static/")], [p for p in paths if not p.startswith("/static/")]


def test_the_worker_and_what_it_keeps_is_light(client, client_as) -> None:
    companies.build()
    files, pages = kept(client)
    assert pages == ["/offline/en", "/offline/zh"]
    today = set(re.findall(r' (?:href|src)="(/static/[^"#]+)', client_as("R001").get("/today").text))
    imported = set(re.findall(r'importScripts\("([^"]+)"\)', client.get("/sw.js").text))
    assert imported
    assert imported <= today  # and so in the browser's cache: they carry a hash
    more = [*(file for file in files if file not in today), *pages, "/sw.js"]
    assert any("/photo.js" in file for file in more)
    assert sum(packed(client.get(path).data) for path in more) <= MORE_THAN_TODAY


def test_the_page_without_a_network_has_all_it_needs_kept(client) -> None:
    files, pages = kept(client)
    for page in pages:
        parts = re.findall(r'(?:href|src)="(/static/[^"#]+)', client.get(page).text)
        assert set(parts) <= set(files)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_without_a_network_knows_nobody(client, client_as, language: str) -> None:
    """T23: the same bytes for whoever asks, signed in or not."""
    companies.build()
    alone = client.get(f"/offline/{language}")
    assert "data-uid" not in alone.text
    assert client_as("R001").get(f"/offline/{language}").data == alone.data
    assert client_as("S001").get(f"/offline/{language}").data == alone.data
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in alone.text


def test_today_gives_the_phone_its_plan(client_as, freeze) -> None:
    made = companies.build()
    shop = made.sites[0]
    factories.save(PlanStop(employee_id=made.people["R001"].id, work_date=ON, seq=1, site_id=shop.id))
    freeze("2026-03-02T09:00+08:00")
    client = client_as("R001")
    stop = {"site": str(shop.id), "name": shop.name, "lat": str(shop.lat), "lng": str(shop.lng), "radius": "150"}
    assert client.get("/today/plan").get_json() == {"on": "2026-03-02", "stops": [stop]}
    tap = evidence(shop, clock.now())
    do(visits.check_in, rep=subject(made.people["R001"], made.branch), evidence=tap, site_id=shop.id, at=clock.now())
    assert client.get("/today/plan").get_json()["stops"] == [{**stop, "done": "1"}]
    assert client_as("R002").get("/today/plan").get_json()["stops"] == []
    assert client_as("S001").get("/today/plan").status_code == 403


AGENTS = {
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1": Platform("ios", "", True),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0 "
    "Mobile/15E148 Safari/604.1": Platform("ios", "", False),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.49 NetType/WIFI Language/zh_CN": Platform("ios", "wechat"),
    "Mozilla/5.0 (Linux; Android 13; M2012K11AC) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116 XWEB/1 "
    "Mobile Safari/537.36 MMWEBSDK/1 MicroMessenger/8.0 wxwork/4.1": Platform("android", "wecom"),
    "Mozilla/5.0 (Linux; U; Android 12; zh-CN; HUAWEI) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100 "
    "Mobile Safari/537.36 AliApp(DingTalk/7.1) com.alibaba.android.rimet": Platform("android", "dingtalk"),
    "Mozilla/5.0 (Linux; Android 12; X) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100 Mobile "
    "Safari/537.36 V1_AND_SQ_8.9 QQ/8.9.50 NetType/4G": Platform("android", "qq"),
    "Mozilla/5.0 (Linux; U; Android 12; zh-cn) AppleWebKit/537.36 Chrome/100 MQQBrowser/13 Mobile "
    "Safari/537.36": Platform("android"),
    "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126 "
    "Mobile Safari/537.36": Platform("android", "other"),
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126 Mobile "
    "Safari/537.36": Platform("android"),
    "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114 Safari/537.36 "
    "ArkWeb/4.1 Mobile": Platform("android"),
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126 Safari/537.36": Platform(
        "other"
    ),
    "": Platform("other"),
}


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_help_for_this_browser_comes_first(client, agent: str, language: str) -> None:
    found = read_agent(agent)
    assert found == AGENTS[agent]
    page = client.get("/install", headers={"User-Agent": agent, "Accept-Language": language}).text
    first = page.index(f'id="guide-{found.guide}"')
    assert page.count("<details class=") == 3
    assert first < page.index("<details class=")


def test_the_way_there_from_sign_in_and_me(client, client_as) -> None:
    companies.build()
    assert 'href="/install"' in client.get("/login").text
    assert 'href="/install"' in client_as("R001").get("/me").text
    assert 'href="/me"' in client_as("R001").get("/install").text


def test_the_worker_is_the_same_whoever_asks_first(app, client) -> None:
    """Else every restart, and every other process, would be a new version."""
    bodies = set()
    for agent in ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0)", "Mozilla/5.0 (Linux; Android 15)"):
        app.extensions.pop("onsite_worker", None)
        bodies.add(client.get("/sw.js", headers={"User-Agent": agent}).data)
    assert len(bodies) == 1
