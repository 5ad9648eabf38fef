"""The intake form's ticket: ours, known again after its time, and nobody else's."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from sercom.portal import ticket


class Later:
    """Turns the clock of signatures."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 0
        start = int(datetime(2025, 9, 1, tzinfo=UTC).timestamp())
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: start + self.seconds)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    return Later(monkeypatch)


def test_two_hours():
    assert timedelta(seconds=ticket.LIFETIME) == timedelta(hours=2)


def test_every_ticket_is_another_one():
    nonces = {ticket.read(ticket.issue()).nonce for _count in range(50)}
    assert len(nonces) == 50
    assert all(len(nonce) >= 20 for nonce in nonces)


def test_the_same_ticket_reads_the_same():
    issued = ticket.issue()
    assert ticket.read(issued) == ticket.read(issued)


@pytest.mark.parametrize(("seconds", "expired"), [(0, False), (7200, False), (7201, True), (365 * 86400, True)])
def test_a_ticket_expires_and_keeps_its_nonce(later: Later, seconds: int, expired):
    issued = ticket.issue()
    fresh = ticket.read(issued)
    later.seconds = seconds
    assert ticket.read(issued) == ticket.Ticket(fresh.nonce, expired=expired)


def test_a_ticket_of_the_future_is_expired_and_not_trusted_for_ever(later: Later):
    later.seconds = 86400
    issued = ticket.issue()
    later.seconds = 0
    assert ticket.read(issued).expired


@pytest.mark.parametrize("position", [0, 10, 30, -1, -20])
def test_one_changed_character_is_a_forgery(position: int):
    issued = ticket.issue()
    changed = list(issued)
    # "z" and "A" differ in their first bits: the last character of a signature has two that mean nothing.
    changed[position] = "z" if changed[position] in "ABCD" else "A"
    assert ticket.read("".join(changed)) is None


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a.b.c", "é", "\x00", "x" * 10_000, "IjEi.aLT0gA.AAAAAAAAAAAAAAAAAAAAAAAAAAA"]
)
def test_what_we_never_issued_is_a_forgery(text: str):
    assert ticket.read(text) is None


def test_another_key_and_another_purpose_are_forgeries(light_app: Flask, monkeypatch: pytest.MonkeyPatch):
    key = light_app.config["SECRET_KEY"]
    assert ticket.read(URLSafeTimedSerializer(key, salt="password-reset").dumps("x")) is None
    issued = ticket.issue()
    monkeypatch.setitem(light_app.config, "SECRET_KEY", "another")
    assert ticket.read(issued) is None


@given(st.text(max_size=80))
def test_any_text_is_a_forgery(text: str):
    assert ticket.read(text) is None
