"""From a filled form to a request: prospect, site, case, request and photos, in one transaction.

The form never changes a client that exists: it makes a prospect, and the office says who it is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from sercom.core import formats, journal
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.formats import locale_name
from sercom.entities.cases.model import Note
from sercom.entities.clients.model import Client, ClientKind
from sercom.entities.equipment.model import Equipment
from sercom.entities.files.photos import Photo
from sercom.entities.files.store import add_photo
from sercom.entities.privacy import consent
from sercom.entities.privacy.consent import CONSENT_VERSION, ConsentSource, Purpose
from sercom.entities.requests.model import Origin, ServiceRequest
from sercom.entities.sites.model import Site
from sercom.entities.users.model import Language
from sercom.workflow import content, upkeep
from sercom.workflow.consent import say
from sercom.workflow.matching import place_key
from sercom.workflow.receiving import announce

TITLE_LENGTH = 80


def find_by_ticket(session: AnySession, nonce: str) -> ServiceRequest | None:
    """The request that this ticket already made."""
    return session.scalars(select(ServiceRequest).where(ServiceRequest.ticket == nonce)).one_or_none()


def is_same(made: ServiceRequest, typed: Mapping[str, str]) -> bool:
    """Whether a form that comes a second time asks for the same thing at the same place."""
    told = " ".join((typed.get("description") or "").split())
    place = (typed.get("street") or "").strip()
    return told == " ".join((made.description or "").split()) and (
        made.case.site is None or place == made.case.site.street
    )


def receive(
    session: AnySession,
    answers: dict[str, Any],
    photos: Sequence[tuple[str, str, Photo]],
    nonce: str,
    device: Equipment | None = None,
    known: Client | None = None,
) -> ServiceRequest:
    """Keep a request; ``photos`` are name, caption and safe photo. The ticket's constraint is the last guard.

    ``device``: the form was opened by its sticker. Whoever scanned it may be anybody: it is named on the
    case, and nothing of its owner is told or changed.

    ``answers`` are the form's fields by name, and under ``questions`` the answers to the company's own.
    ``known`` is who came from a client's own page: nothing of theirs is changed, what differs is noted.
    """
    actor = Actor(answers["name"])
    client = known or _prospect(answers)
    site = _site(client, answers)
    session.add_all([client, site])
    session.flush()
    if known is None:
        journal.record(session, actor, "created", client)
    request = ServiceRequest(
        title=_title(answers),
        description=answers["description"],
        service=answers["service"],
        urgency=answers["urgency"],
        origin=Origin.FORM,
        availability=answers["availability"] or [],
        answers=answers.get("questions", []),
        ticket=nonce,
        consent_at=utcnow(),
        consent_version=CONSENT_VERSION,
    )
    content.start(session, request, actor, client=client, site=site)
    if device is not None:
        upkeep.concern(session, request.case, device, actor)
    read_in = Language(locale_name())  # a client who exists may have another language
    consent.note(session, client, Purpose.SERVICE, ConsentSource.FORM, read_in)
    if answers.get("marketing"):
        say(session, client, {Purpose.MARKETING: True}, ConsentSource.FORM, actor, read_in)
    announce(session, request)
    if known is not None and (differs := _differs(known, answers)):
        session.add(Note(case=request.case, body=differs))
    for name, caption, photo in photos:
        add_photo(
            session,
            request.case,
            photo,
            actor,
            name=name,
            caption=caption,
            document_id=request.id,
            shown_to_client=True,
        )
    return request


def _site(client: Client, answers: dict[str, Any]) -> Site:
    """The client's address where it is one of theirs already, in any spelling; else a new one."""
    wanted = place_key(answers["street"], answers["postal_code"])
    same = (site for site in client.sites if wanted and place_key(site.street, site.postal_code) == wanted)
    return next(same, None) or Site(
        client=client,
        **{key: answers[key] for key in ("street", "city", "province", "postal_code")},
        contact_name=answers["name"],
        contact_phone=answers["phone"],
    )


def _differs(client: Client, answers: dict[str, Any]) -> str:
    """Whom to call for this request, where the form says otherwise than what is known; for the office."""
    known = {client.name, client.contact_name, client.phone, client.other_phone, client.email, client.billing_email}
    given = (answers["name"], answers["phone"], answers["email"])
    if all(text in known for text in given if text):
        return ""
    told = (answers["name"], formats.phone(answers["phone"]), answers["email"])
    with force_locale(Language.FRENCH.value):
        return _("On the form: %(contact)s", contact=" · ".join(text for text in told if text))


def _prospect(answers: dict[str, Any]) -> Client:
    company = (answers["company"] or "").strip()
    return Client(
        kind=ClientKind.COMPANY if company else ClientKind.PERSON,
        name=company or answers["name"],
        contact_name=answers["name"] if company else None,
        is_prospect=True,
        phone=answers["phone"],
        email=answers["email"],
        language=Language(locale_name()),
        **{key: answers[key] for key in ("street", "city", "province", "postal_code")},
    )


def _title(answers: dict[str, Any]) -> str:
    first_line = answers["description"].strip().splitlines()[0]
    return first_line if len(first_line) <= TITLE_LENGTH else first_line[: TITLE_LENGTH - 1].rstrip() + "…"
