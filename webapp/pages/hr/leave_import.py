"""Import approved leave from a file."""

from webapp.core.errors import N_
from webapp.pages.hr.importing import ImportPage, make
from webapp.schedules.adapters.imports_leave import LeaveImport

bp = make(
    ImportPage(
        LeaveImport(),
        name="hr_leave_import",
        url="/hr/schedule/leave/import",
        heading=N_("Import leave"),
        back="/hr/schedule/leave",
        back_label=N_("Leave"),
    )
)
