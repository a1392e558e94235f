"""What a punch is, how its time is judged and how a device's clock stands; pure."""

from webapp.devices.rules import day_words as day_words
from webapp.devices.rules.calls import Call as Call
from webapp.devices.rules.calls import is_live as is_live
from webapp.devices.rules.calls import key_mark as key_mark
from webapp.devices.rules.calls import refusal as refusal
from webapp.devices.rules.holders import Holder as Holder
from webapp.devices.rules.holders import holders_on as holders_on
from webapp.devices.rules.holders import key_of as key_of
from webapp.devices.rules.holders import pin_key as pin_key
from webapp.devices.rules.lines import Bad as Bad
from webapp.devices.rules.lines import Event as Event
from webapp.devices.rules.lines import Line as Line
from webapp.devices.rules.lines import Parsed as Parsed
from webapp.devices.rules.lines import pin_of as pin_of
from webapp.devices.rules.lines import printable as printable
from webapp.devices.rules.lines import wall_time as wall_time
from webapp.devices.rules.quality import Arrival as Arrival
from webapp.devices.rules.quality import moment as moment
from webapp.devices.rules.quality import quality as quality
