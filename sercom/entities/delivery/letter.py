"""A message of the outbox as an e-mail: text, the same as a page, the documents that go with it."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from sercom.core import formats, unbroken
from sercom.core.base import AnySession
from sercom.entities.company.model import Company, get_company
from sercom.entities.delivery import papers
from sercom.entities.delivery.message import LINK, Message, MessageKind
from sercom.entities.reminders.model import reminders_in
from sercom.entities.users.model import Language

#: Written to because of what somebody sent: no automatic answer is to come back.
AUTOMATIC = frozenset(
    {MessageKind.REQUEST_RECEIVED, MessageKind.NEW_REQUEST, MessageKind.CLIENT_MESSAGE, MessageKind.ACCOUNT}
)
AUTOMATIC |= {MessageKind.QUOTE_APPROVED, MessageKind.RECEIPT, MessageKind.QUOTE_ANSWERED, MessageKind.CLIENT_PAGE}
#: The office reads words of a client's in these: an address among them is no button of ours.
TOLD = frozenset({MessageKind.NEW_REQUEST, MessageKind.CLIENT_MESSAGE, MessageKind.QUOTE_ANSWERED})


def compose(session: AnySession, message_id: int) -> EmailMessage:
    """The e-mail of the message with that id. Ends the session's transaction; raises ``PaperError``."""
    files = _papers(session, message_id)
    message, company = session.get_one(Message, message_id), get_company(session)
    sender = current_app.config["MAIL_FROM"]
    email = EmailMessage()
    email["From"] = Address(_as_written(company.name), addr_spec=sender)
    if company.email:
        email["Reply-To"] = company.email
    email["To"] = message.to_email
    email["Subject"] = _as_written(message.subject)
    email["Date"] = format_datetime(message.created_at)
    email["Message-ID"] = f"<{message.message_id}@{sender.rpartition('@')[2]}>"
    if message.kind in AUTOMATIC:
        email["Auto-Submitted"] = "auto-generated"
    foot, stop = signature(company, message.language), _stop_url(session, message)
    with force_locale(message.language.value):
        stopped = [_("Stop receiving these: %(address)s", address=stop)] if stop else []
    email.set_content(f"{message.text.rstrip()}\n\n-- \n" + "\n".join([*foot, *stopped]) + "\n")
    email.add_alternative(as_page(message, foot, stop), subtype="html")
    if stop:
        email["List-Unsubscribe"] = f"<{stop}/stop>"
        email["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        email["Auto-Submitted"] = "auto-generated"
    for file in files:
        email.add_attachment(file.data, maintype="application", subtype="pdf", filename=file.name)
    # Last: whatever content is set or added takes the headers named "Content-" away.
    email["Content-Language"] = message.language.value.replace("_", "-")
    return email


def _as_written(text: str) -> str:
    """For a header: what looks like an encoded word (RFC 2047) is decoded there, and may name a line's end."""
    return text.replace("=?", "= ?")


def signature(company: Company, language: Language) -> list[str]:
    """Who writes, and where they are met: every commercial message names its sender (CASL)."""
    with force_locale(language.value):
        phone = formats.phone(company.phone) if company.phone else ""
    town = " ".join(part for part in (company.city, f"({company.province.value})", company.postal_code) if part)
    place = ", ".join(part for part in (company.street, town if company.city else "") if part)
    return [part for part in (company.name, place, " · ".join(p for p in (phone, company.email) if p)) if part]


def _stop_url(session: AnySession, message: Message) -> str:
    """Where a reminder is stopped; blank for what is none."""
    found = reminders_in(session, message.id)
    return f"{message.base_url}/r/{found[0].token}" if found else ""


def as_page(message: Message, foot: list[str], stop: str = "") -> str:
    """The message as HTML: a paragraph that is the link alone becomes a button."""
    paragraphs = [part.strip() for part in message.body.split("\n\n") if part.strip()]
    template = current_app.jinja_env.get_template("mail/message.html")
    with force_locale(message.language.value):
        shown = {"message": message, "paragraphs": paragraphs, "told": message.kind in TOLD, "whole": unbroken.in_mail}
        return template.render(**shown, url=message.link_url, placeholder=LINK, foot=foot, stop=stop)


def languages_sent(message: Message) -> list[Language]:
    """French always, English beside it."""
    return [Language.FRENCH] if message.language is Language.FRENCH else [Language.FRENCH, Language.ENGLISH]


def _papers(session: AnySession, message_id: int) -> list[papers.PdfFile]:
    message = session.get_one(Message, message_id)
    if message.revision is None:
        return []
    languages, revision = languages_sent(message), message.revision
    files = []
    for language in languages:  # drawing ends the transaction: the rows are read again
        message = session.get_one(Message, message_id)
        row = message.payment or message.approval or message.document
        if row is not None:
            files.append(papers.pdf(session, row, language, revision))  # type: ignore[arg-type]  # only what has a paper is attached
    return files
