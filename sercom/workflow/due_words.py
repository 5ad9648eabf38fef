"""What a reminder says: the company's words, and what else is due with it."""

from collections.abc import Sequence

from flask_babel import force_locale
from flask_babel import gettext as _

from sercom.core import formats
from sercom.core.base import AnySession
from sercom.core.money import ZERO
from sercom.entities.company.model import get_company
from sercom.entities.delivery.mail_template import fill, find_template
from sercom.entities.delivery.message import LINK
from sercom.entities.delivery.outbox import Words
from sercom.workflow.due import Due


def words_of(session: AnySession, due: Due, others: Sequence[Due]) -> Words:
    """The company's text of ``due`` in the client's language, with ``others`` of the same kind below the link."""
    client, company = due.client, get_company(session)
    template = find_template(session, due.mail, client.language)
    with force_locale(client.language.value):
        values = due.values() | {
            "client": client.contact_name or client.name,
            "company": company.name,
            "phone": formats.phone(company.phone) if company.phone else "",
        }
        more = _listed(due, others) if others else ""
    values = {name: formats.single_line(text) for name, text in values.items()}
    paragraphs = fill(template.body, values).split("\n\n")
    after = next((number for number, text in enumerate(paragraphs) if LINK in text), len(paragraphs) - 1) + 1
    paragraphs[after:after] = [more] if more else []
    return Words(client.language, fill(template.subject, values), "\n\n".join(paragraphs))


def _listed(due: Due, others: Sequence[Due]) -> str:
    """The other invoices, below the link to the first; each was sent with a link of its own."""
    lines = [_("%(number)s: %(balance)s, due on %(due_date)s", **other.values()) for other in others]
    together = formats.money(sum((one.subject.balance for one in (due, *others)), ZERO))
    return "\n".join(
        [
            _("Also to be paid:"),
            *lines,
            _("%(amount)s in all, with invoice %(number)s", amount=together, number=due.values()["number"]),
        ]
    )
