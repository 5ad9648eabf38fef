"""The client's page: asking for its link by e-mail, what it shows, and what it opens. Reading writes nothing."""

from datetime import timedelta
from http import HTTPStatus
from io import BytesIO
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Length

from sercom.accounts import statement, statement_paper
from sercom.core import clock
from sercom.core.base import db, read_whole
from sercom.core.errors import DomainError
from sercom.core.fields import EmailField, Needed, ProductForm
from sercom.entities.clients.model import Client
from sercom.entities.company.model import get_company
from sercom.entities.delivery import papers
from sercom.entities.delivery.hub_link import HubLink, find_hub_link
from sercom.entities.documents.model import Document
from sercom.entities.ledger.model import Payment
from sercom.entities.privacy.consent import WORDINGS, ConsentSource
from sercom.entities.users.model import Language
from sercom.entities.visits.model import Visit
from sercom.output.kinds import PaperKind, file_name
from sercom.portal import guards
from sercom.portal.choices import held, ticked
from sercom.portal.opening import language_asked, no_link, private
from sercom.workflow import client_page
from sercom.workflow import hub as pages
from sercom.workflow.consent import say_at
from sercom.workflow.receipts import receipted

hub = Blueprint("hub", __name__)
hub.after_request(private)
hub.register_error_handler(HTTPStatus.NOT_FOUND, no_link)
YEAR = timedelta(days=365)


class AskForm(ProductForm):
    """The address that the link is sent to."""

    email = EmailField(
        _l("Your e-mail"),
        [Needed(_l("This field is required.")), Length(max=254)],
        description=_l("The address we write to you at."),
        render_kw={"autocomplete": "email"},
    )


@hub.route("/espace-client", methods=["GET", "POST"])
def ask() -> Any:
    """Ask for the link, in French."""
    return _ask()


@hub.route("/en/client-page", methods=["GET", "POST"])
def ask_en() -> Any:
    """Ask for the link, in English."""
    return _ask()


def _ask() -> Any:
    if request.method != "POST":  # a mail scanner's HEAD is a GET
        return _ask_page(AskForm())
    form = AskForm(request.form)
    if not form.validate():
        return _ask_page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        _limit("hub")
        if not request.form.get(guards.HONEYPOT):  # a machine is told what a person is told
            guards.count(db.session, "hub", form.email.data)
            pages.ask(db.session, form.email.data)
            db.session.commit()
    except DomainError as error:
        db.session.rollback()
        form.form_errors.append(str(error))
        return _ask_page(form), error.status
    return redirect(url_for(request.endpoint or "hub.ask", sent=1), HTTPStatus.SEE_OTHER)


def _ask_page(form: AskForm) -> str:
    sent = request.method != "POST" and "sent" in request.args
    return render_template("portal/hub_ask.html", form=form, sent=sent, company=get_company(db.session))


@hub.get("/c/<token>")
def page(token: str) -> Any:
    """All that is the client's, in their language or the one asked for."""
    link, people = _open(token)
    language = language_asked(people[0].language)
    with force_locale(language.value):
        return render_template(
            "portal/hub.html",
            told=client_page.page_of(db.session, people),
            may_read_report=client_page.may_read_report,
            **_shared(link, people, language),
        )


@hub.post("/c/<token>/open/<int:document_id>")
def open_document(token: str, document_id: int) -> Any:
    """Lead to a document's own page, by a link that ends with this one. A POST: it is written down."""
    link, people = _open(token)
    document = db.session.get(Document, document_id)
    theirs = document is not None and document.client_id in {client.id for client in people}
    if document is None or not theirs or not client_page.may_open(db.session, document):
        abort(404)
    opened = pages.open_document(db.session, link, document)
    db.session.commit()
    asked = request.args.get("language")
    return redirect(url_for("links.page", token=opened.token, language=asked), HTTPStatus.SEE_OTHER)


@hub.get("/c/<token>/receipts/<int:payment_id>")
def receipt(token: str, payment_id: int) -> Any:
    """What says that money came, or was given back."""
    _link, people = _open(token)
    payment = db.session.scalars(receipted().where(Payment.id == payment_id)).one_or_none()
    if payment is None or payment.client_id not in {client.id for client in people}:
        abort(404)
    file = papers.pdf(db.session, payment, language_asked(Language.FRENCH))
    return send_file(BytesIO(file.data), mimetype="application/pdf", download_name=file.name)


@hub.get("/c/<token>/reports/<int:visit_id>")
def report(token: str, visit_id: int) -> Any:
    """What was found and done on a visit; drawn anew each time, not as often as a machine would ask."""
    _link, people = _open(token)
    visit = db.session.get(Visit, visit_id)
    theirs = visit is not None and visit.case.client_id in {client.id for client in people}
    if visit is None or not theirs or not client_page.may_read_report(visit):
        abort(404)
    _limit("report")
    file = papers.report_for_client(db.session, visit, language_asked(Language.FRENCH))
    return send_file(BytesIO(file.data), mimetype="application/pdf", download_name=file.name)


@hub.get("/c/<token>/statement")
def statement_page(token: str) -> Any:
    """What was billed and paid in twelve months, or what is open."""
    link, people = _open(token)
    client, language = _whose(people), language_asked(people[0].language)
    with force_locale(language.value):
        told = _statement(client)
        account = client_page.account_of(db.session, client)
        shared = _shared(link, people, language)
        return render_template("portal/hub_statement.html", client=client, told=told, account=account, **shared)


@hub.get("/c/<token>/statement/pdf")
def statement_pdf(token: str) -> Any:
    """The same on paper, drawn anew each time; not as often as a machine would ask."""
    _link, people = _open(token)
    client, language = _whose(people), language_asked(Language.FRENCH)
    _limit("statement")
    told = _statement(client)
    name = file_name(PaperKind.STATEMENT, f"{client.name} {told.until}", 1, language.value)
    drawn = papers.draw(db.session, statement_paper.snapshot_of(db.session, told), language)
    return send_file(BytesIO(drawn), mimetype="application/pdf", download_name=name)


@hub.get("/c/<token>/emails")
def emails(token: str) -> Any:
    """What the client receives by e-mail, as things stand."""
    link, people = _open(token)
    language = language_asked(people[0].language)
    with force_locale(language.value):
        shown = {"wanted": held(people[0].id), "words": WORDINGS, "saved": request.args.get("saved") == "1"}
        return render_template("portal/hub_emails.html", **shown, **_shared(link, people, language))


@hub.post("/c/<token>/emails")
def save_emails(token: str) -> Any:
    """Keep the boxes as they were ticked, for the address that the link was sent to."""
    link, people = _open(token)
    said_in = language_asked(people[0].language)
    say_at(db.session, link.email, people[0], ticked(), ConsentSource.LINK, said_in)
    db.session.commit()
    there = url_for(".emails", token=token, saved=1, language=request.args.get("language"))
    return redirect(there, HTTPStatus.SEE_OTHER)


def _statement(client: Client) -> statement.Statement:
    """Of twelve months up to today; of what is open where that is asked for, or where a year is too much."""
    today = clock.today()
    if request.args.get("view") != statement.View.OPEN.value:
        try:
            return statement.make(db.session, client, statement.View.PERIOD, today - YEAR, today)
        except DomainError:
            pass
    return statement.make(db.session, client, statement.View.OPEN, today, today)


def _limit(what: str) -> None:
    """Refuse what comes faster than a person asks for it."""
    if guards.is_burst(what):
        raise guards.TooManyError(_("Too many requests. Wait a moment, then try again."))


def _open(token: str) -> tuple[HubLink, list[Client]]:
    """The link and whom it shows; one and the same 404 for whatever is none."""
    link = find_hub_link(db.session, token)
    return (link, pages.people_of(db.session, link)) if link is not None else abort(404)


def _whose(people: list[Client]) -> Client:
    """The client asked for, where the page shows several."""
    asked = read_whole(request.args.get("client", ""))
    return next((client for client in people if client.id == asked), people[0])


def _shared(link: HubLink, people: list[Client], language: Language) -> dict[str, Any]:
    company = get_company(db.session)
    return {"token": link.token, "link": link, "people": people, "language": language, "company": company}


def of_token(token: str) -> Client | None:
    """Whose page the token opens: who asks for something new from there is known."""
    link = find_hub_link(db.session, token) if token else None
    return link.client.present if link is not None else None
