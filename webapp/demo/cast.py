"""The people of the demo company."""

from dataclasses import dataclass

PASSWORD = "onsite-demo"  # noqa: S105 - printed on the demo's own login page


@dataclass(frozen=True, slots=True)
class Office:
    """A branch as it is opened."""

    code: str
    name: str
    timezone: str
    currency: str
    language: str
    country: str
    area_code: str
    salary: int
    """Usual base salary, whole units a month."""
    daily_target: int
    """Usual sales target, whole units a day."""


@dataclass(frozen=True, slots=True)
class Member:
    """`team` is the name of a team of the branch, "" for none; `area` numbers the sites they look after."""

    staff_no: str
    name: str
    role: str
    office: str
    team: str = ""
    area: int = 0
    employer: str = "own"
    language: str = ""


OFFICES = (
    Office("SH", "上海分公司", "Asia/Shanghai", "CNY", "zh", "CN", "+86138", 5200, 3000),
    Office("SG", "Singapore", "Asia/Singapore", "SGD", "en", "SG", "+6591", 2100, 800),
)
# name, and the areas of sites its people work in: places.AREA_SIZE sites each
TEAMS = {"SH": ("黄浦 · 静安", "徐汇 · 闵行", "浦东"), "SG": ("Central", "East and North-East")}

_SHANGHAI = (
    "李娜", "王伟", "张敏", "刘洋", "Grace Chen", "陈静", "杨帆", "赵磊",
    "黄婷", "周杰", "Kevin Wu", "徐丽", "孙浩", "马晓燕", "朱琳", "胡建国",
    "郭雨桐", "何志强", "Sunny Gao", "林佳怡", "罗鹏", "梁思琪", "欧阳明月", "Tony Xie",
)  # fmt: skip
_SINGAPORE = (
    "Tan Wei Ling", "Muhammad Faizal", "Priya Nair", "Lim Jun Jie", "Wong Mei Xin", "Ng Kai Wen", "Siti Aminah",
    "Daniel Lee", "陈慧敏", "Rajesh Kumar", "Chua Hui Min", "Goh Zhi Hao", "Nurul Huda", "Alexander Christopher Teo",
    "黄文龙", "Jasmine Ong",
)  # fmt: skip
_STAFF = (
    Member("S001", "陈杰", "supervisor", "SH", TEAMS["SH"][0], 0, language="zh"),
    Member("S002", "Helen Zhou", "supervisor", "SH", TEAMS["SH"][1], 1),
    Member("S003", "方建平", "supervisor", "SH", "", 2, employer="client"),
    Member("S004", "Marcus Tan", "supervisor", "SG", TEAMS["SG"][0], 0),
    Member("S005", "Farah Ismail", "supervisor", "SG", TEAMS["SG"][1], 1),
    Member("S006", "沈悦", "supervisor", "SH", TEAMS["SH"][2], 2),
    Member("H001", "林美", "hr", "SH"),
    Member("H002", "Rachel Koh", "hr", "SG"),
    Member("F001", "顾芳", "finance", "SH"),
    Member("A001", "Ada Song", "admin", "SH"),
)
SCOPED = ("H001", "F001")
"""Office people who look after both branches."""


def _reps() -> tuple[Member, ...]:
    made: list[Member] = []
    for office, names in (("SH", _SHANGHAI), ("SG", _SINGAPORE)):
        for n, name in enumerate(names):
            area = n // 8
            number = len(made) + 1
            made.append(Member(f"R{number:03}", name, "rep", office, TEAMS[office][area], area))
    return tuple(made)


REPS = _reps()
STAFF = _STAFF
PEOPLE = (*REPS, *STAFF)


def office_of(code: str) -> Office:
    return next(office for office in OFFICES if office.code == code)
