"""What the browser loads: bundles, hashes, compression, and colours people can read."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from webapp.core import assets

GZIP = {"Accept-Encoding": "gzip, deflate"}


def test_every_bundle_is_made_of_files_that_exist_and_every_file_is_in_a_bundle() -> None:
    listed = {part for parts in assets.BUNDLES.values() for part in parts}
    there = {f"{kind}/{file.name}" for kind in ("css", "js") for file in (assets.STATIC / kind).iterdir()}
    assert listed == there


def test_addresses_carry_the_hash_of_the_content_and_are_kept_for_ever(app, client) -> None:
    with app.test_request_context():
        address = assets.asset_url("css/phone.css")
    answer = client.get(address)
    assert answer.status_code == 200
    assert address.endswith(hashlib.sha256(answer.data).hexdigest()[:10])
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_an_address_of_another_version_is_not_kept(client) -> None:
    answer = client.get("/static/css/phone.css?v=0000000000")
    assert answer.headers["Cache-Control"] == "no-cache"
    again = client.get("/static/css/phone.css", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_static_files_are_compressed_once_for_those_who_accept_it(client) -> None:
    plain = client.get("/static/js/phone.js", headers={"Accept-Encoding": ""})
    packed = client.get("/static/js/phone.js", headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize(
    "path",
    ["css/./tokens.css", "css//tokens.css", "../wsgi.py", "css/%2e%2e/%2e%2e/wsgi.py", "css", "nothing.js", "a%00b"],
)
def test_nothing_outside_the_folder_and_one_spelling_per_file(client, path: str) -> None:
    assert client.get(f"/static/{path}").status_code in {404, 308}


def test_a_missing_asset_stops_the_page_that_names_it(app) -> None:
    with app.test_request_context(), pytest.raises(FileNotFoundError, match=r"css/typo\.css"):
        assets.asset_url("css/typo.css")


def test_pages_are_compressed_and_short_answers_are_not(app) -> None:
    client = FlaskClient(app)
    page = client.get("/login", headers=GZIP)
    assert page.headers["Content-Encoding"] == "gzip"
    assert b"<h1>" in gzip.decompress(page.data)
    assert "Content-Encoding" not in client.get("/healthz", headers=GZIP).headers


def test_vendored_htmx_is_the_one_in_the_notes() -> None:
    notes = (assets.STATIC / "vendor/README.md").read_text()
    body = (assets.STATIC / "vendor/htmx.org@2.0.11/htmx.min.js").read_bytes()
    assert hashlib.sha256(body).hexdigest() in notes


def test_every_icon_the_templates_name_is_in_the_sprite() -> None:
    there = set(re.findall(r'<symbol id="([\w-]+)"', (assets.STATIC / "icons/sprite.svg").read_text()))
    root = assets.STATIC.parent / "templates"
    named = {name for file in root.rglob("*.html") for name in re.findall(r"ui\.icon\('([\w-]+)'", file.read_text())}
    views = set(re.findall(r": '\w+ ([\w-]+) ", (assets.STATIC / "js/view.js").read_text()))
    assert named | views <= there, f"not in the sprite: {(named | views) - there}"


def test_every_phone_page_loads_the_scripts_its_attributes_ask_for() -> None:
    bound: dict[tuple[str, str], set[str]] = {}  # element and attribute: the scripts that act on it
    for file in (assets.STATIC / "js").iterdir():
        for selector in re.findall(r"onsite\.bind\('([^']+)'", file.read_text()):
            for pair in re.findall(r"(\w*)\[(data-[\w-]+)", selector):
                bound.setdefault(pair, set()).add(f"js/{file.name}")
    asked = 0
    for page in sorted((assets.STATIC.parent / "templates").rglob("*.html")):
        if '"_shared/phone.html"' not in page.read_text():
            continue
        text = _whole(page)
        loads = {part for bundle in re.findall(r"asset_url\('(js/[\w.]+)'", text) for part in assets.BUNDLES[bundle]}
        for (element, attribute), scripts in bound.items():
            if re.search(rf"<{element or '[a-z]+'}\b[^<]*\s{attribute}(?![\w-])", text):
                asked += 1
                assert scripts & loads, f"{page.name} has {attribute} and loads nothing that acts on it"
    assert asked > 50


def test_a_phone_loads_htmx_where_a_page_uses_it_and_nowhere_else() -> None:
    used = []
    for page in sorted((assets.STATIC.parent / "templates").rglob("*.html")):
        if '"_shared/phone.html"' in page.read_text():
            text = _whole(page).replace(_whole(assets.STATIC.parent / "templates/_shared/base.html"), "")
            uses = re.search(r"""[\s'"]hx-[a-z-]+["']?[=:]""", text) is not None
            assert uses == ("vendor/htmx.org" in text), page.name
            used.append(uses)
    assert True in used
    assert False in used


def _whole(page: Path) -> str:
    """With what it extends and includes; a name made at run time is not followed."""
    text = page.read_text()
    named = re.findall(r'{%-? *(?:include|extends) "([\w/.-]+)"', text)
    return text + "".join(_whole(assets.STATIC.parent / "templates" / name) for name in named)


PAIRS = [
    *((ink, paper, 4.5) for ink in ("ink", "ink2", "accent") for paper in ("surface", "bg", "sunk")),
    ("ok", "ok-soft", 4.5),
    ("att", "att-soft", 4.5),
    ("on-accent", "accent", 4.5),
    ("on-att", "att", 4.5),
    ("accent", "accent-soft", 4.5),
    ("control", "surface", 3),
    ("control", "bg", 3),
]


@pytest.mark.parametrize(("ink", "paper", "least"), PAIRS)
@pytest.mark.parametrize("theme", ["light", "dark", "dark by the system"])
def test_colours_can_be_read(theme: str, ink: str, paper: str, least: float) -> None:
    """WCAG 1.4.3 and 1.4.11 over the tokens themselves."""
    colours = _themes()[theme]
    assert _contrast(colours[ink], colours[paper]) >= least


def _themes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r"\{([^{}]*--ink:[^{}]*)\}", (assets.STATIC / "css/tokens.css").read_text())
    named = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", block)) for block in blocks]
    return dict(zip(["light", "dark", "dark by the system"], named, strict=True))


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    red, green, blue = (_linear(int(digits[i : i + 2], 16) / 255) for i in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
