"""A company of many clients, written straight into the tables: what the search is measured on."""

from __future__ import annotations

from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import insert

from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.models import Case, Client, Document, Invoice, Job, Quote, ServiceRequest, Site
from sercom.search import index

BATCH = 2000
FIRST = ("Julie", "Michel", "Hélène", "Ahmed", "Susan", "Luc", "Marie", "Jean", "Sylvie", "Pierre", "Zoé", "François")
LAST = ("Tremblay", "Gagnon", "Roy", "Côté", "Bouchard", "Gauthier", "Morin", "Lavoie", "Fortin", "Gagné", "Kowalski")
STREETS = ("rue Sainte-Rose", "boulevard Curé-Labelle", "avenue du Parc", "chemin du Lac", "rue des Érables")
WORK = ("Thermopompe murale", "Chauffe-eau 40 gallons", "Drain bloqué", "Entretien annuel", "Échangeur d’air")
CONSONANTS, VOWELS = "bcdfglmnprstv", "aeiou"


def surname(random: Random) -> str:
    """One of a few very common names, or one that hardly anybody else has."""
    if random.random() < 0.4:
        return random.choice(LAST)
    return "".join(random.choice(CONSONANTS) + random.choice(VOWELS) for _syllable in range(4)).capitalize()


def crowd(clients: int, documents: int) -> None:
    """``clients`` clients with an address each, and ``documents`` documents in cases of four; then the index."""
    random, now = Random(7), utcnow()
    stamp = {"version": 1, "created_at": now, "updated_at": now}
    places = [
        {
            "street": f"{random.randint(1, 9999)}, {random.choice(STREETS)}",
            "city": random.choice(("Laval", "Montréal", "Saint-Jérôme")),
            "province": "QC",
            "postal_code": f"H{key % 9 + 1}{random.choice('ABCEGHJK')} {random.randint(1, 9)}A{key % 7 + 1}",
        }
        for key in range(clients)
    ]
    _insert(
        Client,
        (
            {
                "id": key,
                "kind": "person",
                "name": f"{random.choice(FIRST)} {surname(random)}",
                "is_prospect": False,
                "phone": f"+1514{random.randint(2000000, 9999999)}",
                "email": f"client{key}@example.org",
                "language": "fr_CA",
                "terms_days": 30,
            }
            | place
            | stamp
            for key, place in enumerate(places, start=1)
        ),
    )
    _insert(Site, ({"id": key, "client_id": key} | place | stamp for key, place in enumerate(places, start=1)))
    cases = range(1, documents // 4 + 1)
    owners = {case: random.randint(1, clients) for case in cases}
    titles = {case: random.choice(WORK) for case in cases}
    _insert(
        Case,
        (
            {"id": case, "number": f"2026-{case:04d}", "client_id": owners[case], "site_id": owners[case]}
            | {"title": titles[case], "first_contact": "client", "letters": {}}
            | stamp
            for case in cases
        ),
    )
    money = {"discount": 0, "net": 0, "tax": 0, "total": 0}
    own: dict[Any, dict[str, Any]] = {
        ServiceRequest: {"status": "new", "urgency": "soon", "origin": "phone", "availability": []},
        Quote: {"status": "draft", "revision": 1},
        Job: {"status": "open"},
        Invoice: {"status": "draft", "terms_days": 30},
    }
    for place, (model, columns) in enumerate(own.items()):
        kind = model.__tablename__
        rows = (
            {"id": case * 4 + place, "kind": kind, "case_id": case, "client_id": owners[case], "title": titles[case]}
            | {"number": f"F-{case:06d}" if kind == "invoice" else f"2026-{case:04d}-{'DSJ'[place]}"}
            | money
            | stamp
            for case in cases
        )
        _insert(Document, rows)
        _insert(model, ({"id": case * 4 + place} | columns for case in cases))
    db.session.commit()
    for _table, _count in index.reindex(db.session):
        pass


def _insert(model: Any, rows: Any) -> None:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        db.session.execute(insert(model.__table__), batch)
