"""The client is told that somebody is on the way: between which times, in the client's language."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _

from sercom.core import clock, formats
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.entities.company.model import get_company
from sercom.entities.delivery import outbox
from sercom.entities.delivery.mail_template import fill, find_template
from sercom.entities.delivery.message import Message, MessageKind
from sercom.entities.delivery.outbox import Words
from sercom.entities.visits.model import Visit

#: A promise to the minute is not kept: half an hour from a round five minutes on.
LENGTH, ROUND = timedelta(minutes=30), timedelta(minutes=5)


@dataclass(frozen=True)
class Window:
    """Between which moments (UTC) somebody arrives."""

    starts_at: datetime
    ends_at: datetime


def window_after(left_at: datetime, minutes: int) -> Window:
    """When whoever left at ``left_at`` arrives after ``minutes`` on the way."""
    arrives = left_at + timedelta(minutes=minutes)
    starts_at = arrives - (arrives - datetime.min.replace(tzinfo=arrives.tzinfo)) % ROUND
    return Window(starts_at, starts_at + LENGTH)


def tell(session: AnySession, visit: Visit, actor: Actor, window: Window) -> Message | None:
    """Write the e-mail to the client; ``None`` where no address is known."""
    client, company = visit.case.client, get_company(session)
    if not client.email:
        return None
    language = client.language
    template = find_template(session, MessageKind.ON_THE_WAY, language)
    with force_locale(language.value):
        values = {
            "client": client.contact_name or client.name,
            "person": actor.name,
            "from": _clock(window.starts_at),
            "until": _clock(window.ends_at),
            "address": f"{visit.case.site.street}, {visit.case.site.city}" if visit.case.site else "",
            "company": company.name,
            "phone": formats.phone(company.phone) if company.phone else "",
        }
    values = {name: formats.single_line(text) for name, text in values.items()}
    words = Words(language, fill(template.subject, values), fill(template.body, values))
    return outbox.post(session, MessageKind.ON_THE_WAY, words, to=client.email, document=visit.document)


def text_message(session: AnySession, visit: Visit, actor: Actor, arrives_at: datetime) -> str:
    """What the technician's phone says to the client's, ready to be sent."""
    company = get_company(session).name
    with force_locale(visit.case.client.language.value):
        said = {"person": actor.name, "company": company, "time": _clock(arrives_at)}
        return _("Hello, this is %(person)s from %(company)s. I will be there around %(time)s.", **said)


def _clock(moment: datetime) -> str:
    return formats.clock(clock.to_company(moment).time())
