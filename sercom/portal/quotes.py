"""The client's page of a quote: options to choose with the total following, and the answer.

Each form works without a script: the total of another choice is then asked for by a button, and whoever
approves types a name. What is approved is what was shown: the total that stood on the page comes along.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user

from sercom.core import formats
from sercom.core.base import db
from sercom.core.errors import DomainError, ForbiddenError
from sercom.core.fields import ProductForm
from sercom.core.money import ZERO
from sercom.entities.company.model import get_company
from sercom.entities.delivery import papers
from sercom.entities.delivery.link import Link
from sercom.entities.quotes.model import Quote
from sercom.entities.quotes.snapshot import as_it_stands
from sercom.entities.users.model import Language
from sercom.portal import thread
from sercom.portal.answer_forms import ApproveForm, ChangesForm, DeclineForm
from sercom.portal.opening import language_of, no_link, open_link, private, read
from sercom.workflow import answering, shown
from sercom.workflow.answering import Standing, Word
from sercom.workflow.receipts import deposit_left, deposits_on

#: The command of an answer, and the field of its form that holds words.
WORDS = {"changes": ("request_changes", "words"), "decline": ("decline", "note")}

answers = Blueprint("answers", __name__, url_prefix="/l")
answers.after_request(private)
answers.register_error_handler(HTTPStatus.NOT_FOUND, no_link)


def show(
    link: Link,
    quote: Quote,
    language: Language,
    typed: Mapping[str, ProductForm] | None = None,
    refused: DomainError | None = None,
) -> Any:
    """The page, with what was ``typed`` into one of its forms; ``refused`` says over it why it was not taken."""
    sent = papers.frozen(db.session, quote, link.revision)
    if sent is None:
        abort(404)
    standing = answering.standing_of(quote, link.revision)
    forms: dict[str, Any] = {
        "approve": ApproveForm(),
        "changes": ChangesForm(),
        "decline": DeclineForm(),
        **(typed or {}),
    }
    forms["approve"].about(quote)
    if standing is Standing.EXPIRED and "changes" not in (typed or {}):
        forms["changes"].words.data = _("Please renew this quote.")
    offer = sent if standing is Standing.REVISED else _as_chosen(sent, quote, forms["approve"], standing)
    company = get_company(db.session)
    approval = quote.approval if standing is Standing.APPROVED else None
    # An answer on this page is one at a distance; a revision that no longer holds asks nothing.
    asks = not (quote.deposit_face_to_face or standing is Standing.REVISED)
    deposit = offer["deposit"] if asks else None
    received = deposits_on(db.session, quote) if approval is not None and deposit else ZERO
    may, conversation = answering.answers_to(quote, link.revision), thread.context(quote)
    for name, form in (typed or {}).items():
        command, words = WORDS.get(name, ("", ""))
        if command and command not in may:  # its form is not there any more: what was written may still be sent
            conversation["write"].body.data = form[words].data
    html = render_template(
        "portal/quote.html",
        row=quote,
        token=link.token,
        link=link,
        language=language,
        asked=request.args.get("language"),
        company=company,
        paper=read(offer),
        total=offer["total"],
        standing=standing.value,
        answers=may,
        approval=approval,
        to_plan=answering.is_to_plan(quote),
        deposit=deposit,
        received=received,
        to_pay=deposit_left(quote, Decimal(deposit["amount"]), received) if approval is not None and deposit else ZERO,
        told=shown.shown_on(db.session, quote, company.name),
        **conversation,
        forms=forms,
        open=next(iter(typed or ()), None),
        refused=refused,
        staff=current_user.is_authenticated,
    )
    wrong = any(form.errors for form in (typed or {}).values())
    return html, refused.status if refused else HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK


def _as_chosen(sent: dict[str, Any], quote: Quote, form: ApproveForm, standing: Standing) -> dict[str, Any]:
    """The offer as it stands, with what is ticked as far as that can be."""
    if standing is not Standing.APPROVED and form.accepted.data is not None:
        with suppress(DomainError):
            return as_it_stands(db.session, sent, quote, form.accepted.data)
    return as_it_stands(db.session, sent, quote)


@answers.post("/<token>/total")
def total(token: str) -> Any:
    """What a choice comes to: the page's script asks at each tick. Nothing is written."""
    link = open_link(token)
    quote, language = _quote_of(link), language_of(link)
    with force_locale(language.value):
        form = ApproveForm(request.form)
        sent = papers.frozen(db.session, quote, link.revision)
        if sent is None or answering.standing_of(quote, link.revision) is Standing.REVISED:
            return jsonify(error=str(answering.TOO_LATE[Standing.REVISED])), HTTPStatus.CONFLICT
        try:
            told = as_it_stands(db.session, sent, quote, form.accepted.data)
        except DomainError as error:
            return jsonify(error=str(error)), error.status
        paper = read(told)
        sums = render_template("portal/_sums.html", paper=paper)
        asked = paper["deposit"] if paper["deposit"] and not quote.deposit_face_to_face else None
        deposit = formats.money(asked["amount"]) if asked else ""
        return jsonify(shown=told["total"], total=formats.money(paper["total"]), sums=sums, deposit=deposit)


@answers.post("/<token>/approve")
def approve(token: str) -> Any:
    """The client approves; or looks at what another choice comes to."""
    link = open_link(token)
    language = language_of(link)
    with force_locale(language.value):
        form = ApproveForm(request.form)
        if "look" in request.form:
            return show(link, _quote_of(link), language, {"approve": form})
        db.session.rollback()  # decoding takes its time: nothing is locked meanwhile
        valid, signed = form.validate(), None
        try:
            signed = form.signed()
        except DomainError as error:
            form.add_error(error)
        link, quote = _locked(token)
        if not valid or signed is None:
            return show(link, quote, language, {"approve": form})
        word = Word(form.name.data or "", signed, form.accepted.data, form.shown.data or "", language)
        if quote.approval is not None and answering.is_same(quote.approval, quote, word):
            return _back(token)
        return _answer(link, quote, form, lambda: answering.approve(db.session, quote, link, word), "approve")


@answers.get("/<token>/<any(approve, changes, decline):_answer>")
def again(token: str, _answer: str) -> Any:
    """The address of an answer, opened anew: back to the page."""
    open_link(token)
    return _back(token)


@answers.post("/<token>/changes")
def changes(token: str) -> Any:
    """The client asks for a change."""
    link, quote = _locked(token)
    with force_locale(language_of(link).value):
        form = ChangesForm(request.form)
        return _answer(
            link,
            quote,
            form,
            lambda: answering.request_changes(db.session, quote, link, form.words.data.strip()),
            "changes",
        )


@answers.post("/<token>/decline")
def decline(token: str) -> Any:
    """The client says no."""
    link, quote = _locked(token)
    with force_locale(language_of(link).value):
        form = DeclineForm(request.form)
        return _answer(
            link,
            quote,
            form,
            lambda: answering.decline(db.session, quote, link, form.reason.data, form.note.data or ""),
            "decline",
        )


def _answer(link: Link, quote: Quote, form: ProductForm, give: Callable[[], Any], name: str) -> Any:
    """Give an answer, or show the page again with what is wrong and what was typed."""
    language, token = language_of(link), link.token
    if not form.validate():
        return show(link, quote, language, {name: form})
    try:
        give()
        db.session.commit()
    except DomainError as error:
        db.session.rollback()
        link = open_link(token)
        quote = _quote_of(link)
        if error.field and error.field in form:
            form.add_error(error)
            return show(link, quote, language, {name: form})
        return show(link, quote, language, {name: form}, error)
    return _back(token)


def _back(token: str) -> Any:
    return redirect(url_for("links.page", token=token, language=request.args.get("language")), HTTPStatus.SEE_OTHER)


def _quote_of(link: Link) -> Quote:
    return link.document if isinstance(link.document, Quote) else abort(404)


def _locked(token: str) -> tuple[Link, Quote]:
    """The link and its quote, locked: of two answers at once the second sees what the first one did."""
    link = open_link(token)
    if current_user.is_authenticated:
        raise ForbiddenError(_l("You are signed in: record the client’s answer on the quote’s own page."))
    # Locked before it is read: what was read before is another version to SQLAlchemy, and refused.
    quote = db.session.get(Quote, link.document_id, with_for_update=True, populate_existing=True) or abort(404)
    return link, quote
