"""Commands and conversions over HTTP: a page that shows, a POST that acts, in bulk or one by one.

GET writes nothing. Every POST carries the CSRF token and the version of the row it was shown with.
"""

import secrets
from collections.abc import Callable
from inspect import signature
from typing import Any

from flask import abort, flash, make_response, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from sercom.backoffice.access import current_actor
from sercom.backoffice.posted import read_id, read_version
from sercom.backoffice.seam import as_domain_error, attempt
from sercom.backoffice.view import EntityView
from sercom.core.base import db
from sercom.core.errors import DomainError, ForbiddenError, NeedsConfirmationError
from sercom.workflow import transitions


class CommandMixin(EntityView):
    """A view whose rows have states: the commands of ``TRANSITIONS``."""

    command_template = "admin/command.html"

    def get_for_update(self, row_id: int) -> Any:
        """The row, locked until the transaction ends; 404 where the person may not see it."""
        locked = db.session.get(self.model, read_id(str(row_id)), with_for_update=True, populate_existing=True)
        return self.get_one(row_id) if locked is not None else abort(404)

    @expose("/<int:row_id>/do/<command>", methods=("GET", "POST"))
    def command_view(self, row_id: int, command: str) -> Any:
        """Ask for what a command needs, then give it."""
        transition = transitions.find(self.model, command)
        if transition is None:
            abort(404)
        row = self.get_for_update(row_id) if request.method == "POST" else self.get_one(row_id)
        transitions.require_role(transition, row, current_actor())
        if request.method == "GET":
            transitions.require_possible(transition, row)
        form = self.command_form(transition, row)
        if request.method == "POST" and (form is None or form.validate()):
            data = form.arguments() if form is not None else {}
            if "confirm" in signature(transition.verb).parameters and self.is_confirmed(form):
                data["confirm"] = True
            version = read_version()
            refused = attempt(
                db.session, lambda: transitions.run(db.session, command, row, current_actor(), data, version=version)
            )
            if refused is None:
                flash(f"{row} · {self.done(transition, row)}", "success")
                for word in self.words_after(transition, row):
                    flash(word, "info")
                for note in self.notes_of(row):
                    flash(note, "warning")
                return redirect(self.after_command(row))
            return self._refused(transition, row, form, refused)
        return self._command_page(transition, row, form)

    def command_form(self, transition: transitions.Transition, row: Any) -> Any:
        """The form of what the command needs, filled with what is known."""
        if transition.needs is None:
            return None
        form = transition.needs(request.form if request.method == "POST" else None)
        form.about(row)
        if request.method == "GET":
            self.prefill(form, row)
        return form

    def is_confirmed(self, form: Any) -> bool:
        """Whether the person was asked, and said yes."""
        return bool(request.form.get("confirm"))

    def command_context(self, form: Any, row: Any) -> dict[str, Any]:
        """What a command's page shows besides its form."""
        return {}

    def prefill(self, form: Any, row: Any) -> None:
        """Start the form from what the row knows."""

    def done(self, transition: transitions.Transition, row: Any) -> Any:
        """What a command did, in a word or two: the state it led to."""
        return row.status.label if transition.sources != transition.targets else transition.label

    def words_after(self, transition: transitions.Transition, row: Any) -> list[str]:
        """What follows from a command, where a person cannot see it."""
        return []

    def notes_of(self, row: Any) -> list[str]:
        """What a command did besides what it says, for whoever gave it."""
        return []

    def after_command(self, row: Any) -> str:
        """Where a command leads."""
        return self.page_url(row)

    def _refused(self, transition: Any, row: Any, form: Any, refused: DomainError) -> Any:
        if isinstance(refused, NeedsConfirmationError):
            return self._command_page(transition, row, form, question=refused)
        if form is None or isinstance(refused, ForbiddenError):
            raise refused
        form.add_error(refused)
        return self._command_page(transition, row, form)

    def _command_page(self, transition: Any, row: Any, form: Any, question: DomainError | None = None) -> Any:
        conflict = form is not None and form.conflict
        html = self.render(
            self.command_template,
            row=row,
            form=form,
            transition=transition,
            question=question,
            version=row.version if conflict else request.form.get("version") or row.version,
            cancel_url=self.page_url(row),
            **self.command_context(form, row),
        )
        return html if request.method == "GET" else make_response(html, question.status if question else form.status)

    # --- bulk ---------------------------------------------------------------------------------

    @expose("/bulk/", methods=("POST",))
    def bulk_view(self) -> Any:
        """Give one command, or make one conversion, for each row that is ticked.

        Each row has its own savepoint and its own result.
        """
        action = request.form.get("action", "")
        nonce = request.form.get("nonce", "")[:40] or secrets.token_hex(8)
        rows = request.form.getlist("row")[: self.page_size_options[-1]]
        if not rows or not action:
            flash(_("Tick at least one row, then choose what to do."), "error")
            return redirect(self.get_url(".index_view"))
        wanted = sorted(
            {read_id(key): version for key, _colon, version in (row.partition(":") for row in rows)}.items()
        )
        self.lock_rows([row_id for row_id, _version in wanted])
        results = self.act_on_each(action, dict(wanted), nonce)
        db.session.commit()
        return self.render("admin/bulk.html", results=results, back_url=self.get_url(".index_view"))

    def act_on_each(self, action: str, wanted: dict[int, str], nonce: str) -> list[dict[str, Any]]:
        """Do ``action`` to each of the rows, by id with the version shown; a result for each."""
        return [self._one_of_many(action, row_id, version, nonce) for row_id, version in wanted.items()]

    def lock_rows(self, ids: list[int]) -> None:
        """Lock all rows first and in one order: two bulk commands wait for each other, and none is lost."""
        rows = select(self.model).where(self.model.id.in_(ids)).order_by(self.model.id).with_for_update()
        db.session.scalars(rows.execution_options(populate_existing=True)).all()

    def _one_of_many(self, action: str, row_id: int, version: str, nonce: str) -> dict[str, Any]:
        """Act on one row; the result names the row and what became of it."""
        row = self.get_query().filter(self.model.id == row_id).one_or_none()
        if row is None:
            return {"label": f"#{row_id}", "url": None, "target": None, "refused": _("This was deleted."), "notes": []}
        label, url = str(row), self.page_url(row)
        told = self.tried(lambda: self.bulk_act(action, row, f"{nonce}-{row_id}", read_version(version)))
        notes = [] if told["refused"] else self.notes_of(row)
        return {"label": label, "url": url, "notes": notes} | told

    def tried(self, act: Callable[[], Any]) -> dict[str, Any]:
        """Act in a savepoint: what it made, or why it was refused."""
        point = db.session.begin_nested()
        try:
            target = act()
            point.commit()
        except (DomainError, SQLAlchemyError) as error:
            point.rollback()
            refused = as_domain_error(error)
            if refused is None:
                raise
            return {"target": None, "refused": refused}
        return {"target": target, "refused": None}

    def bulk_act(self, action: str, row: Any, token: str, version: int | None) -> Any:
        """Do ``action`` to ``row``; returns what it made, if anything."""
        transition = transitions.find(self.model, action)
        if transition is None or transition.needs is not None:
            abort(400)
        transitions.run(db.session, action, row, current_actor(), version=version)

    def bulk_choices(self) -> list[tuple[str, Any]]:
        """What the bulk menu offers: the commands that need nothing more."""
        actor = current_actor()
        return [
            (t.name, t.label)
            for t in transitions.TRANSITIONS
            if t.model is self.model and t.needs is None and actor.has(t.roles)
        ]
