"""Import people from a file."""

from webapp.core.errors import N_
from webapp.pages.hr.importing import ImportPage, make
from webapp.people.adapters.imports import PeopleImport

bp = make(
    ImportPage(
        PeopleImport(),
        name="hr_people_import",
        url="/hr/people/import",
        heading=N_("Import people"),
        back="/hr/people",
        back_label=N_("People"),
    )
)
