"""From a filled form to a request: prospect, site, case, request and photos, in one transaction.

The form never changes a client that exists: it makes a prospect, and the office says who it is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from sercom.core import journal
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.formats import locale_name
from sercom.entities.clients.model import Client, ClientKind
from sercom.entities.files.photos import Photo
from sercom.entities.files.store import add_photo
from sercom.entities.requests.model import Origin, ServiceRequest
from sercom.entities.sites.model import Site
from sercom.entities.users.model import Language
from sercom.portal.forms import CONSENT_VERSION
from sercom.workflow import content
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
    session: AnySession, answers: dict[str, Any], photos: Sequence[tuple[str, str, Photo]], nonce: str
) -> ServiceRequest:
    """Keep a request; ``photos`` are name, caption and safe photo. The ticket's constraint is the last guard.

    ``answers`` are the form's fields by name, and under ``questions`` the answers to the company's own.
    """
    actor = Actor(answers["name"])
    client = _prospect(answers)
    site = Site(
        client=client,
        **{key: answers[key] for key in ("street", "city", "province", "postal_code")},
        contact_name=answers["name"],
        contact_phone=answers["phone"],
    )
    session.add_all([client, site])
    session.flush()
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
    announce(session, request)
    for name, caption, photo in photos:
        add_photo(session, request.case, photo, actor, name=name, caption=caption, document_id=request.id)
    return request


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
