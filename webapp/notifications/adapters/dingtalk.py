"""DingTalk group robot: the signature stands in the address."""

import base64
import hashlib
import hmac
from urllib.parse import quote_plus

from webapp.notifications.adapters.message import Message
from webapp.notifications.adapters.robot import Known, speak, spoken
from webapp.notifications.rules import Outcome

KNOWN: Known = {
    310000: ("refused", "channel_signature"),
    130101: ("again", "channel_too_fast"),
    302033: ("again", "channel_too_fast"),
    300001: ("refused", "channel_unknown"),
    300005: ("refused", "channel_unknown"),
    400013: ("refused", "channel_unknown"),
    -1: ("again", "channel_server"),
}


def send(message: Message) -> Outcome:
    body = {"msgtype": "text", "text": {"content": spoken(message.text, message.link)}}
    return speak(message, signed(message), body, codes=("errcode",), known=KNOWN)


def signed(message: Message) -> str:
    if not message.secret:
        return message.target
    stamp = str(round(message.at.timestamp() * 1000))
    digest = hmac.new(message.secret.encode(), f"{stamp}\n{message.secret}".encode(), hashlib.sha256).digest()
    sign = quote_plus(base64.b64encode(digest))
    return f"{message.target}{'&' if '?' in message.target else '?'}timestamp={stamp}&sign={sign}"
