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
    if company.logo_id != logo.id:
        company.logo_id = logo.id
        session.flush()
        journal.record(session, actor, "logo_changed", company)
