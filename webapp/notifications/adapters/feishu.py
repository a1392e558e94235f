"""Feishu (and Lark) group robot: the signature stands in the body."""

import base64
import hashlib
import hmac
from typing import Any

from webapp.notifications.adapters.message import Message
from webapp.notifications.adapters.robot import Known, speak, spoken
from webapp.notifications.rules import Outcome

KNOWN: Known = {
    19021: ("refused", "channel_signature"),
    19022: ("refused", "channel_refused"),
    19024: ("refused", "channel_refused"),
    19001: ("refused", "channel_unknown"),
    11232: ("again", "channel_too_fast"),
    9499: ("again", "channel_too_fast"),
}


def send(message: Message) -> Outcome:
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": spoken(message.text, message.link)}}
    if message.secret:
        stamp = str(int(message.at.timestamp()))
        body |= {"timestamp": stamp, "sign": signature(stamp, message.secret)}
    return speak(message, message.target, body, codes=("code", "StatusCode"), known=KNOWN)


def signature(stamp: str, secret: str) -> str:
    """Of nothing at all: time and secret together are the key."""
    digest = hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
