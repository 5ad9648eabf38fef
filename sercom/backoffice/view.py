"""The base view: declared columns, roles from the matrix, errors beside fields, every change journalled.

A view that derives from it only declares. What Flask-Admin leaves open (edit by a forged id, a
delete behind a hidden button, ``id=abc``) is closed here.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from flask import abort, flash, make_response, redirect, request
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from flask_babel import gettext as _
from jinja2 import pass_context
from werkzeug.wrappers import Response

from sercom.backoffice import csvfile, formatters
from sercom.backoffice.access import AccessMixin, current_actor, may, require
from sercom.backoffice.converter import Converter
from sercom.backoffice.listing import ListingMixin
from sercom.backoffice.posted import read_id, read_version
from sercom.backoffice.seam import attempt
from sercom.core import journal
from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.core.fields import ProductForm
from sercom.workflow.transitions import require_version


class EntityView(AccessMixin, ListingMixin, ModelView):
    """CRUD of one entity, as the matrix allows it."""

    model_form_converter = Converter
    column_list: Any
    column_sortable_list: Any
    column_export_list: Any
    column_labels: Any
    column_filters: Any
    column_formatters: Any = formatters.PHONES
    column_formatters_export: Any
    column_formatters_detail: Any
    form_columns: Any
    form_args: Any
    form_base_class = ProductForm
    list_template = "admin/list.html"
    details_template = "admin/details.html"
    create_template = edit_template = "admin/form.html"
    column_type_formatters = column_type_formatters_detail = formatters.ON_SCREEN
    column_type_formatters_export = formatters.IN_FILE
    column_display_actions = False
    action_disallowed_list = ("delete",)
    can_view_details = True
    can_set_page_size = True
    page_size = 50
    page_size_options = (20, 50, 100)
    named_filter_urls = True
    #: What a person is told about an empty list.
    empty_hint: Any = None
    #: Headings of a long form and its page: above which column each stands.
    sections: Mapping[str, Any] = MappingProxyType({})
    #: What the button says that makes one, and what the search box takes.
    add_label: Any = None
    search_hint: Any = None
    #: Key of the version column, where two people may edit one row.
    versioned = True

    # --- what the matrix allows ---------------------------------------------------------------

    @property
    def can_create(self) -> bool:
        """Whether the person may create one."""
        return may("create", self.entity)

    @property
    def can_edit(self) -> bool:
        """Whether the person may change one."""
        return may("update", self.entity)

    @property
    def can_delete(self) -> bool:
        """Whether the person may delete one."""
        return may("delete", self.entity)

    @property
    def can_export(self) -> bool:
        """Whether the person may take the list away."""
        return may("export", self.entity)

    # --- one row ------------------------------------------------------------------------------

    def get_one(self, id: Any) -> Any:  # noqa: A002  # Flask-Admin's name
        """The row of that id, within what the person may see; 404 otherwise."""
        row = self.get_query().filter(self.model.id == read_id(str(id))).one_or_none()
        if row is None:
            abort(404)
        return row

    def page_url(self, row: Any) -> str:
        """Where the row is looked at; a list asks for every row, so it is put together by hand."""
        return f"{request.script_root}{self.url}/details/?id={row.id}"

    def get_save_return_url(self, model: Any, is_created: bool = False) -> str:  # noqa: FBT001, FBT002
        """After a save, the row itself."""
        return self.page_url(model)

    @pass_context
    def get_list_value(self, context: Any, model: Any, name: str) -> Any:
        """What a cell shows; Flask-Admin's own asks of every cell for every type."""
        written = self.column_formatters.get(name)
        value = written(self, context, model, name) if written else self._get_field_value(model, name)
        return formatters.on_screen(type(value))(self, value, name)  # type: ignore[arg-type]  # a class is hashable

    # --- views --------------------------------------------------------------------------------

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:
        """A form for a new row."""
        require("create", self.entity)
        form = self.create_form()
        if request.method == "POST" and form.validate():
            row = self.create_model(form)
            if row:
                flash(_("Created."), "success")
                return redirect(self.get_save_return_url(row, is_created=True))
        return self._form_page(form, None)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Any:
        """A form for a row that exists."""
        require("update", self.entity)
        row = self.get_one(request.args.get("id"))
        self.check_editable(row)
        form = self.edit_form(obj=row)
        if request.method == "POST" and form.validate() and self.update_model(form, row):
            flash(_("Saved."), "success")
            return redirect(self.get_save_return_url(row))
        return self._form_page(form, row)

    def check_editable(self, row: Any) -> None:
        """Raise ``DomainError`` where the row may not change any more."""

    def _form_page(self, form: Any, row: Any) -> Response | str:
        current = getattr(row, "version", "")
        html = self.render(
            self.edit_template if row is not None else self.create_template,
            form=form,
            row=row,
            # After a conflict both versions are on the page: saving again is a decision.
            version=current if form.conflict else request.form.get("version") or current,
            cancel_url=self.page_url(row) if row is not None else self.get_url(".index_view"),
        )
        return html if request.method == "GET" else make_response(html, form.status)

    @expose("/details/")
    def details_view(self) -> Any:
        """A row, to read."""
        row = self.get_one(request.args.get("id"))
        return self.render(self.details_template, row=row, **self.details_context(row))

    def details_context(self, row: Any) -> dict[str, Any]:
        """What the page of a row shows besides its columns."""
        return {"details_columns": self._details_columns, "get_value": self.get_detail_value}

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> Any:
        """Delete a row, where the matrix and the database allow it."""
        require("delete", self.entity)
        row = self.get_one(request.form.get("id"))
        refusal = attempt(db.session, lambda: self.delete_row(row))
        if refusal is not None:
            raise refusal
        flash(_("Deleted."), "success")
        return redirect(self.get_url(".index_view"))

    def delete_row(self, row: Any) -> None:
        """Write it in the journal, then delete."""
        journal.record(db.session, current_actor(), "deleted", row)
        db.session.delete(row)
        db.session.flush()

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Any:
        """Flask-Admin's own bulk actions carry no version and no token: there are none."""
        abort(404)

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> Any:
        """The list as a file, filtered and sorted as shown."""
        require("export", self.entity)
        if export_type != "csv":
            abort(404)
        return csvfile.answer(str(self.name), self._export_rows())

    def _export_rows(self) -> Iterator[list[str]]:
        yield [str(title) for _key, title in self._export_columns]
        _count, rows = self._export_data()
        for row in rows:
            yield [formatters.harmless(self.get_export_value(row, key)) for key, _title in self._export_columns]

    # --- saving -------------------------------------------------------------------------------

    def create_model(self, form: Any) -> Any:
        """Make the row; a refusal goes beside its field."""
        row = self.model()
        return row if self._saved(form, lambda: self.insert(form, row)) else False

    def update_model(self, form: Any, model: Any) -> bool:
        """Change the row; a refusal goes beside its field."""
        if self._saved(form, lambda: self.change(form, model)):
            return True
        if form.conflict:
            form.show_saved(self._edit_form_class(None, obj=self.get_one(model.id)))
        return False

    def insert(self, form: Any, row: Any) -> None:
        """Fill a new row from the form and write it in the journal."""
        with db.session.no_autoflush:
            form.populate_obj(row)
        db.session.add(row)
        db.session.flush()
        journal.record(db.session, current_actor(), "created", row)

    def change(self, form: Any, row: Any) -> None:
        """Change a row from the form and write the difference in the journal."""
        if self.versioned:
            require_version(row, read_version())
        with db.session.no_autoflush:
            form.populate_obj(row)
            changes = journal.changes_of(row)
        db.session.flush()
        if changes:
            journal.record(db.session, current_actor(), "changed", row, changes)

    def _saved(self, form: Any, action: Any) -> bool:
        refusal = attempt(db.session, action)
        if refusal is None:
            return True
        self.show_refusal(form, refusal)
        return False

    def show_refusal(self, form: Any, refusal: DomainError) -> None:
        """Put the refusal where the person will see it."""
        form.add_error(refusal)
