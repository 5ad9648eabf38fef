"""The company's logo, made safe and kept."""

import hashlib

from sqlalchemy import select

from sercom.core import journal
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.entities.company.model import Company, Logo
from sercom.entities.files.photos import make_logo


def keep_logo(session: AnySession, company: Company, raw: bytes, actor: Actor) -> None:
    """Make the picture ``raw`` the company's logo from now on; ``DomainError`` for what is no picture."""
    data = make_logo(raw)
    sha256 = hashlib.sha256(data).hexdigest()
    logo = session.scalar(select(Logo).where(Logo.sha256 == sha256))
    if logo is None:
        logo = Logo(data=data, sha256=sha256)
        session.add(logo)
        session.flush()
    _use(session, company, logo.id, actor)


def take_logo_off(session: AnySession, company: Company, actor: Actor) -> None:
    """From now on documents carry the company's name again; those issued before keep their logo."""
    _use(session, company, None, actor)


def _use(session: AnySession, company: Company, logo_id: int | None, actor: Actor) -> None:
    if company.logo_id != logo_id:
        company.logo_id = logo_id
        session.flush()
        journal.record(session, actor, "logo_changed", company)
