"""Writing messages, and sending them: first the row, in the transaction of what it tells of; then the mail.

What leaves is claimed first, so that two workers do not send it twice; a worker that dies in between
leaves a claim that ends after a while, and the message goes again under the same Message-ID.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from typing import NamedTuple

from flask import current_app, has_request_context, request
from flask_babel import gettext as _
from sqlalchemy import and_, or_, select
from sqlalchemy.orm.exc import StaleDataError

from sercom.core import formats
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import DomainError
from sercom.entities.delivery import smtp
from sercom.entities.delivery.hub_link import HubLink
from sercom.entities.delivery.letter import compose
from sercom.entities.delivery.link import Link
from sercom.entities.delivery.message import Failure, Message, MessageKind, MessageStatus, is_mail_set
from sercom.entities.documents.model import Document
from sercom.entities.ledger.model import Payment
from sercom.entities.quotes.evidence import Approval
from sercom.entities.users.model import Language
from sercom.output.paper import PaperError

#: How long a message may be with one worker before another takes it.
LEASE = timedelta(minutes=10)
#: Waits between attempts, in minutes: two and a half days in all, then it is dead.
WAITS = (1, 5, 15, 60, 180, 360, 720, 720, 720, 720)
SUBJECT_LENGTH = 200

#: Asked of a kind of message before it leaves: from which moment it may, or ``None``: not any more.
Gate = Callable[[AnySession, Message], datetime | None]
GATES: dict[MessageKind, Gate] = {}

log = logging.getLogger(__name__)
#: Set when there is something to send: the worker of this process need not wait for its round.
wake = threading.Event()


class Words(NamedTuple):
    """What a message says, in which language; the body may hold ``{link}``."""

    language: Language
    subject: str
    body: str
    #: The site's own address, where the words are written outside of a request.
    site: str = ""


Transport = Callable[[EmailMessage], None]


def post(
    session: AnySession,
    kind: MessageKind,
    words: Words,
    *,
    to: str,
    document: Document | None = None,
    link: Link | HubLink | None = None,
    attached: bool | Approval | Payment = False,
    token: str | None = None,
) -> Message:
    """Write a message; it leaves after the commit.

    ``attached``: the PDF of the link's revision goes with it, of what was approved, or a payment's receipt. Raises
    ``DomainError`` beside ``to`` or ``subject`` for what is no address, or more than a line.
    """
    if len(words.subject.splitlines()) > 1 or any(ord(char) < ord(" ") for char in words.subject):
        raise DomainError(_("A subject is one line."), "subject")
    approval = attached if isinstance(attached, Approval) else None
    payment = attached if isinstance(attached, Payment) else None
    sent = approval or link
    message = Message(
        kind=kind,
        status=MessageStatus.QUEUED if is_mail_set() else MessageStatus.KEPT,
        case_id=document.case_id if document is not None else None,
        document=document,
        link=link if isinstance(link, Link) else None,
        hub_link=link if isinstance(link, HubLink) else None,
        approval=approval,
        payment=payment,
        revision=1 if payment else sent.revision if isinstance(sent, Approval | Link) and attached else None,
        to_email=_address(to),
        language=words.language,
        subject=words.subject[:SUBJECT_LENGTH],
        body=words.body.replace("\r\n", "\n"),
        base_url=words.site or base_url(),
        token=token,
    )
    session.add(message)
    session.flush()
    session.info["posted"] = True
    return message


def _address(text: str) -> str:
    try:
        return formats.read_email(text)
    except DomainError as error:
        raise DomainError(error.message, "to") from None


def base_url() -> str:
    """The site's own address, without a slash behind: the setting, or where the present request came to.

    Where mail is sent there is a setting; without one messages are read in the back-office alone.
    """
    known = current_app.config.get("APP_BASE_URL") or (request.url_root if has_request_context() else "")
    return str(known or "http://127.0.0.1:5000").rstrip("/")


def wake_after(session: AnySession) -> None:
    """After a commit that wrote a message: no need to wait."""
    if session.info.pop("posted", False):
        wake.set()


def drain(session: AnySession, transport: Transport | None = None, limit: int = 100) -> int:
    """Send what is due, at most ``limit``; returns how many were tried. ``transport`` raises ``smtp.SendError``."""
    if not is_mail_set():
        return 0
    send = transport or partial(smtp.send, smtp.Server.read(current_app.config["SMTP_URL"]))
    for count in range(limit):
        message_id = claim(session)
        if message_id is None:
            return count
        _attempt(session, message_id, send)
    return limit


def claim(session: AnySession) -> int | None:
    """Take the message that waits longest; its id, or ``None`` where nothing is due. Commits."""
    now = utcnow()
    due = or_(
        and_(Message.status == MessageStatus.QUEUED, Message.next_attempt_at <= now),
        and_(Message.status == MessageStatus.SENDING, Message.claimed_at < now - LEASE),
    )
    waiting = select(Message).where(due).order_by(Message.next_attempt_at, Message.id).limit(1)
    message = session.scalars(waiting.with_for_update(skip_locked=True)).first()
    if message is None:
        session.rollback()
        return None
    message.status, message.claimed_at = MessageStatus.SENDING, now
    message.attempts += 1
    claimed = message.id
    session.commit()
    return claimed


def _attempt(session: AnySession, message_id: int, send: Transport) -> None:
    problem = None
    try:
        if _held(session, message_id):
            return
        email = compose(session, message_id)
        session.rollback()  # holds no connection while the other side takes its time
        send(email)
    except smtp.SendError as error:
        problem = error
    except PaperError as error:
        problem = smtp.SendError(Failure.NOT_DRAWN, str(error))
    except ValueError as error:  # a header that cannot be written: trying again changes nothing
        problem = smtp.SendError(Failure.REFUSED, str(error), final=True)
    except Exception as error:  # whatever it is: a message that is claimed for ever helps nobody
        log.exception("message %s", message_id)
        problem = smtp.SendError(Failure.FAULT, type(error).__name__)
    session.rollback()
    message = session.get_one(Message, message_id)
    try:
        _note(message, problem)
        session.commit()
    except StaleDataError:  # the claim had ended, and somebody else went on with it
        session.rollback()
        log.warning("message %s was taken over", message_id)


def _held(session: AnySession, message_id: int) -> bool:
    """Whether it waits for its hour, or was withdrawn, instead of being sent; commits where it was."""
    message = session.get_one(Message, message_id)
    gate = GATES.get(message.kind)
    moment = gate(session, message) if gate is not None else utcnow()
    now = utcnow()  # after the gate: what may leave at once is not later than now
    if moment is not None and moment <= now:
        return False
    message.status = MessageStatus.WITHDRAWN if moment is None else MessageStatus.QUEUED
    message.next_attempt_at = moment or now
    message.attempts -= 1  # it was not tried
    message.claimed_at, message.updated_at = None, now
    session.commit()
    return True


def _note(message: Message, problem: smtp.SendError | None) -> None:
    """Write down what became of the attempt."""
    now = utcnow()
    message.updated_at = now
    message.claimed_at = None
    if problem is None:
        message.status, message.sent_at, message.failure, message.reply = MessageStatus.SENT, now, None, None
        return
    message.failure, message.reply = problem.failure, problem.reply
    if problem.final or message.attempts > len(WAITS):
        message.status = MessageStatus.DEAD
    else:
        message.status = MessageStatus.QUEUED
        message.next_attempt_at = now + timedelta(minutes=WAITS[message.attempts - 1])
    log.warning("message %s: %s %s", message.id, problem.failure.value, problem.reply)
