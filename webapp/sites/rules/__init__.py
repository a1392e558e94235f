"""Coordinates, fences and distances; pure. Degrees are WGS-84 unless a datum is named."""

from webapp.sites.rules.checks import CLUSTER_SPREAD_M, RadiusHelp, Suspicion, radius_help, shares_inside, wrong_datum
from webapp.sites.rules.corners import read_corners, write_corners
from webapp.sites.rules.datum import Datum, Point, from_wgs84, to_wgs84
from webapp.sites.rules.new_sites import (
    MOST_ALIKE,
    NAME_MAX,
    NOTE_MAX,
    OPEN_MAX,
    SAME_SPOT_M,
    Alike,
    NewSiteFields,
    new_site,
    plain_name,
    sounds_alike,
)
from webapp.sites.rules.picture import Picture, picture
from webapp.sites.rules.policy import DEFAULT_POLICY, FencePolicy
from webapp.sites.rules.polygon import Polygon, edge_m, from_datum, in_datum, is_same, offsets, outline
from webapp.sites.rules.sites import (
    RADIUS_DEFAULT,
    RADIUS_MAX,
    RADIUS_MIN,
    ROUGHEST_PROPOSAL_M,
    Near,
    SiteFields,
    SiteInfo,
    degrees,
    pasted,
    position,
    radius,
    short,
)
from webapp.sites.rules.space import Box, boxes, distance_m, nearest, roughly_m

__all__ = [
    "CLUSTER_SPREAD_M", "DEFAULT_POLICY", "MOST_ALIKE", "NAME_MAX", "NOTE_MAX", "OPEN_MAX", "RADIUS_DEFAULT",
    "RADIUS_MAX", "RADIUS_MIN", "ROUGHEST_PROPOSAL_M", "SAME_SPOT_M", "Alike", "Box", "Datum", "FencePolicy",
    "Near", "NewSiteFields", "Picture", "Point", "Polygon", "RadiusHelp", "SiteFields", "SiteInfo", "Suspicion",
    "boxes", "degrees", "distance_m", "edge_m", "from_datum", "from_wgs84", "in_datum", "is_same", "nearest",
    "new_site", "offsets", "outline", "pasted", "picture", "plain_name", "position", "radius", "radius_help",
    "read_corners", "roughly_m", "shares_inside", "short", "sounds_alike", "to_wgs84", "write_corners",
    "wrong_datum",
]  # fmt: skip
