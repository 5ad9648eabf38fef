"""What an e-mail says, by kind and language: the company's own words, with fields in braces."""

from collections.abc import Mapping
from string import Formatter

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from sercom.core import formats
from sercom.core.base import AnySession, LongText, Model, PrimaryKey, UpdatedAt, one_of
from sercom.core.errors import DomainError
from sercom.core.labels import LabelledType
from sercom.entities.delivery.message import LINK, MessageKind
from sercom.entities.users.model import Language

#: What a text may name. Nothing that a visitor typed into the form stands in the answer to it.
FIELDS: dict[MessageKind, tuple[str, ...]] = {
    MessageKind.REQUEST_RECEIVED: ("number", "link", "company", "phone"),
    MessageKind.QUOTE: ("client", "number", "total", "valid_until", "link", "company", "phone"),
    MessageKind.INVOICE: ("client", "number", "total", "balance", "due_date", "link", "company", "phone"),
    MessageKind.CREDIT_NOTE: ("client", "number", "total", "invoice", "link", "company", "phone"),
    MessageKind.RECEIPT: ("client", "number", "amount", "what", "details", "link", "company", "phone"),
    MessageKind.QUOTE_APPROVED: ("client", "number", "total", "link", "company", "phone"),
    MessageKind.REPLY: ("client", "text", "number", "link", "company", "phone"),
    MessageKind.CLIENT_PAGE: ("client", "link", "until", "company", "phone"),
    MessageKind.QUOTE_REMINDER: ("client", "number", "title", "total", "valid_until", "link", "company", "phone"),
    MessageKind.QUOTE_REMINDER_AGAIN: ("client", "number", "title", "total", "valid_until", "link", "company", "phone"),
    MessageKind.VISIT_REMINDER: ("client", "day", "time", "address", "company", "phone"),
    MessageKind.DUE_SOON: ("client", "number", "total", "balance", "due_date", "link", "company", "phone"),
    MessageKind.OVERDUE: ("client", "number", "total", "balance", "due_date", "days", "link", "company", "phone"),
    MessageKind.OVERDUE_AGAIN: (
        *("client", "number", "total", "balance", "due_date", "days", "link", "company", "phone"),
    ),
    MessageKind.REVIEW: ("client", "title", "page", "company", "phone"),
    MessageKind.MAINTENANCE: ("client", "what", "day", "address", "page", "company", "phone"),
    MessageKind.ON_THE_WAY: ("client", "person", "from", "until", "address", "company", "phone"),
}


class MailTemplate(Model):
    """The words of one kind of e-mail in one language."""

    __tablename__ = "mail_template"
    __table_args__ = (one_of("kind", FIELDS), one_of("language", Language), UniqueConstraint("kind", "language"))

    id: Mapped[PrimaryKey]
    kind: Mapped[MessageKind] = mapped_column(LabelledType(MessageKind))
    language: Mapped[Language] = mapped_column(LabelledType(Language))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[LongText]
    version: Mapped[int] = mapped_column()
    updated_at: Mapped[UpdatedAt]

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.kind.label} · {self.language.label}"

    @property
    def known_as(self) -> str:
        """What the journal calls it, in any language."""
        return f"{self.kind.value} {self.language.value}"

    def check(self) -> None:
        """Raise ``DomainError`` beside the text that names what is no field, or lacks the link."""
        check_text(self.kind, self.subject, "subject")
        check_text(self.kind, self.body, "body")


def find_template(session: AnySession, kind: MessageKind, language: Language) -> MailTemplate:
    """The words of that kind and language (the first migration inserts them)."""
    return session.scalars(select(MailTemplate).filter_by(kind=kind, language=language)).one()


def check_text(kind: MessageKind, text: str, place: str) -> None:
    """Refuse a field that is none; the body holds the link where the kind has one, the subject never."""
    known = FIELDS[kind] if place == "body" else tuple(name for name in FIELDS[kind] if name != "link")
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise DomainError(_l("A brace stands alone. Write {{ or }} for a brace itself."), place) from None
    named = [name for _text, name, _spec, _conversion in parts if name is not None]
    plain = all(not spec and not conversion for _text, name, spec, conversion in parts if name is not None)
    unknown = next((name for name in named if name not in known), None)
    if unknown is not None or not plain:
        raise DomainError(_unknown(unknown or named[0], known), place)
    if place == "body" and "link" in known and "link" not in named:
        raise DomainError(_l("Keep {link}: it is where the client's page opens."), place)


def _unknown(name: str, known: tuple[str, ...]) -> LazyString:
    listed = ", ".join(f"{{{field}}}" for field in known)
    return _l("There is no field {%(name)s}. Fields: %(known)s", name=name, known=listed)


def escaped(text: str) -> str:
    """``text`` as words that are filled in later have to hold it; on one line."""
    return formats.single_line(text).replace("{", "{{").replace("}", "}}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its fields filled in, save the link, which is filled in while sending."""
    told = text.format_map({**values, "link": LINK})
    return told.replace(".m..", ".m.")  # "9:00 a.m." ends a sentence by itself
