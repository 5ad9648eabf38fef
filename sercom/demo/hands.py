"""What the people of the demo company do: commands, conversions, notes, photos, payments."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select

from sercom.core import clock
from sercom.core.access import Actor
from sercom.core.base import db
from sercom.core.money import round_money, round_to_nickel
from sercom.demo.clients import Someone, e164
from sercom.demo.film import Film
from sercom.demo.timeline import Slot
from sercom.entities.credits.plan import Wanted
from sercom.entities.delivery.message import MessageKind, MessageStatus
from sercom.entities.files.model import Moment
from sercom.entities.files.store import add_photo
from sercom.entities.ledger.model import Method
from sercom.entities.requests.model import CloseReason, HalfDay
from sercom.entities.sites.model import Province
from sercom.models import Case, CreditNote, Document, Invoice, Message, Quote, ServiceRequest, Team, User, Visit
from sercom.portal import intake
from sercom.workflow import crediting, edges, inbox, payments, sending, writing
from sercom.workflow.edges import Choice
from sercom.workflow.transitions import run

REFERENCES = {Method.CHEQUE: "Chèque {}", Method.INTERAC: "Interac {}", Method.TRANSFER: "Virement {}"}


class Hands:
    """The people and the teams, by what the works call them."""

    def __init__(self, people: Mapping[str, User], teams: Mapping[str, Team], film: Film) -> None:
        self.people, self.teams = people, teams
        self.office = people["office"].actor
        self.film = film
        self.last_reference, self.last_photo = 1200, 4100

    def of(self, crew: str) -> Actor:
        """Who works for a crew."""
        return self.people[self.person(crew)].actor

    @staticmethod
    def person(crew: str) -> str:
        """The technician of a crew: the owner gives a hand to either."""
        return {"install": "tech", "service": "tech2"}.get(crew, crew)

    # --- planning -----------------------------------------------------------------------------

    def plan(self, slot: Slot, crew: str) -> dict[str, Any]:
        """A visit by a person, or by a team."""
        who = {"team": self.teams[crew]} if crew in self.teams else {"person": self.people[crew]}
        return {"starts_at": slot.starts_at, "ends_at": slot.ends_at, "confirm": True, **who}

    def slot_near(self, moment: datetime, hours: int) -> Slot:
        """From the quarter of an hour before ``moment``."""
        starts = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
        return Slot(0, starts, starts + timedelta(hours=hours), hours)

    # --- documents ----------------------------------------------------------------------------

    def give(self, command: str, subject: Any, actor: Actor | None = None, **data: Any) -> None:
        """Give a command; the office does where nobody else is named."""
        run(db.session, command, subject, actor or self.office, data)

    def convert(self, source: Document, name: str, **choice: Any) -> Any:
        """Convert with the default choices, or those given."""
        edge = edges.find_edge(type(source), name)
        assert edge is not None
        token = f"demo-{source.id}-{name}-{len(source.conversions)}"
        target = edges.convert(db.session, edge, source, self.office, Choice(confirm=True, **choice), token=token)
        db.session.expire(source, ["conversions"])
        db.session.expire(source.case, ["visits", "documents"])
        return target

    def fill_form(self, who: Someone, answers: Mapping[str, Any], ticket: str) -> ServiceRequest:
        """Somebody nobody knows sends the online form."""
        place = who.places[0]
        person = {
            "name": who.contact_name or who.name,
            "company": who.name if who.contact_name else "",
            "phone": e164(who.phone),
            "email": who.email,
            "street": place.street,
            "city": place.city,
            "province": Province.QC,
            "postal_code": place.postal_code,
        }
        with force_locale(who.language.value):
            request = intake.receive(db.session, {**answers, **person}, (), ticket)
        self.arrived(sending.messages_of(request))
        return request

    def send(self, document: Quote | Invoice | CreditNote) -> None:
        """By e-mail, where the client has an address; a quote leaves in any case."""
        address = document.client.billing_email or document.client.email
        if address:
            words = sending.proposed_words(db.session, document, document.client.language)
            token = f"demo-{document.id}-{getattr(document, 'revision', 1)}"
            self.arrived(
                sending.send(db.session, document, self.office, words, to=[address], token=token, confirm=True)
            )
        elif isinstance(document, Quote):
            self.give("mark_sent", document)

    def arrived(self, messages: Sequence[Message]) -> None:
        """These left long ago: the demo company's clients live at addresses that belong to nobody."""
        for message in messages:
            message.status, message.sent_at, message.attempts = MessageStatus.SENT, clock.utcnow(), 1
        db.session.flush()

    # --- around them --------------------------------------------------------------------------

    def note(self, case: Case, body: str) -> None:
        """Write an internal note on the case."""
        writing.add_internal_note(db.session, case, self.office, body)

    def write(self, document: Document, body: str) -> None:
        """Write to the client."""
        token = f"demo-{document.id}-{len(body)}"
        note = writing.write_to_client(db.session, document.case, self.office, body, about=document, token=token)
        self.arrived([note.message] if note.message else [])

    def hear(self, document: Document, words: str) -> None:
        """The client writes on the page; ``mon_am tue_pm|`` before the words are half-days that suit better."""
        chosen, bar, body = words.rpartition("|")
        half_days = [HalfDay(value) for value in chosen.split()] if bar else []
        inbox.receive(db.session, document, inbox.Written(body, half_days), f"demo-{document.id}-{len(words)}")
        self.arrived([message for message in sending.messages_of(document) if message.sent_at is None])

    def cancel(self, request: ServiceRequest, reason: CloseReason, words: str) -> None:
        """The client gives the request up; the office took note."""
        told = inbox.cancel(db.session, request, reason, words, f"demo-{request.id}-cancel")
        assert told is not None
        self.arrived([message for message in sending.messages_of(request) if message.sent_at is None])
        self.give("handle", told)

    def take_photos(self, document: Document, shots: Sequence[str], actor: Actor, visit: Visit | None = None) -> None:
        """Keep those of the photos (``motif number moment caption``) that are on the film."""
        for shot in shots:
            _motif, _number, moment, caption = shot.split(" ", 3)
            photo = self.film.get(shot)
            if photo is None:
                continue
            self.last_photo += 9
            add_photo(
                db.session,
                document.case,
                photo,
                actor,
                name=f"IMG_{self.last_photo}.jpg",
                caption=caption,
                moment=Moment(moment),
                document_id=document.id,
                visit_id=visit.id if visit else None,
                shown_to_client=moment == Moment.AFTER.value,
            )

    # --- money --------------------------------------------------------------------------------

    def pay(self, invoice: Invoice, how: str) -> None:
        """The accountant enters what the client pays: all of it, a share, or too much."""
        due = invoice.balance
        kinds = {"part": ("interac", round_money(due * Decimal("0.4"))), "over": ("cheque", due + 20)}
        method, amount = kinds.get(how, (how, round_to_nickel(due) if how == "cash" else due))
        self._receive("record_payment", invoice, Method(method), amount, confirm=True)

    def take_deposit(self, quote: Quote, amount: Decimal) -> None:
        """A deposit by card."""
        self._receive("record_deposit", quote, Method.CARD, amount)

    def _receive(self, command: str, document: Document, method: Method, amount: Decimal, **options: Any) -> None:
        self.last_reference += 7
        reference = REFERENCES.get(method, "").format(self.last_reference) or None
        money = {"amount": amount, "method": method, "received_on": clock.today(), "reference": reference}
        self.give(command, document, self.people["accountant"].actor, **money, **options)
        written = select(Message).where(Message.kind == MessageKind.RECEIPT, Message.sent_at.is_(None))
        self.arrived(db.session.scalars(written).all())

    def write_off(self, invoice: Invoice) -> None:
        """The accountant gives the debt up."""
        reason = "Commerce fermé, deux lettres revenues."
        self.give("write_off", invoice, self.people["accountant"].actor, received_on=clock.today(), reason=reason)

    def bounce(self, invoice: Invoice) -> None:
        """The cheque came back without funds."""
        payment = invoice.allocations[-1].payment
        payments.correct(db.session, invoice, payment, self.people["accountant"].actor)

    def credit(self, invoice: Invoice, wanted: Wanted, reason: str) -> None:
        """The accountant takes something back of an invoice."""
        actor, token = self.people["accountant"].actor, f"demo-{invoice.id}-{len(invoice.credit_notes)}"
        self.send(crediting.credit(db.session, invoice, actor, wanted, reason=reason, token=token))
