"""Every way a channel can take."""

from collections.abc import Mapping

from webapp.notifications.adapters import dingtalk, email, feishu, wecom
from webapp.notifications.adapters.message import Send

WAYS: Mapping[str, Send] = {
    "dingtalk": dingtalk.send,
    "wecom": wecom.send,
    "feishu": feishu.send,
    "email": email.send,
}
