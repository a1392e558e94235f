"""What kind of browser reads a page, as far as it says so: only ever used to show the right help first."""

from dataclasses import dataclass

from webapp.core.errors import N_, words

# Browsers inside other apps: what their names look like in the user agent. WeCom also says MicroMessenger.
_INSIDE = (
    ("wecom", "wxwork/"),
    ("wechat", "micromessenger/"),
    ("dingtalk", "dingtalk"),
    ("feishu", "feishu/"),
    ("feishu", "lark/"),
    ("alipay", "alipayclient"),
    ("weibo", "weibo"),
    ("qq", " qq/"),
    ("line", " line/"),
    ("facebook", "fban/"),
    ("facebook", "fbav/"),
    ("instagram", "instagram"),
    ("douyin", "aweme"),
    ("whatsapp", "whatsapp"),
)
_BROWSERS_OF_IOS = ("crios/", "fxios/", "edgios/", "mqqbrowser/", "ucbrowser/", "opt/")

words(
    {
        "app_wecom": N_("WeCom"),
        "app_wechat": N_("WeChat"),
        "app_dingtalk": N_("DingTalk"),
        "app_feishu": N_("Feishu"),
        "app_alipay": N_("Alipay"),
        "app_weibo": N_("Weibo"),
        "app_qq": N_("QQ"),
        "app_line": N_("LINE"),
        "app_facebook": N_("Facebook"),
        "app_instagram": N_("Instagram"),
        "app_douyin": N_("Douyin"),
        "app_whatsapp": N_("WhatsApp"),
        "app_other": N_("another app"),
    }
)


@dataclass(frozen=True, slots=True)
class Platform:
    """system: ios, android, other. inside: the app whose own browser this is, "" for a browser of its own.

    safari: the browser with "Add to Home Screen" on every iPhone.
    """

    system: str
    inside: str = ""
    safari: bool = False

    @property
    def guide(self) -> str:
        """The help to show first: inside, ios, android or desk."""
        if self.inside:
            return "inside"
        return {"ios": "ios", "android": "android"}.get(self.system, "desk")


def read_agent(agent: str) -> Platform:
    """From the User-Agent header; an iPad that calls itself a Mac counts as a desk, whose page names the iPad too."""
    said = f" {agent.lower()}"
    system = _system(said)
    inside = next((name for name, mark in _INSIDE if mark in said), "")
    if system == "android" and not inside and "; wv)" in said:
        inside = "other"
    # every browser of iOS says Safari but those inside apps
    if system == "ios" and not inside and "safari/" not in said:
        inside = "other"
    return Platform(system, inside, system == "ios" and not inside and not _other_browser(said))


def _system(said: str) -> str:
    if "iphone" in said or "ipad" in said or "ipod" in said:
        return "ios"
    return "android" if "android" in said or "harmony" in said else "other"


def _other_browser(said: str) -> bool:
    return any(mark in said for mark in _BROWSERS_OF_IOS)
