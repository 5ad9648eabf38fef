"""Enums that own their label and tone, roles, and refusals."""

from http import HTTPStatus

import pytest
from flask_babel import lazy_gettext as _l
from sqlalchemy.dialects import sqlite

from sercom.core.access import EVERYONE, FIELD, MONEY, NOBODY, OFFICE, OWNER, Actor, Role
from sercom.core.errors import ConflictError, DomainError, ForbiddenError, NeedsConfirmationError
from sercom.core.labels import Labelled, LabelledType, Status, Tone

SQLITE = sqlite.dialect()


class Light(Status):
    """A status for these tests."""

    RED = "red", _l("Stop"), Tone.BAD
    GREEN = "green", _l("Go"), Tone.GOOD
    OFF = "off", _l("Dark")


def test_a_member_owns_value_label_and_tone():
    assert [(member.value, str(member), member.tone) for member in Light] == [
        ("red", "Stop", Tone.BAD),
        ("green", "Go", Tone.GOOD),
        ("off", "Dark", Tone.NEUTRAL),
    ]
    assert Light("red") is Light.RED
    assert Light.choices() == [("red", "Stop"), ("green", "Go"), ("off", "Dark")]


def test_two_members_cannot_be_confused():
    assert Light.RED != Light.GREEN
    assert len({Light.RED, Light.GREEN, Light.OFF}) == 3
    assert Light.RED != "red"


@pytest.mark.parametrize("value", [*Light, *(member.value for member in Light)])
def test_a_member_or_its_value_is_stored_and_a_member_comes_back(value: Light | str):
    kind = LabelledType(Light)
    stored = kind.process_bind_param(value, SQLITE)
    assert type(stored) is str
    assert kind.process_result_value(stored, SQLITE) is Light(value)


def test_nothing_stays_nothing():
    kind = LabelledType(Light)
    assert kind.process_bind_param(None, SQLITE) is None
    assert kind.process_result_value(None, SQLITE) is None


@pytest.mark.parametrize("value", ["RED", "blue", "", 0, Role.OWNER])
def test_a_stranger_is_neither_stored_nor_read(value: object):
    kind = LabelledType(Light)
    with pytest.raises(ValueError, match="is not a valid Light"):
        kind.process_bind_param(value, SQLITE)
    with pytest.raises(ValueError, match="is not a valid Light"):
        kind.process_result_value(value, SQLITE)


def test_the_column_is_wide_enough():
    class Wide(Labelled):
        LONG = "a" * 25, "long"

    assert (LabelledType(Light).impl.length, LabelledType(Wide).impl.length) == (20, 25)


@pytest.mark.parametrize(
    ("allowed", "roles"),
    [
        (OWNER, {Role.OWNER}),
        (OFFICE, {Role.OWNER, Role.OFFICE}),
        (FIELD, {Role.OWNER, Role.OFFICE, Role.TECHNICIAN}),
        (MONEY, {Role.OWNER, Role.OFFICE, Role.ACCOUNTANT}),
        (EVERYONE, set(Role)),
        (NOBODY, set()),
    ],
)
def test_an_actor_has_what_one_of_the_roles_allows(allowed: frozenset[Role], roles: set[Role]):
    assert {role for role in Role if Actor("Julie", frozenset({role})).has(allowed)} == roles


def test_without_a_role_nothing_is_allowed():
    nobody = Actor("Julie")
    assert not any(nobody.has(allowed) for allowed in (OWNER, OFFICE, FIELD, MONEY, EVERYONE, NOBODY))
    assert nobody.user_id is None


def test_several_roles_add_up():
    both = Actor("Julie", frozenset({Role.TECHNICIAN, Role.ACCOUNTANT}))
    assert both.has(FIELD)
    assert both.has(MONEY)
    assert not both.has(OFFICE)


@pytest.mark.parametrize(
    ("error", "field", "status"),
    [
        (DomainError(_l("No."), "price"), "price", HTTPStatus.UNPROCESSABLE_ENTITY),
        (DomainError(_l("No.")), None, HTTPStatus.UNPROCESSABLE_ENTITY),
        (ForbiddenError(_l("No.")), None, HTTPStatus.FORBIDDEN),
        (ConflictError(_l("No."), "version"), "version", HTTPStatus.CONFLICT),
        (NeedsConfirmationError(_l("No.")), "confirm", HTTPStatus.CONFLICT),
    ],
)
def test_a_refusal_knows_its_field_and_its_answer(error: DomainError, field: str | None, status: HTTPStatus):
    assert (str(error), error.field, error.status) == ("No.", field, status)
