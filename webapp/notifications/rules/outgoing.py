"""What a channel may be, and the words for everything that can stand in a message's way."""

import re

from webapp.core.errors import N_, Invalid, words
from webapp.notifications.rules.kinds import TOPICS

WAYS = ("dingtalk", "wecom", "feishu", "email")
SIGNED = frozenset({"dingtalk", "feishu"})
MAIL_LIMIT = 20
_MAIL = re.compile(r"^[^\s@,;<>()\"]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z0-9-]{2,24}$")
_HHMM = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")


def check_topics(topics: list[str]) -> list[str]:
    """Raises Invalid."""
    if not topics:
        raise Invalid("channel_no_topic", "topics")
    if not set(topics) <= set(TOPICS):
        raise Invalid("not_a_choice", "topics")
    return [topic for topic in TOPICS if topic in topics]


def check_mails(text: str) -> str:
    """Mail addresses, one beside the other. Raises Invalid."""
    found = [part for part in re.split(r"[\s,;，；]+", text.strip()) if part]
    if not found:
        raise Invalid("required", "target")
    if len(found) > MAIL_LIMIT or not all(_MAIL.match(part) for part in found):
        raise Invalid("channel_mails", "target", limit=MAIL_LIMIT)
    return ", ".join(found)


def check_time(text: str, field: str) -> str:
    if not _HHMM.match(text):
        raise Invalid("not_a_time", field)
    return text


def masked(kind: str, target: str) -> str:
    """Enough to recognise it, not enough to use it."""
    if kind == "email":
        return ", ".join(f"{part[:2]}…@{part.partition('@')[2]}" for part in target.split(", "))
    host = target.partition("://")[2].partition("/")[0]
    return f"{host}/…{target[-4:]}"


words(
    {
        "way_dingtalk": N_("DingTalk group robot"),
        "way_wecom": N_("WeCom group robot"),
        "way_feishu": N_("Feishu group robot"),
        "way_email": N_("E-mail"),
        "topic_exceptions": N_("Exceptions that wait, once a day"),
        "topic_settlement": N_("Days that are settled or put aside"),
        "topic_payslips": N_("Payslips issued"),
        "topic_devices": N_("Attendance devices that are silent or wrong"),
        "channel_no_topic": N_("Choose at least one matter, or pause the channel instead."),
        "channel_mails": N_("Write mail addresses such as lin.mei@example.com, at most %(limit)s."),
        "channel_url": N_("Copy the whole address from the robot's settings; it begins with https://."),
        "channel_changed": N_("Somebody changed this channel meanwhile. Look again."),
        "notice_run_done": N_("%(branch)s: %(day_on)s is settled."),
        "notice_run_aside": N_("%(branch)s: %(day_on)s is settled, %(number)s put aside. Look at the settlement."),
        "notice_run_issued": N_("%(branch)s: the payslips of %(month)s are issued."),
        "notice_channel_try": N_("A trial message from Onsite: what concerns %(branch)s arrives here."),
    }
)
words(
    {
        "delivery_waiting": N_("Under way"),
        "delivery_sent": N_("Arrived"),
        "delivery_given_up": N_("Not delivered"),
        "channel_unreachable": N_("No connection to the other side."),
        "channel_timeout": N_("The other side did not answer in time."),
        "channel_server": N_("The other side has trouble of its own."),
        "channel_odd": N_("The other side answered something that is no answer of a robot. Compare the address."),
        "channel_too_fast": N_("Too many messages for this robot at once."),
        "channel_signature": N_(
            "The robot did not accept the signature or a word of the message. Compare the signing secret and the "
            "robot's security settings."
        ),
        "channel_unknown": N_(
            "The robot is not there any more. Make a new one in the group and write its address here."
        ),
        "channel_refused": N_("The other side did not take the message; its answer says why."),
        "channel_address": N_(
            "This address is not called from here. It needs https and a public host; see ONSITE_OUTGOING_PRIVATE."
        ),
        "channel_sealed": N_("The stored address cannot be opened with this SECRET_KEY. Write it again."),
        "channel_paused": N_("The channel was paused."),
        "channel_old": N_("Older than a day and of no use any more."),
        "mail_not_set": N_("No mail server is set. An operator sets SMTP_URL."),
        "mail_sign_in": N_("The mail server did not accept the sign-in. An operator looks at SMTP_URL."),
        "mail_no_tls": N_("The mail server offers no encryption. An operator looks at SMTP_URL."),
        "mail_later": N_("The mail server wants it later."),
        "mail_nobody": N_("The mail server knows none of the recipients. Compare the addresses."),
        "push_gone": N_("This device does not take notices any more."),
        "push_broken": N_("The notice could not be encrypted for this device. Turn notices off and on again there."),
        "push_not_set": N_("Notices on devices are not set up on this server."),
        "push_bad": N_("This browser's answer is not understood. Turn notices on again."),
    }
)
