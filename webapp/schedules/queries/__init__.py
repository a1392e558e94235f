"""Reading schedules: what a day should look like, which work date it is, plans, rosters, calendars, leave."""

from webapp.schedules.queries.days import expectation, expectations, work_date, work_day
from webapp.schedules.queries.plans import plan, plans

__all__ = ["expectation", "expectations", "plan", "plans", "work_date", "work_day"]
