"""Documents on paper in the back-office: the preview, and the PDF."""

from io import BytesIO
from typing import Any

from flask import Response, abort, current_app, request, send_file
from flask_admin import expose
from flask_babel import gettext as _

from sercom.backoffice.access import may, require
from sercom.backoffice.posted import read_id
from sercom.backoffice.view import EntityView
from sercom.core.base import db, read_whole
from sercom.entities.delivery import papers
from sercom.entities.jobs.model import Job
from sercom.entities.users.model import Language
from sercom.entities.visits.model import Visit
from sercom.output.paper import Screen

#: The views of this page, where a role may read the paper and not the rest.
PAPER_VIEWS = frozenset({"paper_view", "pdf_view"})


def read_language(row: Any) -> Language:
    """The language asked for: French, or English for a client who chose it; a work order is in either."""
    value = request.args.get("language", Language.FRENCH.value)
    language = next((language for language in Language if language.value == value), None)
    return language if language in languages_of(row) else abort(404)


def languages_of(row: Any) -> list[Language]:
    """French always, English beside it where the client chose English."""
    client = row.case.client if isinstance(row, Visit) else row.client
    english = isinstance(row, Job) or client.language is Language.ENGLISH
    return [Language.FRENCH, Language.ENGLISH] if english else [Language.FRENCH]


def require_unrestricted(row: Any) -> None:
    """Answer 403 where nothing but tax law keeps the paper, to whoever does not keep the books."""
    client = row.case.client if isinstance(row, Visit) else row.client
    if client.anonymised_at is not None:
        require("update", "accounts")


def answer_pdf(row: Any, revision: int | None = None, of: papers.Printable | None = None) -> Response:
    """The PDF of ``row``, or of what is ``of`` it, shown by the browser under its own name."""
    require_unrestricted(row)
    file = papers.pdf(db.session, of or row, read_language(row), revision)
    return send_file(BytesIO(file.data), mimetype="application/pdf", download_name=file.name)


class PaperMixin(EntityView):
    """A kind of document that has a paper."""

    @expose("/<int:row_id>/paper")
    def paper_view(self, row_id: int) -> Any:
        """The document as it will look on paper; a draft too."""
        row = self.get_one(read_id(str(row_id)))
        require_unrestricted(row)
        language = read_language(row)
        return papers.preview(db.session, row, language, self._screen(row, language))

    @expose("/<int:row_id>/pdf")
    def pdf_view(self, row_id: int) -> Any:
        """The PDF of what was issued or sent: the same bytes for ever. ``revision`` names a quote's earlier one."""
        row = self.get_one(read_id(str(row_id)))
        if "revision" not in request.args:
            return answer_pdf(row)
        revision = read_whole(request.args["revision"])
        if not revision or papers.frozen(db.session, row, revision) is None:
            abort(404)
        return answer_pdf(row, revision)

    def _screen(self, row: Any, language: Language) -> Screen:
        links = [(f"← {row}", self.page_url(row), False)] if may("read", self.entity) else []
        for offered in languages_of(row):
            url = self.get_url(".paper_view", row_id=row.id, language=offered.value)
            links.append((str(offered.label), url, offered is language))
        if isinstance(row, Job) or papers.frozen(db.session, row):
            links.append((_("PDF"), self.get_url(".pdf_view", row_id=row.id, language=language.value), False))
        asset: Any = current_app.jinja_env.globals["asset"]
        sheets = tuple(asset(f"css/{name}.css") for name in ("tokens", "paper", "preview"))
        return Screen(sheets, asset("icon.svg"), tuple(links))
