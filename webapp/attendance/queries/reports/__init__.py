"""What reports count. Every report is one statement, whatever the number of people and days."""

from webapp.attendance.queries.reports.anomalies import anomalies as anomalies
from webapp.attendance.queries.reports.confirming import confirming as confirming
from webapp.attendance.queries.reports.lateness import Lateness as Lateness
from webapp.attendance.queries.reports.lateness import Slot as Slot
from webapp.attendance.queries.reports.lateness import lateness as lateness
from webapp.attendance.queries.reports.scope import BY as BY
from webapp.attendance.queries.reports.scope import Group as Group
from webapp.attendance.queries.reports.scope import Scope as Scope
from webapp.attendance.queries.reports.sources import SOURCES as SOURCES
from webapp.attendance.queries.reports.sources import Combination as Combination
from webapp.attendance.queries.reports.sources import combinations as combinations
from webapp.attendance.queries.reports.sources import sources as sources
