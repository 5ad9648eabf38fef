"""What tests are told in: a world of people and documents, and a browser without a screen."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Engine, event, select
from werkzeug.test import TestResponse

from sercom import models
from sercom.core import clock
from sercom.core.access import Actor
from sercom.core.access import Role as RoleName
from sercom.core.base import db
from sercom.entities.company.model import get_company
from sercom.entities.credits.plan import Wanted
from sercom.entities.delivery import outbox
from sercom.entities.delivery.message import Message, MessageKind, MessageStatus
from sercom.entities.delivery.outbox import Words
from sercom.entities.documents.line import LineDraft
from sercom.entities.sites.model import Province
from sercom.entities.users.model import Language
from sercom.workflow import content, crediting, edges
from sercom.workflow.availability import _holidays
from sercom.workflow.edges import Choice
from sercom.workflow.transitions import run

#: ``100.00`` of taxable work.
HUNDRED = LineDraft("Main-d’œuvre", Decimal(1), "h", Decimal("100.00"))
KINDS: dict[str, type[Any]] = {
    "request": models.ServiceRequest,
    "quote": models.Quote,
    "job": models.Job,
    "invoice": models.Invoice,
}


def day(after: int = 0) -> date:
    """The company's calendar day, ``after`` days from today: at night the machine's may be another."""
    return datetime.now(ZoneInfo("America/Toronto")).date() + timedelta(days=after)


def ago(days: int) -> datetime:
    """The same hour of the company, ``days`` days back: around a change of clocks, no round number of hours."""
    return clock.from_company(clock.today() - timedelta(days=days), clock.to_company(clock.utcnow()).time())


def workday() -> date:
    """The next day from tomorrow on that is neither of a weekend nor a holiday: nothing speaks against it."""
    days = (day(after) for after in range(1, 15))
    return next(one for one in days if one.weekday() < 5 and one not in _holidays(one.year, "fr"))


def make_user(role: RoleName | str, **columns: Any) -> models.User:
    """A person with a role, in the open session."""
    name = role.value if isinstance(role, RoleName) else role
    row = db.session.scalars(select(models.Role).where(models.Role.name == name)).one()
    token = secrets.token_hex(4)
    columns = {"email": f"{name}-{token}@example.org", "name": f"{name} {token}"} | columns
    user = models.User(fs_uniquifier=secrets.token_hex(32), roles=[row], **columns)
    db.session.add(user)
    db.session.flush()
    return user


def make_client(name: str = "Julie Tremblay", *, province: Province = Province.QC, **columns: Any) -> models.Client:
    """A client with one address in ``province``, in the open session."""
    place = {"street": "84, rue Sainte-Rose", "city": "Laval", "postal_code": "H7L 1M3", "province": province}
    client = models.Client(**({"name": name, "phone": "+14505550110"} | place | columns))
    client.sites.append(models.Site(**place))
    db.session.add(client)
    db.session.flush()
    return client


def start(
    kind: str, actor: Actor, client: models.Client | None = None, drafts: Any = (HUNDRED,), **columns: Any
) -> Any:
    """A document of ``kind`` in a case of its own, in the open session."""
    client = client or make_client()
    document = KINDS[kind](**({"title": "Thermopompe"} | columns))
    content.start(db.session, document, actor, client=client, site=client.sites[0], drafts=drafts)
    return document


def convert(source: Any, target: str, actor: Actor, **choice: Any) -> Any:
    """Convert with the default choices, confirmed, in the open session."""
    edge = edges.find_edge(type(source), target)
    assert edge is not None
    chosen = Choice(**({"confirm": True} | choice))
    made = edges.convert(db.session, edge, source, actor, chosen, token=secrets.token_hex(8))
    db.session.expire(source, ["conversions"])
    db.session.expire(source.case, ["visits", "documents"])
    return made


def give(command: str, subject: Any, actor: Actor, **data: Any) -> None:
    """Give a command, in the open session. Tests plan at any hour, also of a Sunday, and are not asked about it."""
    if command in {"schedule", "plan_assessment"}:
        data = {"confirm": True} | data
    run(db.session, command, subject, actor, data)


def credit(invoice: models.Invoice, actor: Actor, **wanted: Any) -> models.CreditNote:
    """Credit an issued invoice, wholly unless ``wanted`` says otherwise, in the open session."""
    token = secrets.token_hex(8)
    return crediting.credit(db.session, invoice, actor, Wanted(**wanted), reason="Essai", token=token)


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """The SQL statements that run on ``engine`` meanwhile (savepoints aside)."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "PRAGMA")):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


class World:
    """Makes things for HTTP tests and commits them; keeps ids, never objects."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def make(self, build: Callable[[], Any]) -> int:
        """Run ``build`` in a context of its own, commit, give the id of what it made."""
        with self.app.app_context():
            made = build()
            db.session.commit()
            return int(made.id)

    def user(self, role: RoleName | str, **columns: Any) -> int:
        """A person's id."""
        return self.make(lambda: make_user(role, **columns))

    def document(self, kind: str, **options: Any) -> int:
        """A document's id; it was started by a person of the office."""
        return self.make(lambda: start(kind, make_user("office").actor, **options))

    def read(self, look: Callable[[], Any]) -> Any:
        """What ``look`` finds, in a context of its own."""
        with self.app.app_context():
            return look()

    def get(self, model: type[Any], row_id: int, *names: str) -> Any:
        """Attributes of a row: one value, or a tuple."""
        with self.app.app_context():
            row = db.session.get_one(model, row_id)
            values = tuple(getattr(row, name) for name in names)
            return values[0] if len(values) == 1 else values

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The SQL statements that run meanwhile (savepoints aside)."""
        with self.app.app_context():
            engine = db.engines[None]
        with counting(engine) as statements:
            yield statements


class Browser:
    """A client of the application's HTTP, signed in or not."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()

    def sign_in(self, user_id: int) -> Browser:
        """Be that person, without the form."""
        with self.app.app_context():
            key = db.session.get_one(models.User, user_id).fs_uniquifier
        self.client = self.app.test_client()
        with self.client.session_transaction() as session:
            session["_user_id"], session["_fresh"], session["fs_paa"] = key, True, time.time()
        return self

    def csrf(self) -> str:
        """A valid token for this browser's session."""
        with self.client.session_transaction() as session:
            raw = session.setdefault("csrf_token", secrets.token_hex(20))
        return str(URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(raw))

    def get(self, url: str, **options: Any) -> TestResponse:
        """GET."""
        return self.client.get(url, **options)

    def post(self, url: str, data: dict[str, Any] | None = None, *, csrf: bool = True, **options: Any) -> TestResponse:
        """POST a form, with the token."""
        token = {"csrf_token": self.csrf()} if csrf else {}
        return self.client.post(url, data=token | (data or {}), **options)

    def form(self, url: str) -> dict[str, str]:
        """The hidden fields of a page's forms: version, token, ticket."""
        page = self.get(url).get_data(as_text=True)
        return hidden_fields(page)


def hidden_fields(page: str) -> dict[str, str]:
    """Names and values of the hidden inputs of a page."""
    tags = re.findall(r'<input type="hidden"[^>]*>', page)
    found = {}
    for tag in tags:
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value:
            found[name.group(1)] = value.group(1)
    return found


def make_message(status: MessageStatus = MessageStatus.QUEUED, document: Any = None) -> Message:
    """An e-mail that stands so, in the open session."""
    words = Words(Language.FRENCH, "Votre demande", "Bonjour,\n\n{link}")
    message = outbox.post(db.session, MessageKind.REQUEST_RECEIVED, words, to="julie@example.org", document=document)
    message.status = status
    db.session.flush()
    return message


def name_company(**columns: Any) -> models.Company:
    """The company with what a document must carry before it leaves, in the open session."""
    company = get_company(db.session)
    told = {
        "name": "Climatisation Boréale inc.",
        "street": "1250, rue des Érables",
        "city": "Laval",
        "postal_code": "H7V 2S4",
        "email": "info@boreale.example",
        "phone": "+14505550100",
        "gst_number": "123456782 RT0001",
        "qst_number": "1234567892 TQ0001",
        "rbq_licence": "5678-1234-01",
        "quote_terms": "Payable à la fin des travaux.",
        "warranty": "Un an.",
    }
    for name, value in (told | columns).items():
        setattr(company, name, value)
    db.session.flush()
    return company
