"""New phones of the people one answers for, for supervisors."""

from webapp.core.authz import Role
from webapp.pages.phones import make

bp = make(name="supervisor_phones", url="/team/phones", back="/team", roles=(Role.SUPERVISOR,))
