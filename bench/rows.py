"""Fills a database quickly: one client in two cases, each case with its four documents."""

from __future__ import annotations

from datetime import date, time, timedelta
from random import Random
from typing import Any

from flask_security.utils import hash_password
from sqlalchemy import insert, select, update

from sercom.core import clock
from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.models import (
    Case,
    Client,
    Conversion,
    Document,
    DocumentTax,
    Invoice,
    Job,
    Line,
    Quote,
    Role,
    ServiceRequest,
    Site,
    User,
    Visit,
)

BATCH = 1000
NAMES = ("Tremblay", "Gagnon", "Roy", "Côté", "Bouchard", "Gauthier", "Morin", "Lavoie", "Fortin", "Gagné", "Kowalski")
FIRST = ("Julie", "Michel", "Nathalie", "Ahmed", "Susan", "Luc", "Marie", "Jean", "Sylvie", "Pierre")
KINDS = ("request", "quote", "job", "invoice")


def fill(cases: int) -> None:
    """``cases`` cases with a request, a quote, a job and an invoice of ten lines each."""
    random = Random(7)
    role = db.session.scalars(select(Role).where(Role.name == "owner")).one()
    password = hash_password("bench-password")
    db.session.add(
        User(email="bench@example.org", name="Bench", fs_uniquifier="b" * 64, password=password, roles=[role])
    )
    db.session.flush()
    for start in range(0, cases, BATCH):
        _batch(random, range(start, min(start + BATCH, cases)))
    db.session.commit()


def fill_week(monday: date, visits: int = 500, people: int = 20) -> None:
    """So many planned visits in the five working days of a week, over so many technicians."""
    role = db.session.scalars(select(Role).where(Role.name == "technician")).one()
    crew = [
        User(email=f"t{number}@example.org", name=f"Technicien {number}", fs_uniquifier=f"{number:064d}", roles=[role])
        for number in range(people)
    ]
    db.session.add_all(crew)
    db.session.flush()
    now = utcnow()
    stamp = {"version": 1, "created_at": now, "updated_at": now, "any_time": False, "status": "scheduled"}
    rows = []
    for number in range(visits):
        # Five days, then the people, then the hours: nobody is in two places at once.
        day, person, turn = number % 5, number // 5 % people, number // (5 * people)
        begins = clock.from_company(monday + timedelta(days=day), time(8 + turn * 2 % 10))
        whose = {"case_id": number + 1, "document_id": number * 4 + 3, "person_id": crew[person].id}
        rows.append(stamp | whose | {"starts_at": begins, "ends_at": begins + timedelta(minutes=90)})
    db.session.execute(insert(Visit), rows)
    db.session.commit()


def _batch(random: Random, numbers: range) -> None:
    now, today = utcnow(), clock.today()
    stamp = {"version": 1, "created_at": now, "updated_at": now}
    tables: dict[Any, list[dict[str, Any]]] = {
        model: []
        for model in (Client, Site, Case, Document, ServiceRequest, Quote, Job, Invoice, Line, DocumentTax, Conversion)
    }
    for number in numbers:
        client_id = number // 2 + 1
        if number % 2 == 0:
            name = f"{random.choice(FIRST)} {random.choice(NAMES)} {client_id}"
            place = {
                "street": f"{client_id}, rue Principale",
                "city": "Laval",
                "province": "QC",
                "postal_code": "H7A 1A1",
            }
            client = {"id": client_id, "kind": "person", "name": name, "is_prospect": False, "language": "fr_CA"}
            tables[Client].append(
                client | place | stamp | {"terms_days": 30, "phone": f"+1450555{client_id % 10000:04d}"}
            )
            tables[Site].append({"id": client_id, "client_id": client_id} | place | stamp)
        case = {"id": number + 1, "number": f"2026-{number + 1:05d}", "client_id": client_id, "site_id": client_id}
        tables[Case].append(case | stamp | {"title": "Thermopompe", "first_contact": "client", "letters": {}})
        _documents(random, tables, number, client_id, stamp, today)
    for model, rows in tables.items():
        db.session.execute(insert(model.__table__), [_stored(model, row) for row in rows])
    # Issued once their lines are in: afterwards the database lets none be added.
    issued = [row["id"] for row in tables[Invoice] if row["id"] % 5]
    db.session.execute(update(Invoice.__table__).where(Invoice.__table__.c.id.in_(issued)).values(status="issued"))


def _documents(
    random: Random,
    tables: dict[Any, list[dict[str, Any]]],
    number: int,
    client_id: int,
    stamp: dict[str, Any],
    today: Any,
) -> None:
    for step, kind in enumerate(KINDS):
        key = number * 4 + step + 1
        total = {"discount": 0, "net": 1000, "tax": 149.75, "total": 1149.75}
        letter = f"F-{number + 1:06d}" if kind == "invoice" else f"2026-{number + 1:05d}-{'DSJF'[step]}"
        tables[Document].append(
            {
                "id": key,
                "kind": kind,
                "case_id": number + 1,
                "client_id": client_id,
                "number": letter,
                "title": "Thermopompe",
            }
            | stamp
            | total
        )
        if step:
            link = {
                "source_id": key - 1,
                "target_id": key,
                "edge": kind,
                "token": f"bench-{key}",
                "at": stamp["created_at"],
                "net": 1000,
                "held": 0,
            }
            tables[Conversion].append(link)
        for position in range(10):
            line = {
                "document_id": key,
                "position": position,
                "description": f"Pièce {position}",
                "quantity": 1,
                "unit": "un",
            }
            tables[Line].append(line | {"unit_price": 100, "discount": 0, "tax_status": "taxable"})
        for position, (code, percent, amount) in enumerate((("GST", 5, 50), ("QST", 9.975, 99.75))):
            tax = {
                "document_id": key,
                "code": code,
                "position": position,
                "percent": percent,
                "base": 1000,
                "amount": amount,
            }
            tables[DocumentTax].append(tax)
    base = number * 4
    issued = today - timedelta(days=random.randint(0, 90))
    tables[ServiceRequest].append(
        {"id": base + 1, "status": "assessed", "urgency": "soon", "origin": "form", "availability": []}
    )
    tables[Quote].append({"id": base + 2, "status": "draft" if number % 7 == 0 else "approved", "revision": 1})
    tables[Job].append({"id": base + 3, "status": random.choice(("open", "done", "closed"))})
    tables[Invoice].append(
        {
            "id": base + 4,
            "status": "draft",
            "terms_days": 30,
            "issue_date": issued,
            "due_date": issued + timedelta(days=30),
        }
        | {"snapshot": "{}"}
    )


def _stored(model: Any, row: dict[str, Any]) -> dict[str, Any]:
    """Every column, since an executemany takes the first row's columns for all."""
    from decimal import Decimal

    known = {column.name for column in model.__table__.columns}
    return {
        name: Decimal(str(value)) if isinstance(value, float) else value for name, value in row.items() if name in known
    }
