"""What a device's sticker says, and its PDF: nothing of whose device it is."""

from collections.abc import Sequence

from flask_babel import force_locale
from flask_babel import gettext as _

from sercom.core import formats
from sercom.core.base import AnySession
from sercom.entities.company.model import Company, get_company
from sercom.entities.delivery.outbox import base_url
from sercom.entities.equipment.model import Equipment
from sercom.entities.users.model import Language
from sercom.output import sticker
from sercom.output.sticker import Label


def address_of(device: Equipment) -> str:
    """What the code holds: a form about this device, for whoever stands before it."""
    return f"{base_url()}/a/{device.token}"


def pdf(session: AnySession, devices: Sequence[Equipment], *, on_sheets: bool = False, first: int = 1) -> bytes:
    """The stickers. Ends the session's transaction: drawing takes its time."""
    company = get_company(session)
    labels = [label_of(device, company) for device in devices]
    session.rollback()
    return sticker.to_pdf(labels, on_sheets=on_sheets, first=first)


def label_of(device: Equipment, company: Company) -> Label:
    """French first; English below it for a client who reads English."""
    languages = [Language.FRENCH]
    if device.site.client.language is Language.ENGLISH:
        languages.append(Language.ENGLISH)
    lines: list[str] = []
    for language in languages:
        with force_locale(language.value):
            lines += [_("Service? Scan this code.")]
    with force_locale(Language.FRENCH.value):
        named, phone = device.named, formats.phone(company.phone)
    return Label(
        url=address_of(device),
        company=company.name or "Sercom",
        phone=phone,
        device=named,
        number=device.number,
        lines=tuple(lines),
    )
