"""The index follows what is committed: nothing more, nothing less, and without a deadlock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update

from sercom import models
from sercom.core.base import db
from sercom.models import Client, Posting, Variant
from sercom.search import index
from sercom.search.find import Match, Wanted
from sercom.search.words import chunks, terms
from sercom.workflow import edges
from tests.rows import intake_answers
from tests.support import Browser, World, convert, make_client, make_user, start


def found(query: str, model: type[Any] = Client, match: Match = Match.BEGINNING) -> list[int]:
    """Ids that the index knows, in the open session."""
    asked = [term for chunk in chunks(query) for term in terms(chunk)]
    wanted = Wanted(db.session, asked, match)
    return list(db.session.scalars(select(model.id).where(wanted.within(model.id, model)).order_by(model.id)))


def kept() -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """The whole index."""
    postings = db.session.execute(select(Posting.kind, Posting.word, Posting.subject_id))
    variants = db.session.execute(select(Variant.variant, Variant.word))
    return {tuple(row) for row in postings}, {tuple(row) for row in variants}


def test_a_new_name_replaces_the_old(context: Flask):
    client = make_client("Hélène Tremblay")
    db.session.commit()
    assert found("tremblay") == [client.id]
    client.name = "Hélène Lavoie"
    db.session.commit()
    assert found("tremblay") == found("tramblay", match=Match.SLIP) == []
    assert found("lavoie") == found("helene") == [client.id]


def test_every_indexed_column_is_followed(context: Flask):
    client = make_client()
    document = start("quote", make_user("office").actor, client)
    db.session.commit()
    for record in (client, client.sites[0], document.case, document):
        columns = index.columns_of(record)
        assert columns is not None
        for number, name in enumerate(columns.all):
            value = f"+1514555{number:04d}" if name in columns.phones else f"Zz{number}"
            setattr(record, name, value)
            db.session.commit()
            word = f"555{number:04d}" if name in columns.phones else f"zz{number}"
            assert record.id in found(word, type(record)), name
            setattr(record, name, f"Yy{number}" if name not in columns.phones else "+18195550000")
            db.session.commit()
            assert record.id not in found(word, type(record), Match.WHOLE), name


def test_what_is_deleted_is_found_no_more(context: Flask):
    actor = make_user("office").actor
    request = start("request", actor, title="Fournaise")
    quote = convert(request, "quote", actor)
    alone = make_client("Zacharie Zedd")
    db.session.commit()
    assert found("fournaise", models.Quote) == [quote.id]
    edges.undo(db.session, quote, actor)
    db.session.delete(alone.sites[0])
    db.session.delete(alone)
    db.session.commit()
    assert found("fournaise", models.Quote) == found("zedd") == []
    assert not db.session.scalars(select(Posting).where(Posting.word == "zedd")).all()


def test_a_rollback_leaves_the_index_as_it_was(own_app: Flask):
    with own_app.app_context():
        client = make_client("Hélène Tremblay")
        db.session.commit()
        before = kept()
        client.name = "Hélène Lavoie"
        make_client("Roland Zedd")
        db.session.flush()
        db.session.rollback()
        make_client("Luc Untel").notes = "committed afterwards"
        db.session.commit()
        assert found("lavoie") == found("zedd") == []
        assert found("tremblay") == [client.id]
        assert before[0] < kept()[0]
        assert {word for _kind, word, _id in kept()[0] - before[0]} >= {"luc", "untel"}


def test_a_savepoint_that_is_rolled_back_is_not_indexed(context: Flask):
    client, other = make_client("Hélène Tremblay"), make_client("Luc Morin")
    db.session.commit()
    for give_up in (True, False):
        point = db.session.begin_nested()
        client.name = "Hélène Lavoie"
        make_client("Roland Zedd")
        db.session.delete(other.sites[0])
        db.session.flush()
        if give_up:
            point.rollback()
        else:
            point.commit()
        other.name = f"Luc Autre {give_up}"
        db.session.commit()
        assert bool(found("lavoie")) == bool(found("zedd")) == (not give_up)
        assert bool(found("tremblay")) == give_up
        assert bool(found("morin sainte-rose", models.Site) or found("autre", models.Site)) == give_up
        assert found("autre") == [other.id]


def test_what_concerns_no_word_costs_nothing(context: Flask, world: World):
    client = make_client()
    db.session.commit()
    client.notes, client.terms_days = "Chien", 15
    with world.counting() as statements:
        db.session.commit()
    assert not [statement for statement in statements if "search_" in statement]


def test_the_public_form_costs_a_handful_of_statements(world: World, browser: Browser):
    def send() -> list[str]:
        ticket = browser.form("/")["ticket"]
        with world.counting() as statements:
            assert browser.post("/", intake_answers(ticket), csrf=False).status_code == 303
        return [statement for statement in statements if "search_" in statement]

    assert len(send()) <= 3  # which slips are known, new slips, words
    assert len(send()) <= 2  # the same words again: no new slips


def test_reindexing_gives_what_was_kept_all_along(own_app: Flask):
    with own_app.app_context():
        actor = make_user("office").actor
        for name in ("Hélène Tremblay", "Œdipe Côté", "Résidence Confort"):
            client = make_client(name, contact_name="Zoé")
            quote = start("quote", actor, client)
            convert(quote, "job", actor, approval={"channel": "phone", "name": "x"})
        gone = make_client("Zacharie Quidam")
        db.session.commit()
        db.session.delete(gone.sites[0])
        db.session.delete(gone)
        client.name = "Résidence Bleue"
        db.session.commit()
        postings, variants = kept()
        spoil = [
            delete(Posting).where(Posting.kind == "client"),
            insert(Posting).values(kind="client", word="fantome", subject_id=9999),
            update(Posting).where(Posting.kind == "site", Posting.word == "rue").values(word="avenue"),
            delete(Variant).where(Variant.word == "helene"),
        ]
        for statement in spoil:
            db.session.execute(statement)
        db.session.commit()
        answer = own_app.test_cli_runner().invoke(args=["reindex"])
        assert answer.exit_code == 0, answer.output
        assert "client: 3" in answer.output
        db.session.expire_all()
        db.session.rollback()
        used = {word for _kind, word, _id in postings}
        assert kept() == (postings, {(variant, word) for variant, word in variants if word in used})


@pytest.mark.slow
def test_two_who_bring_the_same_new_words_do_not_deadlock(own_app: Flask):
    """Each saves what the other saves, in the other order, at the same moment."""
    rounds, people, letters = 12, 4, "abcdefgh"
    gate = Barrier(people, timeout=60)  # whoever fails leaves the others nobody to wait for

    def work(person: int) -> None:
        for tour in "abcdefghijkl"[:rounds]:
            gate.wait()
            with own_app.app_context():
                for letter in letters if person % 2 else letters[::-1]:
                    make_client(f"Nouveau{tour}{letter} Famille{letter}{tour}")
                db.session.commit()

    with ThreadPoolExecutor(people) as pool:
        list(pool.map(work, range(people)))
    with own_app.app_context():
        assert len(found("nouveau")) == rounds * people * len(letters)
        assert len(found("nouveauaab famileaa", match=Match.SLIP)) == people
