"""The client sites of the demo company: twelve to an area, at believable places of both cities (WGS-84)."""

from dataclasses import dataclass

AREA_SIZE = 12
UNPLACED = frozenset({"SH-011", "SH-023", "SG-024"})
"""Nobody has placed these yet: the first rep who visits proposes where they are."""


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    name: str
    brand: str
    kind: str
    address: str
    lat: float
    lng: float
    radius_m: int
    area: int
    client_staffed: bool = False
    """S003, who works for the client, looks after it."""


# kind, name, address, lat, lng; the second row stands about 250 m from the first
_SHANGHAI = (
    ("supermarket", "惠丰超市（人民广场店）", "黄浦区南京西路 180 号", 31.23172, 121.47186),
    ("specialty", "康悦药妆（来福士店）", "黄浦区西藏中路 268 号", 31.23238, 121.47434),
    ("convenience", "邻光便利（福州路店）", "黄浦区福州路 465 号", 31.23351, 121.47905),
    ("supermarket", "惠丰超市（南京东路店）", "黄浦区南京东路 340 号", 31.23690, 121.48174),
    ("community", "里弄优鲜（老西门店）", "黄浦区复兴东路 1020 号", 31.21948, 121.48316),
    ("specialty", "康悦药妆（新天地店）", "黄浦区马当路 245 号", 31.21873, 121.47498),
    ("community", "里弄优鲜（打浦桥店）", "黄浦区徐家汇路 618 号", 31.20784, 121.46742),
    ("convenience", "邻光便利（静安寺店）", "静安区愚园路 108 号", 31.22394, 121.44412),
    ("supermarket", "惠丰超市（大宁店）", "静安区共和新路 1978 号", 31.27688, 121.45364),
    ("community", "里弄优鲜（长寿路店）", "普陀区长寿路 401 号", 31.24136, 121.43690),
    ("convenience", "邻光便利（江宁路新店）", "静安区江宁路 730 号", 31.23990, 121.44420),
    ("specialty", "康悦药妆（北外滩国际客运中心地下一层化妆品与健康生活馆）", "东大名路 999 号", 31.25088, 121.49640),
    ("supermarket", "惠丰超市（徐家汇店）", "徐汇区虹桥路 1 号", 31.19421, 121.43538),
    ("specialty", "康悦药妆（港汇店）", "徐汇区虹桥路 2 号", 31.19530, 121.43710),
    ("community", "里弄优鲜（天平路店）", "徐汇区天平路 320 号", 31.20078, 121.43310),
    ("convenience", "邻光便利（漕河泾店）", "徐汇区宜山路 900 号", 31.17048, 121.39846),
    ("supermarket", "惠丰超市（古北店）", "长宁区黄金城道 600 号", 31.19280, 121.39930),
    ("community", "里弄优鲜（中山公园店）", "长宁区长宁路 1018 号", 31.21980, 121.41650),
    ("convenience", "邻光便利（江苏路店）", "长宁区江苏路 398 号", 31.22012, 121.43050),
    ("supermarket", "惠丰超市（莘庄店）", "闵行区莘松路 380 号", 31.11210, 121.37980),
    ("community", "里弄优鲜（七宝店）", "闵行区七莘路 3655 号", 31.15520, 121.35010),
    ("specialty", "康悦药妆（龙之梦店）", "长宁区长宁路 1088 号", 31.21895, 121.41488),
    ("convenience", "邻光便利（梅陇新店）", "闵行区梅陇路 600 号", 31.13480, 121.41590),
    ("community", "里弄优鲜（真如店）", "普陀区兰溪路 138 号", 31.25010, 121.40280),
    ("supermarket", "惠丰超市（陆家嘴店）", "浦东新区张杨路 501 号", 31.22880, 121.51380),
    ("supermarket", "惠丰超市（世纪公园店）", "浦东新区花木路 1378 号", 31.21010, 121.55120),
    ("supermarket", "惠丰超市（金桥店）", "浦东新区张杨路 3611 号", 31.26780, 121.58140),
    ("supermarket", "惠丰超市（三林店）", "浦东新区三林路 235 号", 31.14690, 121.50280),
    ("supermarket", "惠丰超市（张江店）", "浦东新区松涛路 560 号", 31.20360, 121.58930),
    ("supermarket", "惠丰超市（外高桥店）", "浦东新区季景路 288 号", 31.34200, 121.58120),
    ("convenience", "邻光便利（东昌路店）", "浦东新区浦东南路 1088 号", 31.23120, 121.51120),
    ("specialty", "康悦药妆（正大店）", "浦东新区陆家嘴西路 168 号", 31.23690, 121.49860),
    ("community", "里弄优鲜（塘桥店）", "浦东新区浦建路 118 号", 31.20880, 121.51890),
    ("convenience", "邻光便利（龙阳路店）", "浦东新区龙阳路 2000 号", 31.20310, 121.55480),
    ("community", "里弄优鲜（周浦店）", "浦东新区年家浜路 518 号", 31.11480, 121.56680),
    ("specialty", "康悦药妆（五角场店）", "杨浦区淞沪路 8 号", 31.30010, 121.51320),
)
_SINGAPORE = (
    ("supermarket", "Harvest Mart Orchard", "313 Orchard Road, B2", 1.30135, 103.83840),
    ("specialty", "Glow & Care Somerset", "100 Somerset Road", 1.30060, 103.83905),
    ("convenience", "NearBy Raffles Place", "6 Raffles Quay", 1.28165, 103.85120),
    ("supermarket", "Harvest Mart Bugis", "200 Victoria Street", 1.29960, 103.85540),
    ("community", "Kampong Fresh Tiong Bahru", "302 Tiong Bahru Road", 1.28670, 103.82730),
    ("convenience", "NearBy HarbourFront", "1 HarbourFront Walk", 1.26440, 103.82220),
    ("specialty", "Glow & Care Novena", "238 Thomson Road", 1.32020, 103.84390),
    ("community", "Kampong Fresh Toa Payoh", "190 Lorong 6 Toa Payoh", 1.33260, 103.84840),
    ("supermarket", "Harvest Mart Bishan", "9 Bishan Place", 1.35060, 103.84860),
    ("convenience", "NearBy Little India", "48 Serangoon Road", 1.30680, 103.85060),
    ("community", "Kampong Fresh Queenstown", "171 Stirling Road", 1.29640, 103.80480),
    ("specialty", "Glow & Care Clementi", "3155 Commonwealth Avenue West", 1.31490, 103.76440),
    ("supermarket", "Harvest Mart Tampines", "4 Tampines Central 5", 1.35240, 103.94470),
    ("specialty", "Glow & Care Tampines", "10 Tampines Central 1", 1.35380, 103.94540),
    ("community", "Kampong Fresh Bedok", "311 New Upper Changi Road", 1.32460, 103.92940),
    ("convenience", "NearBy Paya Lebar Quarter", "10 Paya Lebar Road", 1.31720, 103.89270),
    ("supermarket", "Harvest Mart Pasir Ris", "1 Pasir Ris Central Street 3", 1.37280, 103.94930),
    ("community", "Kampong Fresh Hougang", "90 Hougang Avenue 10", 1.37240, 103.89380),
    ("convenience", "NearBy Serangoon", "23 Serangoon Central", 1.35060, 103.87240),
    ("supermarket", "Harvest Mart Punggol", "83 Punggol Central", 1.40560, 103.90210),
    ("community", "Kampong Fresh Katong", "112 East Coast Road", 1.30520, 103.90480),
    ("convenience", "NearBy Changi Business Park", "5 Changi Business Park Central 1", 1.33450, 103.96280),
    ("specialty", "Glow & Care Serangoon Gardens Wellness and Beauty Store", "49A Garden Way", 1.36320, 103.86580),
    ("community", "Kampong Fresh Sengkang (new)", "1 Sengkang Square", 1.39200, 103.89500),
)  # fmt: skip


def _places() -> tuple[Place, ...]:
    made = []
    for office, rows in (("SH", _SHANGHAI), ("SG", _SINGAPORE)):
        for n, (kind, name, address, lat, lng) in enumerate(rows):
            area, code = n // AREA_SIZE, f"{office}-{n + 1:03}"
            client = office == "SH" and kind == "supermarket" and area == 2
            made.append(Place(code, name, _BRANDS[office][kind], kind, address, lat, lng, _RADIUS[kind], area, client))
    return tuple(made)


_RADIUS = {"supermarket": 200, "community": 150, "convenience": 120, "specialty": 150}
_BRANDS = {
    "SH": {"supermarket": "惠丰超市", "community": "里弄优鲜", "convenience": "邻光便利", "specialty": "康悦药妆"},
    "SG": {
        "supermarket": "Harvest Mart",
        "community": "Kampong Fresh",
        "convenience": "NearBy",
        "specialty": "Glow & Care",
    },
}
PLACES = _places()
_BY_CODE = {place.code: place for place in PLACES}


def of(office: str, area: int) -> tuple[Place, ...]:
    """The sites of one area of a branch."""
    return tuple(place for place in PLACES if place.code.startswith(office) and place.area == area)


def at(code: str) -> Place:
    return _BY_CODE[code]
