"""Which open invoice an e-transfer may pay, and why: proposals that a person confirms."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, func, or_, select, type_coerce

from sercom.accounts.ageing import balances
from sercom.accounts.model import BankTransfer
from sercom.core import clock
from sercom.core.base import AnySession
from sercom.core.money import Money
from sercom.entities.clients.model import Client
from sercom.search.model import Posting
from sercom.search.words import MIN_SLIP, PART, fold, is_one_slip

#: ``F-000123`` as people copy it into a message: F123, f 000123, F-123.
NUMBER = re.compile(r"\bf[\s-]*0*(\d{1,6})\b", re.ASCII)
#: What a bank's line says besides the sender's name.
NO_NAME = frozenset(
    {"interac", "virement", "transfert", "transfer", "etransfer", "trf", "tfr", "recu", "received", "depot", "deposit"}
    | {"automatique", "autodeposit", "auto", "emt", "de", "du", "des", "la", "le", "les", "from", "the", "pour", "for"}
    | {"paiement", "payment", "facture", "invoice", "inc", "ltee", "ltd", "enr"}
)
#: How many proposals a transfer shows, and how many invoices a page of transfers looks at.
SHOWN, LOOKED_AT = 3, 400
#: A name of that many words that are all there is as good as whole.
SEVERAL = 2


@dataclass(frozen=True)
class Proposal:
    """An open invoice that a transfer may pay: what is left of it in dollars, and the reasons in words."""

    invoice_id: int
    number: str
    client_id: int
    client: str
    balance: Decimal
    reasons: tuple[LazyString, ...]
    score: int

    @property
    def is_likely(self) -> bool:
        """Whether two things speak for it."""
        return len(self.reasons) > 1


def invoice_numbers(text: str) -> set[str]:
    """The numbers of invoices that a message names, as they are written: ``F-000123``."""
    return {f"F-{int(digits):06d}" for digits in NUMBER.findall(fold(text))}


def name_words(text: str) -> set[str]:
    """The words of a message, or of a name, that may be a person's."""
    return {word for word in PART.findall(fold(text)) if len(word) > 1 and not word.isdigit()} - NO_NAME


def resembles(name: str, told: set[str]) -> bool:
    """Whether the words of ``name`` are among those of the message, one slip of the finger forgiven in each."""
    words = name_words(name)
    found = sum(1 for word in words if word in told or any(_slipped(word, other) for other in told))
    return bool(words) and found >= min(len(words), SEVERAL) and (found > 1 or len("".join(words)) >= MIN_SLIP)


def _slipped(word: str, other: str) -> bool:
    return len(word) >= MIN_SLIP and len(other) >= MIN_SLIP and is_one_slip(other, word)


def propose(session: AnySession, transfers: Sequence[BankTransfer]) -> dict[int, list[Proposal]]:
    """The likeliest open invoices of each transfer, the best first: two statements for a page of them."""
    told = {transfer.id: name_words(transfer.description) for transfer in transfers}
    numbers = {number for transfer in transfers for number in invoice_numbers(transfer.description)}
    candidates = _candidates(session, {transfer.amount for transfer in transfers}, numbers, set().union(*told.values()))
    return {transfer.id: _best(transfer, told[transfer.id], candidates) for transfer in transfers}


def _candidates(
    session: AnySession, amounts: Iterable[Decimal], numbers: Iterable[str], words: Iterable[str]
) -> Sequence[Row[Any]]:
    """Open invoices that a number, an amount or two words of a name speak for."""
    owed = balances(clock.today())
    named = select(Posting.subject_id).where(Posting.kind == "client", Posting.word.in_(words))
    named = named.group_by(Posting.subject_id).having(func.count() >= SEVERAL)
    left = type_coerce(owed.c.balance, Money())
    rows = (
        select(owed.c.id, owed.c.number, owed.c.client_id, Client.name, Client.contact_name, left.label("balance"))
        .join_from(owed, Client, Client.id == owed.c.client_id)
        .where(owed.c.balance > 0)
        .where(or_(owed.c.number.in_(numbers), left.in_(amounts), owed.c.client_id.in_(named)))
    )
    return session.execute(rows.order_by(owed.c.due, owed.c.id).limit(LOOKED_AT)).all()


def _best(transfer: BankTransfer, told: set[str], candidates: Iterable[Row[Any]]) -> list[Proposal]:
    numbers = invoice_numbers(transfer.description)
    found = []
    for row in candidates:
        reasons: list[tuple[int, LazyString]] = []
        if row.number in numbers:
            reasons.append((4, _l("the message names it")))
        if row.balance == transfer.amount:
            reasons.append((2, _l("the amount is what is left of it, to the cent")))
        if resembles(row.name, told) or resembles(row.contact_name or "", told):
            reasons.append((2, _l("the sender's name resembles the client's")))
        if reasons:
            score = sum(weight for weight, _text in reasons)
            texts = tuple(text for _weight, text in reasons)
            found.append(Proposal(row.id, row.number, row.client_id, row.name, row.balance, texts, score))
    return sorted(found, key=lambda proposal: -proposal.score)[:SHOWN]
