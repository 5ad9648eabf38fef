"""Merging two clients over HTTP: a page that shows both side by side, a POST that merges, undo."""

from typing import Any

from flask import abort, flash, make_response, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from sercom.backoffice.access import current_actor, may, require
from sercom.backoffice.posted import read_id, read_version
from sercom.backoffice.seam import attempt
from sercom.backoffice.view import EntityView
from sercom.core import formats
from sercom.core.base import db, read_whole
from sercom.core.errors import DomainError
from sercom.core.labels import Labelled
from sercom.entities.clients.merge import ClientMerge
from sercom.entities.clients.model import Client
from sercom.workflow import matching, merging, unmerging

#: Details that are compared, in the order of the form.
COMPARED = (
    *("kind", "name", "contact_name", "is_prospect", "phone", "other_phone", "email", "billing_email", "language"),
    *("street", "city", "province", "postal_code", "terms_days"),
    *("tax_exemption", "exemption_number", "notes"),
)


def matches_for(client: Client) -> list[matching.Match]:
    """Whom a prospect may be already, for those who may merge."""
    return matching.likely(db.session, client) if client.is_prospect and may("update", "clients") else []


class MergeMixin(EntityView):
    """A client that was merged is shown nowhere, and its page leads to the one that it became."""

    def narrow(self, query: Any) -> Any:
        """Not the ones that were merged."""
        return query.filter(Client.merged_into_id.is_(None))

    @expose("/details/")
    def details_view(self) -> Any:
        """The client; of one that was merged, the client that it is now."""
        merged = db.session.get(Client, read_id(request.args.get("id")))
        if merged is not None and merged.merged_into_id is not None:
            flash(_("%(merged)s was merged into %(client)s.", merged=merged, client=merged.present), "info")
            return redirect(self.page_url(merged.present))
        return super().details_view()

    def details_context(self, row: Any) -> dict[str, Any]:
        """Whom a prospect may be, and whom this client was merged from."""
        merges = unmerging.merges_of(db.session, row)
        may_undo = may("update", "clients")
        return {
            "matches": matches_for(row),
            "merges": [(made, unmerging.hindrance(db.session, made) if may_undo else None) for made in merges],
            "may_undo": may_undo,
            "moved_text": moved_text,
            **super().details_context(row),
        }

    @expose("/<int:row_id>/merge/<int:other_id>", methods=("GET", "POST"))
    def merge_view(self, row_id: int, other_id: int) -> Any:
        """Show two clients side by side, then make them one."""
        require("update", self.entity)
        if row_id == other_id:
            abort(404)
        if request.method == "GET":
            return self._merge_page(self.get_one(row_id), self.get_one(other_id))
        return self._merge(*(self._get_any(client_id) for client_id in (row_id, other_id)))

    def _get_any(self, client_id: int) -> Client:
        """The client, also where it was merged: a second click finds the merge done."""
        return db.session.get(Client, read_id(str(client_id))) or abort(404)

    def _merge(self, row: Client, other: Client) -> Any:
        stays = read_whole(request.form.get("stays", ""))
        versions = {
            row.id: read_version(),
            other.id: read_version(request.form.get("other_version", "")),
        }
        if stays not in versions:
            return self._merge_page(row, other, DomainError(_l("Choose which client stays."), "stays"))
        goes = other.id if stays == row.id else row.id
        refused = attempt(
            db.session, lambda: merging.merge(db.session, stays, goes, current_actor(), versions=versions)
        )
        if refused is None:
            stayer = db.session.get_one(Client, stays)
            flash(_("The two clients are one now: %(client)s.", client=stayer), "success")
            return redirect(self.page_url(stayer))
        if row.merged_into_id or other.merged_into_id:
            raise refused
        return self._merge_page(row, other, refused)

    def _merge_page(self, row: Client, other: Client, refused: DomainError | None = None) -> Any:
        pair = [row, other]
        html = self.render(
            "admin/merge.html",
            pair=pair,
            details=[(self.column_labels[name], *_both(row, other, name)) for name in COMPARED],
            moving=[
                moved_text({table: len(ids) for table, ids in merging.holdings(db.session, client).items()})
                for client in pair
            ],
            reasons=matching.common(db.session, row, other),
            stays=read_whole(request.form.get("stays", "")) or min(pair, key=_weight).id,
            refused=refused,
            cancel_url=self.page_url(row),
        )
        return html if refused is None else make_response(html, refused.status)

    @expose("/<int:row_id>/merges/<int:merge_id>/undo", methods=("POST",))
    def undo_merge_view(self, row_id: int, merge_id: int) -> Any:
        """Take a merge back."""
        require("update", self.entity)
        stayer, made = self.get_one(row_id), db.session.get(ClientMerge, read_id(str(merge_id)))
        if made is None or made.stayer_id != stayer.id:
            abort(404)
        version = read_version()
        refused = attempt(db.session, lambda: unmerging.undo(db.session, made, current_actor(), version=version))
        if refused is not None:
            raise refused
        flash(_("%(client)s is a client of its own again.", client=made.merged), "success")
        return redirect(self.page_url(made.stayer))


def _weight(client: Client) -> tuple[bool, int]:
    """Who stays unless somebody says otherwise: a client before a prospect, the older before the newer."""
    return client.is_prospect, client.id


def _both(row: Client, other: Client, name: str) -> tuple[str, str, bool]:
    """A detail of either as it is read, and whether they differ."""
    one, two = (_shown(getattr(client, name), name) for client in (row, other))
    return one, two, one != two


def _shown(value: Any, name: str) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Labelled):
        return str(value.label)
    return formats.phone(value) if name.endswith("phone") else str("" if value is None else value)


def moved_text(counts: dict[str, int]) -> str:
    """``2 cases, 3 documents, 1 address``: what moves, or moved."""
    told = (
        ("case", ngettext("%(num)s case", "%(num)s cases", counts.get("case", 0))),
        ("document", ngettext("%(num)s document", "%(num)s documents", counts.get("document", 0))),
        ("visit", ngettext("%(num)s visit", "%(num)s visits", counts.get("visit", 0))),
        ("payment", ngettext("%(num)s payment", "%(num)s payments", counts.get("payment", 0))),
        ("site", ngettext("%(num)s address", "%(num)s addresses", counts.get("site", 0))),
        ("file", ngettext("%(num)s photo", "%(num)s photos", counts.get("file", 0))),
        ("note", ngettext("%(num)s note", "%(num)s notes", counts.get("note", 0))),
    )
    return ", ".join(text for table, text in told if counts.get(table)) or _("nothing")
