"""WeCom group robot: whoever knows the address may speak, there is no signature."""

from webapp.notifications.adapters.message import Message
from webapp.notifications.adapters.robot import Known, speak, spoken
from webapp.notifications.rules import Outcome

KNOWN: Known = {
    93000: ("refused", "channel_unknown"),
    93008: ("refused", "channel_unknown"),
    45009: ("again", "channel_too_fast"),
    45033: ("again", "channel_too_fast"),
    -1: ("again", "channel_server"),
}


def send(message: Message) -> Outcome:
    body = {"msgtype": "text", "text": {"content": spoken(message.text, message.link)}}
    return speak(message, message.target, body, codes=("errcode",), known=KNOWN)
