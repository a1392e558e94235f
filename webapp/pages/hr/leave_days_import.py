"""Import days of leave given to people from a file."""

from webapp.core.errors import N_
from webapp.pages.hr.importing import ImportPage, make
from webapp.schedules.adapters.imports_leave import LeaveDaysImport

bp = make(
    ImportPage(
        LeaveDaysImport(),
        name="hr_leave_days_import",
        url="/hr/schedule/leave/balances/import",
        heading=N_("Import days of leave"),
        back="/hr/schedule/leave/balances",
        back_label=N_("Leave that is left"),
    )
)
