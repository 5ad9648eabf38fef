"""What stands beside the form: the receipt behind it, the privacy policy, the company's picture."""

from http import HTTPStatus
from io import BytesIO
from typing import Any

from flask import abort, render_template, send_file
from sqlalchemy import select

from sercom.core.base import db
from sercom.entities.company.model import get_company, get_logo
from sercom.entities.delivery.link import Link
from sercom.entities.delivery.message import is_mail_set
from sercom.entities.privacy import policy
from sercom.entities.users.model import Language
from sercom.portal import intake as inbox
from sercom.portal import ticket
from sercom.portal.views import portal
from sercom.workflow.shown import shown_on

__all__ = ["portal"]
#: Seconds; a new logo has a new address.
LOGO_KEPT = 30 * 86400


@portal.get("/merci/<token>")
def receipt(token: str) -> Any:
    """The receipt in French."""
    return _receipt(token)


@portal.get("/en/thanks/<token>")
def receipt_en(token: str) -> Any:
    """The receipt in English."""
    return _receipt(token)


@portal.get("/confidentialite")
def privacy() -> Any:
    """The company's privacy policy in French."""
    return _privacy(Language.FRENCH)


@portal.get("/en/privacy")
def privacy_en() -> Any:
    """The company's privacy policy in English."""
    return _privacy(Language.ENGLISH)


@portal.get("/logo")
def logo() -> Any:
    """The company's picture, over every page of a client's."""
    found = get_logo(db.session) or abort(HTTPStatus.NOT_FOUND)
    return send_file(BytesIO(found.data), "image/png", etag=found.sha256, max_age=LOGO_KEPT)


def _receipt(token: str) -> Any:
    known = ticket.read(token)
    made = inbox.find_by_ticket(db.session, known.nonce) if known is not None else None
    if made is None:
        abort(404)
    # An old receipt tells that the request came, and no more: whoever finds it is not the client for ever.
    shown = select(Link).where(Link.document_id == made.id).order_by(Link.id).limit(1)
    follow = None if known is None or known.expired else db.session.scalars(shown).first()
    company = get_company(db.session)
    photos = shown_on(db.session, made, company.name).photos
    return render_template(
        "portal/receipt.html", made=made, follow=follow, company=company, photo_count=len(photos), mailed=is_mail_set()
    )


def _privacy(language: Language) -> str:
    company = get_company(db.session)
    told = list(policy.blocks(policy.filled(company, language)))
    day = company.privacy_policy_on if company.privacy_policy else policy.DEFAULT_DAY
    return render_template("portal/privacy.html", company=company, blocks=told, day=day)
