"""A believable heating-and-cooling company, made through the same workflow as real work."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from flask import current_app
from flask_security.utils import hash_password, verify_password
from sqlalchemy import select

from sercom.core import clock
from sercom.core.access import Role
from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.demo import bank, catalogue, checking, crew, questions, reminding, rules, timeline
from sercom.demo.film import Film
from sercom.demo.hands import Hands
from sercom.demo.pictures import emblem
from sercom.demo.story import Stage
from sercom.demo.teller import tell_work
from sercom.demo.works import WORKS
from sercom.demo.works.work import Work
from sercom.entities.catalog.model import services_offered
from sercom.entities.company.logo import keep_logo
from sercom.entities.company.model import get_company
from sercom.models import Client, Company, Team, User
from sercom.models import Role as RoleRow

#: Marks the demo's accounts: ``.test`` belongs to nobody, and no real account ends like this.
DOMAIN = "demo.sercom.test"
STAFF = (
    ("owner", "Sylvie Gagnon", Role.OWNER, "+15145550150"),
    ("office", "Karine Bouchard", Role.OFFICE, "+14505550151"),
    ("tech", "Marc-André Pelletier", Role.TECHNICIAN, "+14385550152"),
    ("tech2", "Yannick Roy", Role.TECHNICIAN, "+14385550153"),
    ("accountant", "Thérèse Lavoie", Role.ACCOUNTANT, "+14505550155"),
)
#: The owner gives either team a hand.
TEAMS = {
    "install": ("Équipe installation", ("tech", "owner")),
    "service": ("Équipe service", ("tech2", "owner")),
}
#: The day before the first work.
FIRST_DAY = min(work.day for work in WORKS) - 1
#: What is printed beside the numbers; each with its English.
TEXTS = {
    "quote_terms": (
        (
            "Le prix comprend la main-d’œuvre, le matériel décrit et le nettoyage des lieux. Un travail qui n’est pas "
            "décrit ici fait l’objet d’un accord écrit avant d’être entrepris."
        ),
        (
            "The price includes labour, the materials described and the cleaning of the premises. Work that is not "
            "described here is agreed on in writing before it begins."
        ),
    ),
    "warranty": (
        "Main-d’œuvre garantie un an. Appareils et pièces garantis par leur fabricant, selon ses conditions.",
        "Labour is guaranteed for one year. Equipment and parts carry their manufacturer’s warranty.",
    ),
    "invoice_note": ("Merci de votre confiance!", "Thank you for your business."),
}


def seed(*, works: Sequence[Work] = WORKS, photos: int) -> None:
    """Make the company, its people, catalogue, clients and ``works``, with at most so many photos.

    Raises ``DomainError`` in production, where demonstration invoices have no place in real books,
    and where somebody is there already.
    """
    refuse_in_production()
    if not is_empty():
        msg = "there are accounts or clients already: the demo company goes into an empty database"
        raise DomainError(msg)
    now = clock.utcnow()
    diary = timeline.Diary(clock.today())
    with clock.at(diary.at(FIRST_DAY, timeline.NOON)):
        people = _people()
        settings = _settings(people["owner"])
        teams = _teams(people)
        catalogue.make()
        crew.make(people, teams, services_offered())
        rules.make()
        questions.make()
        checking.make()
        reminding.make()
    for who in ("tech", "tech2"):  # each of them is at an emergency now
        begins, ends = (clock.to_company(now + timedelta(minutes=minutes)).time() for minutes in (-70, 120))
        diary.block(who, begins, ends)
    crew.keep_free(diary)
    film = Film(works, photos)
    stage = Stage(Hands(people, teams, film), catalogue.PriceList(), services_offered(), diary, now, settings)
    try:
        stories = [tell_work(number, work, stage) for number, work in enumerate(works)]
        timeline.tell(db.session, [*stories, reminding.remind(diary, stage.hands, now)], now)
    finally:
        film.close()
    bank.read_statement(people["accountant"].actor)
    with clock.at(now):
        crew.go_away(people, diary.today)
    db.session.commit()


def is_empty() -> bool:
    """Whether nobody works here yet, and nobody asked for anything."""
    return all(db.session.scalar(select(model.id).limit(1)) is None for model in (User, Client))


def refuse_in_production() -> None:
    """Raise ``DomainError`` there."""
    if current_app.config["PRODUCTION"]:
        msg = "this is production: the demo company has no place in real books"
        raise DomainError(msg)


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
    width = max(len(label) for label, *_rest in STAFF) + len(DOMAIN) + 3
    return [f"  {f'{label}@{DOMAIN}':<{width}} {_password()}" for label, *_rest in STAFF]


def _password() -> str:
    """``SERCOM_DEMO_PASSWORD``, or one made for this machine and kept beside its database."""
    given: str = current_app.config["DEMO_PASSWORD"]
    if given:
        return given
    folder = Path(current_app.config["INSTANCE"])
    path = folder / "demo_password"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9))
    return path.read_text()


def _settings(owner: User) -> Company:
    company = get_company(db.session)
    company.name = "Climatisation Boréale inc."
    company.street, company.city, company.postal_code = "1250, rue des Érables", "Laval", "H7V 2S4"
    company.phone, company.email = "+14505550100", f"info@{DOMAIN}"
    company.gst_number, company.qst_number = "123456782 RT0001", "1234567892 TQ0001"
    company.neq, company.rbq_licence = "1170000000", "5678-1234-01"
    company.interac_email, company.interac_autodeposit = f"paiements@{DOMAIN}", True
    company.privacy_officer, company.privacy_email = owner.name, f"vieprivee@{DOMAIN}"
    company.interest_percent = Decimal(2)
    for name, (french, english) in TEXTS.items():
        setattr(company, name, french)
        setattr(company, f"{name}_en", english)
    keep_logo(db.session, company, emblem.logo(), owner.actor)
    return company


def _people() -> dict[str, User]:
    hashed = hash_password(_password())
    roles = {row.name: row for row in db.session.scalars(select(RoleRow))}
    people = {
        label: User(
            email=f"{label}@{DOMAIN}",
            name=name,
            phone=phone,
            password=hashed,
            fs_uniquifier=secrets.token_hex(32),
            roles=[roles[role.value]],
        )
        for label, name, role, phone in STAFF
    }
    people["tech"].invoices_on_site = people["tech"].sees_prices = True
    db.session.add_all(people.values())
    db.session.flush()
    return people


def _teams(people: dict[str, User]) -> dict[str, Team]:
    teams = {key: Team(name=name, members=[people[who] for who in members]) for key, (name, members) in TEAMS.items()}
    db.session.add_all(teams.values())
    db.session.flush()
    return teams
