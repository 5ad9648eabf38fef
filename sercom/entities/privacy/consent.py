"""What a person agreed to: for what, in which words, when, and how it was said. Rows are added, never changed.

There is one such record: the form's boxes, the page behind each reminder, one click in a mail program and the
office all write here, and whatever asks whether somebody may be written to reads here.
"""

from collections.abc import Iterable

from flask_babel import LazyString, force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.access import Actor
from sercom.core.base import AnySession, CreatedAt, LongText, Model, PrimaryKey, one_of
from sercom.core.guards import Guard, append_only, changed
from sercom.core.labels import Labelled, LabelledType
from sercom.entities.clients.model import Client
from sercom.entities.users.model import Language, User

#: Raised whenever a text below changes, in either language: a test keeps the two together.
CONSENT_VERSION = "2026-11"


class Purpose(Labelled):
    """What a person's details are used for, each agreed to apart."""

    SERVICE = "service", _l("To answer requests and carry out the work")
    MARKETING = "marketing", _l("Advice and offers by e-mail")
    QUOTES = "quotes", _l("Reminders of quotes")
    VISITS = "visits", _l("Reminders of visits")
    INVOICES = "invoices", _l("Reminders of invoices")
    REVIEWS = "reviews", _l("Requests for a review")
    MAINTENANCE = "maintenance", _l("Suggestions of maintenance")

    @property
    def is_marketing(self) -> bool:
        """Whether it encourages to buy or to speak well: it needs a yes of its own (CASL)."""
        return self in {Purpose.MARKETING, *OFFERS}


#: What a yes or a no to advice and offers says of each of them, until the client says otherwise.
OFFERS = (Purpose.REVIEWS, Purpose.MAINTENANCE)
#: What a person chooses apart. Quotes and invoices themselves are no category: they always leave.
CATEGORIES = (Purpose.QUOTES, Purpose.VISITS, Purpose.INVOICES, *OFFERS)


class ConsentSource(Labelled):
    """How it was said."""

    FORM = "form", _l("The client, in the form")
    LINK = "link", _l("The client, on the page")
    ONE_CLICK = "one_click", _l("The client, in the mail program")
    PHONE = "phone", _l("By phone")
    IN_PERSON = "in_person", _l("In person")
    WRITING = "writing", _l("In writing")


#: How somebody of the office heard of it.
HEARD = (ConsentSource.PHONE, ConsentSource.IN_PERSON, ConsentSource.WRITING)

#: What stands beside each box. The form names the company with its address beside the second one.
WORDINGS: dict[Purpose, LazyString] = {
    Purpose.SERVICE: _l("I agree that these details are kept to answer my request and carry out the work."),
    Purpose.MARKETING: _l(
        "I would also like to receive advice and offers by e-mail. I may change my mind at any time."
    ),
    Purpose.QUOTES: _l("A reminder when a quote waits for my answer."),
    Purpose.VISITS: _l("A reminder before somebody comes to my place."),
    Purpose.INVOICES: _l("A reminder when an invoice is due or overdue."),
    Purpose.REVIEWS: _l("After the work, a request for my opinion."),
    Purpose.MAINTENANCE: _l("A suggestion when my equipment is due for maintenance."),
}


class Consent(Model):
    """That somebody agreed to a purpose, or took it back; the latest row counts, of what it is part of too."""

    __tablename__ = "consent"
    __table_args__ = (
        one_of("purpose", Purpose),
        one_of("source", ConsentSource),
        one_of("language", Language),
        CheckConstraint("wording <> ''", name="wording_given"),
        Index(None, "client_id", "purpose"),
    )

    id: Mapped[PrimaryKey]
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    purpose: Mapped[Purpose] = mapped_column(LabelledType(Purpose))
    given: Mapped[bool]
    version: Mapped[str] = mapped_column(String(20), default=CONSENT_VERSION)
    #: The text as it was read, in its language.
    wording: Mapped[LongText]
    language: Mapped[Language] = mapped_column(LabelledType(Language))
    source: Mapped[ConsentSource] = mapped_column(LabelledType(ConsentSource))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[CreatedAt]

    client: Mapped[Client] = relationship()
    user: Mapped[User | None] = relationship()

    def __str__(self) -> str:
        return str(self.purpose.label)

    @property
    def known_as(self) -> str:
        """For the journal: the purpose, without words."""
        return str(self.purpose.value)


def note(
    session: AnySession,
    client: Client,
    purpose: Purpose,
    source: ConsentSource,
    language: Language,
    *,
    given: bool = True,
    actor: Actor | None = None,
) -> Consent:
    """Add what was said, in the words of ``language`` whoever is at the keyboard."""
    with force_locale(language.value):
        wording = str(WORDINGS[purpose])
    made = Consent(client=client, purpose=purpose, given=given, wording=wording, language=language, source=source)
    made.user_id = actor.user_id if actor is not None else None
    session.add(made)
    session.flush()
    return made


def history(session: AnySession, client_id: int) -> list[Consent]:
    """All that was said, the latest first."""
    return list(session.scalars(select(Consent).where(Consent.client_id == client_id).order_by(Consent.id.desc())))


Said = dict[Purpose, Consent]


def latest(session: AnySession, client_ids: Iterable[int]) -> dict[int, Said]:
    """What each client said last of each purpose where something was said, in one query."""
    found: dict[int, Said] = {}
    for row in session.scalars(select(Consent).where(Consent.client_id.in_(set(client_ids))).order_by(Consent.id)):
        said = found.setdefault(row.client_id, {})
        said[row.purpose] = row
        if row.purpose is Purpose.MARKETING:
            said |= dict.fromkeys(OFFERS, row)
    return found


_said = ("purpose", "given", "version", "wording", "language", "source", "user_id", "at")
_update, _delete = append_only("consent", "a consent")
#: The client may follow a merge of clients.
CONSENT_GUARDS = (Guard("consent", "UPDATE", changed(*_said), _update.message), _delete)
