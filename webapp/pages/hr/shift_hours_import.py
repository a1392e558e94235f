"""Import shifts and what they demand from a file."""

from webapp.core.errors import N_
from webapp.pages.hr.importing import ImportPage, make
from webapp.schedules.adapters.imports_hours import ShiftHoursImport

bp = make(
    ImportPage(
        ShiftHoursImport(),
        name="hr_shift_hours_import",
        url="/hr/schedule/shifts/import",
        heading=N_("Import shifts and their hours"),
        back="/hr/schedule/shifts",
        back_label=N_("Shifts"),
        options_template="hr/shift_hours_import_options.html",
    )
)
