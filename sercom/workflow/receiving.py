"""A request came by the form: its follow-up link, the client's receipt by e-mail, the office's notice.

Nothing that was typed into the form stands in these e-mails: whoever sends it cannot have words of
theirs delivered to somebody else's address.
"""

from flask_babel import force_locale
from flask_babel import gettext as _

from sercom.core import formats
from sercom.core.base import AnySession
from sercom.entities.company.model import get_company
from sercom.entities.delivery import outbox
from sercom.entities.delivery.link import Link, make_link
from sercom.entities.delivery.mail_template import fill, find_template
from sercom.entities.delivery.message import MessageKind
from sercom.entities.delivery.outbox import Words
from sercom.entities.requests.model import ServiceRequest
from sercom.entities.users.model import Language


def announce(session: AnySession, request: ServiceRequest) -> Link:
    """Make the link of a request that was just received, and write both e-mails."""
    link, company = make_link(session, request), get_company(session)
    if request.client.email:
        language = request.client.language
        template = find_template(session, MessageKind.REQUEST_RECEIVED, language)
        with force_locale(language.value):
            phone = formats.phone(company.phone) if company.phone else ""
        values = {"number": request.number or "", "company": formats.single_line(company.name), "phone": phone}
        words = Words(language, fill(template.subject, values), fill(template.body, values))
        outbox.post(session, MessageKind.REQUEST_RECEIVED, words, to=request.client.email, document=request, link=link)
    if company.email:
        outbox.post(session, MessageKind.NEW_REQUEST, _notice(request), to=company.email, document=request)
    return link


def _notice(request: ServiceRequest) -> Words:
    """What the office reads: what, how soon, and where to look."""
    with force_locale(Language.FRENCH.value):
        subject = _("New request %(number)s", number=request.number)
        told = [str(part) for part in (request.service, request.urgency.label) if part]
        url = f"{outbox.base_url()}/admin/requests/details/?id={request.id}"
        return Words(Language.FRENCH, subject, "\n\n".join([subject, " · ".join(told), url]))
