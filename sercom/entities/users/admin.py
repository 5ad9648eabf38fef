"""People and teams in the back-office."""

import secrets
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security.utils import hash_password
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import PasswordField
from wtforms.validators import Length, Optional

from sercom.backoffice.access import current_actor
from sercom.backoffice.listing import contains
from sercom.backoffice.view import EntityView
from sercom.core import access
from sercom.core.base import db
from sercom.core.choices import RowsField
from sercom.core.errors import DomainError
from sercom.entities.users.model import Role, Team, User, active_people

MIN_PASSWORD = 12


def roles() -> Any:
    """The four roles."""
    return db.session.scalars(select(Role).order_by(Role.id))


class UserView(EntityView):
    """Who signs in, and as what."""

    entity = "users"
    versioned = False
    column_list = ("name", "email", "roles", "language", "active")
    column_sortable_list = ("name", "email")
    column_labels = {
        "name": _l("Name"),
        "email": _l("E-mail"),
        "phone": _l("Phone"),
        "roles": _l("Roles"),
        "language": _l("Language"),
        "active": _l("Active"),
    }
    column_details_list = ("name", "email", "phone", "roles", "language", "active")
    form_columns = ("name", "email", "phone", "roles", "language", "active")
    form_overrides = {"roles": RowsField}
    form_args = {"roles": {"rows": roles}}
    search_in = (contains(User.name), contains(User.email))

    def load_options(self) -> tuple[Any, ...]:
        """The list shows the roles."""
        return (selectinload(User.roles),)

    def scaffold_form(self) -> Any:
        """A new password may be typed; the old one is never shown."""
        form = super().scaffold_form()
        form.new_password = PasswordField(
            _l("New password"),
            [Optional(), Length(min=MIN_PASSWORD, max=128)],
            description=_l("At least 12 characters. Leave blank to keep the present one."),
        )
        return form

    def insert(self, form: Any, row: Any) -> None:
        """A person nobody gave a password to cannot sign in yet."""
        row.fs_uniquifier = secrets.token_hex(32)
        self._take(form, row)
        super().insert(form, row)

    def change(self, form: Any, row: Any) -> None:
        """A new password or a deactivation ends the person's sessions."""
        if row.id == current_actor().user_id and not (form.active.data and self._stays_owner(form)):
            raise DomainError(_("You cannot take your own access away."), "active")
        if form.new_password.data or not form.active.data:
            row.fs_uniquifier = secrets.token_hex(32)
        self._take(form, row)
        super().change(form, row)

    @staticmethod
    def _stays_owner(form: Any) -> bool:
        return any(role.name == access.Role.OWNER.value for role in form.roles.data)

    @staticmethod
    def _take(form: Any, row: Any) -> None:
        if form.new_password.data:
            row.password = hash_password(form.new_password.data)
        del form.new_password


class TeamView(EntityView):
    """People who are planned together."""

    entity = "teams"
    versioned = False
    column_list = ("name", "members", "active")
    column_details_list = ("name", "members", "active")
    column_labels = {"name": _l("Name"), "members": _l("Members"), "active": _l("In use")}
    form_columns = ("name", "members", "active")
    form_overrides = {"members": RowsField}
    form_args = {"members": {"rows": active_people}}
    search_in = (contains(Team.name),)
    empty_hint = _l("A team is planned like a person.")

    def load_options(self) -> tuple[Any, ...]:
        """The list shows the members."""
        return (selectinload(Team.members),)
