"""People and teams in the back-office."""

from types import MappingProxyType
from typing import Any

from flask import flash, redirect
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security.utils import hash_password
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import PasswordField
from wtforms.validators import Length, Optional

from sercom.backoffice import formatters
from sercom.backoffice.access import current_actor, require
from sercom.backoffice.listing import contains
from sercom.backoffice.view import EntityView
from sercom.core import access, journal
from sercom.core.base import db
from sercom.core.choices import RowsField
from sercom.core.errors import DomainError
from sercom.entities.planning.feed import live_feed, renew, revoke
from sercom.entities.planning.hours import HoursField, told
from sercom.entities.planning.model import active_skills
from sercom.entities.users.account import ask_again, is_fresh, tell_feed
from sercom.entities.users.model import Role, Team, User, active_people, new_key
from sercom.entities.visits.model import PLANNED, Visit
from sercom.signin.settings import MIN_PASSWORD


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
        "new_password": _l("New password"),
        "colour": _l("Colour on the calendar"),
        "skills": _l("Skills"),
        "hours": _l("Working hours"),
        "sees_prices": _l("Sees prices in the field"),
        "invoices_on_site": _l("Invoices on site"),
    }
    column_details_list = (
        *("name", "email", "phone", "roles", "language", "active"),
        *("colour", "skills", "hours", "sees_prices", "invoices_on_site"),
    )
    form_columns = (
        *("name", "email", "phone", "roles", "language", "active", "new_password"),
        *("colour", "sees_prices", "invoices_on_site", "skills"),
    )
    sections = MappingProxyType({"colour": _l("At work")})
    form_overrides = {"roles": RowsField, "skills": RowsField}
    #: The old one is never shown.
    form_extra_fields = {
        "new_password": PasswordField(
            _l("New password"),
            [Optional(), Length(min=MIN_PASSWORD, max=128)],
            description=_l("At least 12 characters. Leave blank to keep the present one."),
        )
    }
    form_args = {"roles": {"rows": roles}, "skills": {"rows": active_skills}}
    column_formatters_detail = {
        **formatters.PHONES,
        "hours": lambda _view, _context, user, _name: " · ".join(told(user.hours)) or _("The usual ones"),
    }
    edit_template = create_template = "admin/user_form.html"
    search_in = (contains(User.name), contains(User.email))

    details_template = "admin/user.html"

    def details_context(self, row: Any) -> dict[str, Any]:
        """Of somebody who left: the planned visits that nobody goes to now, the first one first."""
        theirs = select(Visit.starts_at).where(Visit.person_id == row.id, Visit.status.in_(PLANNED))
        left = [] if row.active else db.session.scalars(theirs.order_by(Visit.starts_at)).all()
        return super().details_context(row) | {"left_visits": left}

    def load_options(self) -> tuple[Any, ...]:
        """The list shows the roles."""
        return (selectinload(User.roles),)

    def scaffold_form(self) -> Any:
        """Working hours are a table of their own."""
        form = super().scaffold_form()
        form.hours = HoursField(
            _l("Working hours"),
            description=_l("All blank: the usual hours, Monday to Friday from 8 to 5. One day blank: a day off."),
        )
        return form

    def insert(self, form: Any, row: Any) -> None:
        """A person nobody gave a password to cannot sign in yet."""
        row.fs_uniquifier = new_key()
        self._take(form, row)
        super().insert(form, row)

    def change(self, form: Any, row: Any) -> None:
        """A new password or a deactivation ends the person's sessions."""
        if row.id == current_actor().user_id and not (form.active.data and self._stays_owner(form)):
            raise DomainError(_("You cannot take your own access away."), "active")
        if form.new_password.data and row.id == current_actor().user_id:
            raise DomainError(_("Change your own password under “Security”."), "new_password")
        if form.new_password.data:
            journal.record(db.session, current_actor(), "password_changed", row)
        if form.new_password.data or not form.active.data:
            row.sign_out_everywhere()
        self._take(form, row)
        before = told(row.hours)
        super().change(form, row)
        after = told(row.hours)
        if before != after:
            journal.record(db.session, current_actor(), "hours_changed", row, {"hours": [before, after]})

    @expose("/<int:row_id>/forget-devices", methods=("POST",))
    def forget_devices_view(self, row_id: int) -> Any:
        """Let in again who lost the phone or the key: with the password alone, until a new one is set up."""
        require("update", self.entity)
        row = self.get_one(row_id)
        if row.id == current_actor().user_id:
            raise DomainError(_("Your own devices are under “Security”."))
        if not is_fresh():
            return ask_again()
        row.forget_devices()
        journal.record(db.session, current_actor(), "devices_forgotten", row)
        db.session.commit()
        flash(_("Their devices are forgotten: the password alone signs them in."), "success")
        return redirect(self.page_url(row))

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
    column_details_list = form_columns = ("name", "members", "colour", "active")
    column_labels = {
        "name": _l("Name"),
        "members": _l("Members"),
        "colour": _l("Colour on the calendar"),
        "active": _l("In use"),
    }
    form_overrides = {"members": RowsField}
    form_args = {"members": {"rows": active_people}}
    search_in = (contains(Team.name),)
    empty_hint = _l("A team is planned like a person.")
    details_template = "admin/team.html"

    def details_context(self, row: Any) -> dict[str, Any]:
        """The address of its calendar."""
        return super().details_context(row) | {"feed": live_feed(db.session, row)}

    @expose("/<int:row_id>/calendar", methods=("POST",))
    def renew_calendar_view(self, row_id: int) -> Any:
        """A private address of the team's visits, for a calendar program; the one before ends."""
        require("update", self.entity)
        row = self.get_one(row_id)
        tell_feed(row, renew(db.session, row))
        return redirect(self.page_url(row))

    @expose("/<int:row_id>/calendar/end", methods=("POST",))
    def end_calendar_view(self, row_id: int) -> Any:
        """No program reads the team's visits any more."""
        require("update", self.entity)
        row = self.get_one(row_id)
        revoke(db.session, row)
        tell_feed(row, None)
        return redirect(self.page_url(row))

    def load_options(self) -> tuple[Any, ...]:
        """The list shows the members."""
        return (selectinload(Team.members),)
