"""A small believable heating-and-cooling company, made through the same workflow as real work."""

import os
import secrets
from decimal import Decimal
from pathlib import Path

from flask import current_app
from flask_security.utils import hash_password, verify_password
from sqlalchemy import select

from sercom.core.access import Role
from sercom.core.base import db
from sercom.core.money import TaxStatus
from sercom.demo import work
from sercom.entities.catalog.model import CatalogItem, ItemKind
from sercom.entities.company.model import get_company
from sercom.models import Client, Team, User
from sercom.models import Role as RoleRow

DOMAIN = "demo.sercom.test"
STAFF = (
    ("owner", "Sylvie Gagnon", Role.OWNER),
    ("office", "Karine Bouchard", Role.OFFICE),
    ("tech", "Marc-André Pelletier", Role.TECHNICIAN),
    ("tech2", "Yannick Roy", Role.TECHNICIAN),
    ("accountant", "Thérèse Lavoie", Role.ACCOUNTANT),
)
ITEMS = (
    ("DEP", ItemKind.TRAVEL, "Déplacement", "Travel", "", "65.00", "20.00"),
    ("MO", ItemKind.LABOUR, "Main-d’œuvre", "Labour", "h", "115.00", "48.00"),
    (
        "TP-12",
        ItemKind.PART,
        "Thermopompe murale 12 000 BTU",
        "Wall-mounted heat pump 12,000 BTU",
        "un",
        "2895.00",
        "1740.00",
    ),
    (
        "TP-18",
        ItemKind.PART,
        "Thermopompe murale 18 000 BTU",
        "Wall-mounted heat pump 18,000 BTU",
        "un",
        "3495.00",
        "2110.00",
    ),
    (
        "CE-60",
        ItemKind.PART,
        "Chauffe-eau électrique 60 gallons",
        "Electric water heater, 60 gallons",
        "un",
        "785.00",
        "498.00",
    ),
    ("COND-35", ItemKind.PART, "Condensateur 35/5 µF", "Capacitor 35/5 µF", "un", "48.50", "14.20"),
    ("FRIG", ItemKind.PART, "Frigorigène R-410A", "Refrigerant R-410A", "lb", "42.00", "18.00"),
    (
        "NET-TP",
        ItemKind.FLAT,
        "Nettoyage de thermopompe murale",
        "Cleaning of a wall-mounted heat pump",
        "un",
        "189.00",
        "60.00",
    ),
    (
        "DEB",
        ItemKind.FLAT,
        "Débouchage de drain, accès intérieur",
        "Drain unclogging, indoor access",
        "un",
        "245.00",
        "80.00",
    ),
    ("CAM", ItemKind.FLAT, "Inspection par caméra", "Camera inspection", "un", "295.00", "90.00"),
)


def seed(*, if_empty: bool = False) -> bool:
    """Make the company, its people, catalogue, clients and documents. Returns whether it did.

    Raises ``RuntimeError`` in production: demonstration invoices have no place in real books.
    """
    if current_app.config["PRODUCTION"]:
        msg = "the demo company is never made in production"
        raise RuntimeError(msg)
    if if_empty and db.session.scalar(select(Client.id).limit(1)) is not None:
        return False
    _settings()
    people = _people()
    _catalogue()
    work.make(people)
    db.session.commit()
    return True


def sign_ins() -> list[str]:
    """Who may sign in, and with what. The demo accounts take the password that is printed."""
    accounts = db.session.scalars(select(User).where(User.email.endswith(f"@{DOMAIN}"))).all()
    if not accounts or current_app.config["PRODUCTION"]:
        return []
    if not verify_password(_password(), accounts[0].password or ""):
        hashed = hash_password(_password())
        for account in accounts:
            account.password = hashed
        db.session.commit()
    width = max(len(label) for label, _name, _role in STAFF) + len(DOMAIN) + 3
    return [f"  {f'{label}@{DOMAIN}':<{width}} {_password()}" for label, _name, _role in STAFF]


def _password() -> str:
    """``SERCOM_DEMO_PASSWORD``, or one made for this machine and kept beside its database."""
    given = os.environ.get("SERCOM_DEMO_PASSWORD")
    if given:
        return given
    folder = Path(os.environ.get("SERCOM_INSTANCE", Path(current_app.root_path).parent / "instance"))
    path = folder / "demo_password"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9))
    return path.read_text()


def _settings() -> None:
    company = get_company(db.session)
    company.name = "Climatisation Boréale inc."
    company.street, company.city, company.postal_code = "1250, rue des Érables", "Laval", "H7V 2S4"
    company.phone, company.email = "+14505550142", f"info@{DOMAIN}"
    company.gst_number, company.qst_number = "123456782 RT0001", "1234567892 TQ0001"
    company.neq, company.rbq_licence = "1170000000", "5678-1234-01"


def _people() -> dict[str, User]:
    hashed = hash_password(_password())
    roles = {row.name: row for row in db.session.scalars(select(RoleRow))}
    people = {}
    for label, name, role in STAFF:
        people[label] = User(
            email=f"{label}@{DOMAIN}",
            name=name,
            password=hashed,
            fs_uniquifier=secrets.token_hex(32),
            roles=[roles[role.value]],
        )
    team = Team(name="Équipe installation", members=[people["tech"], people["tech2"]])
    db.session.add_all([*people.values(), team])
    db.session.flush()
    return people


def _catalogue() -> None:
    for code, kind, french, english, unit, price, cost in ITEMS:
        item = CatalogItem(code=code, kind=kind, name_fr=french, name_en=english, unit=unit)
        item.price, item.cost, item.tax_status = Decimal(price), Decimal(cost), TaxStatus.TAXABLE
        db.session.add(item)
    db.session.flush()
