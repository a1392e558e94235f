"""What the three group robots have in common: a JSON body out, a code in the JSON that comes back."""

import http.client
import json
from collections.abc import Mapping
from typing import Any

from webapp.notifications.adapters.http import Answer, Blocked, post
from webapp.notifications.adapters.message import Message
from webapp.notifications.rules import Outcome

Known = Mapping[int, tuple[str, str]]


def speak(message: Message, url: str, body: Mapping[str, Any], *, codes: tuple[str, ...], known: Known) -> Outcome:
    """Send, and read the answer: `codes` name the field with its code (0 is good), `known` what the others mean."""
    data = json.dumps(body, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    answer = called(url, data, headers, private=message.house.private)
    return answer if isinstance(answer, Outcome) else _meaning(answer, codes, known)


def called(url: str, data: bytes, headers: Mapping[str, str], *, private: bool) -> Answer | Outcome:
    """The answer, or what stood in the way of getting one."""
    try:
        return post(url, data, headers, private=private)
    except Blocked:
        return Outcome("refused", "channel_address")
    except TimeoutError:
        return Outcome("again", "channel_timeout")
    except (OSError, ValueError, http.client.HTTPException) as error:
        return Outcome("again", "channel_unreachable", type(error).__name__)


def spoken(text: str, link: str) -> str:
    return f"{text}\n{link}" if link else text


def trouble(answer: Answer) -> Outcome | None:
    """What the status alone says; None when the body has to be read."""
    said = answer.body[:300].decode("utf-8", "replace")
    if answer.status == 429:
        return Outcome("again", "channel_too_fast", said, answer.retry_after)
    if answer.status >= 500:
        return Outcome("again", "channel_server", said, answer.retry_after)
    if answer.status >= 300:
        return Outcome("refused", "channel_refused", f"{answer.status} {said}")
    return None


def _meaning(answer: Answer, codes: tuple[str, ...], known: Known) -> Outcome:
    if found := trouble(answer):
        return found
    said = answer.body[:300].decode("utf-8", "replace")
    try:
        content = json.loads(answer.body)
        code = next((int(content[name]) for name in codes if name in content), None)
    except (ValueError, TypeError, AttributeError):
        code = None
    if code is None:
        return Outcome("again", "channel_odd", said)
    if code == 0:
        return Outcome("sent", None, said)
    what, problem = known.get(code, ("refused", "channel_refused"))
    return Outcome(what, problem, said)  # type: ignore[arg-type]
