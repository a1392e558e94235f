"""Web Push: encrypted for one browser, signed with this installation's key. Needs the extra `push`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from webapp.notifications.adapters.robot import called, trouble
from webapp.notifications.rules import Outcome

TTL = 24 * 3600
EXPIRES = 12 * 3600


@dataclass(frozen=True, slots=True)
class Browser:
    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class Signer:
    """`private` is a PEM; `contact` tells the push service whom to ask (an https or mailto address)."""

    private: str
    contact: str


def is_installed() -> bool:
    return find_spec("pywebpush") is not None


def send(browser: Browser, content: Mapping[str, Any], signer: Signer, *, at: datetime, private: bool) -> Outcome:
    try:
        body = encrypted(browser, json.dumps(content, ensure_ascii=False).encode())
        headers = {**signature(browser, signer, at), "TTL": str(TTL), "Urgency": "normal"}
    except Exception as error:  # noqa: BLE001 - keys come from browsers; whatever is wrong with them is wrong for good
        return Outcome("refused", "push_broken", type(error).__name__)
    headers |= {"Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream"}
    answer = called(browser.endpoint, body, headers, private=private)
    if isinstance(answer, Outcome):
        return answer
    if answer.status in (404, 410):
        return Outcome("gone", "push_gone")
    return trouble(answer) or Outcome("sent", None, str(answer.status))


def encrypted(browser: Browser, data: bytes) -> bytes:
    from pywebpush import WebPusher

    keys = {"p256dh": browser.p256dh, "auth": browser.auth}
    pusher = WebPusher({"endpoint": browser.endpoint, "keys": keys})
    return bytes(pusher.encode(data, content_encoding="aes128gcm")["body"])


def signature(browser: Browser, signer: Signer, at: datetime) -> dict[str, str]:
    """VAPID: who sends, to whom, until when."""
    from py_vapid import Vapid02

    parts = urlsplit(browser.endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(at.timestamp()) + EXPIRES, "sub": signer.contact}
    return dict(Vapid02.from_pem(signer.private.encode()).sign(claims))
