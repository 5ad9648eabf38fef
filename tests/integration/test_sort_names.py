"""Clients stand in the order of their names without accents and capitals, on either database."""

from sqlalchemy import insert, select

from sercom.accounts import ageing
from sercom.core.base import db
from sercom.core.clock import today
from sercom.entities.clients.lookup import client_lookup
from sercom.exchange import sheets
from sercom.exchange.listing import Period
from sercom.models import Client
from tests.ledger import issued
from tests.pages import list_rows
from tests.support import Browser, World, make_client, make_user

#: In the order in which they are read.
NAMES = ["Éclair, plomberie", "edgar Roy", "Eon 3", "Éon 4", "Œuvre", "Ozias", "Zoé"]
SHUFFLED = [NAMES[place] for place in (6, 3, 0, 5, 1, 4, 2)]


def order() -> list[str]:
    return list(db.session.scalars(select(Client.name).order_by(Client.sort_name, Client.id)))


def test_statements_exports_and_lookups_are_in_order(context):
    office = make_user("office").actor
    for name in SHUFFLED:
        issued(office, client=make_client(name))
    assert order() == NAMES
    assert [row.name for row in ageing.ageing(db.session, today()).rows] == NAMES
    assert [row.name for row in db.session.scalars(select(Client).order_by(client_lookup.order_by))] == NAMES
    listing = sheets.clients(Period(today(), today()))
    assert [row[0] for row in db.session.execute(listing.statement)] == NAMES


def test_the_order_follows_a_new_name_and_rows_inserted_past_the_objects(context):
    client = make_client("Zoé")
    client.name = "Émile"
    db.session.execute(insert(Client).values(name="Édith", version=1))
    db.session.flush()
    assert order() == ["Édith", "Émile"]


def test_the_list_is_sorted_by_it(world: World, browser: Browser):
    for name in SHUFFLED:
        world.make(lambda name=name: make_client(name))
    browser.sign_in(world.user("office"))
    rows = list_rows(browser.get("/admin/clients/?sort=0"))
    assert [next(name for name in NAMES if name in " ".join(map(str, row))) for row in rows] == NAMES
