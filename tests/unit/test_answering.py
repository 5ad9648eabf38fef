"""What may be answered to an item of a checklist, kind by kind, and how it reads."""

from __future__ import annotations

from typing import Any

import pytest
from flask_babel import force_locale

from sercom.core.errors import DomainError
from sercom.core.formats import ENGLISH, FRENCH
from sercom.entities.checklists.answering import answer_told, read_answer


def asked(kind: str, **more: Any) -> dict[str, Any]:
    return {"fr": "Pression", "en": "Pressure", "kind": kind, "unit": "", "required": False, "choices": []} | more


PSI, PLAIN = asked("number", unit="psi"), asked("number")
STATE = asked("choice", choices=[["Bon", "Good"], ["Usé", "Worn"]])


@pytest.mark.parametrize(
    ("item", "typed", "kept"),
    [
        (PSI, "118,5", "118.5"),
        (PSI, " 118.50 psi ", "118.5"),
        (PSI, "118 PSI", "118"),
        (PSI, "-3", "-3"),
        (PSI, "−3,25", "-3.25"),
        (PSI, "-0", "0"),
        (PSI, "1 200", "1200"),
        (PLAIN, "0,001", "0.001"),
        (asked("tick"), "yes", "yes"),
        (asked("yes_no"), "no", "no"),
        (STATE, "1", "1"),
        (asked("text"), "  Plaque illisible.\n", "Plaque illisible."),
        (asked("text"), "x" * 1000, "x" * 1000),
        *((item, blank, "") for item in (PSI, asked("tick"), STATE) for blank in ("", "   ")),
    ],
)
def test_an_answer_is_read(item: dict[str, Any], typed: str, kept: str):
    assert read_answer(item, typed) == kept


@pytest.mark.parametrize(
    ("item", "typed"),
    [
        *((PSI, typed) for typed in ("douze", "12 kPa", "1,2345", "9" * 12, "--3", "1e5", "psi")),
        (asked("tick"), "no"),
        (asked("yes_no"), "maybe"),
        (STATE, "2"),
        (STATE, "Bon"),
        (STATE, "-1"),
        (asked("text"), "x" * 1001),
    ],
)
def test_an_answer_is_refused_with_a_sentence(item: dict[str, Any], typed: str):
    with pytest.raises(DomainError) as refused:
        read_answer(item, typed)
    assert str(refused.value).endswith((".", "50"))


@pytest.mark.parametrize(
    ("item", "value", "french", "english"),
    [
        (PSI, "118.5", "118,5\u00a0psi", "118.5\u00a0psi"),
        (PLAIN, "-3.25", "-3,25", "-3.25"),
        (asked("tick"), "yes", "Checked", "Checked"),
        (asked("yes_no"), "no", "No", "No"),
        (STATE, "1", "Usé", "Worn"),
        (asked("text"), "Plaque illisible.", "Plaque illisible.", "Plaque illisible."),
    ],
)
def test_an_answer_reads_in_both_languages(item: dict[str, Any], value: str, french: str, english: str):
    for language, told in ((FRENCH, french), (ENGLISH, english)):
        with force_locale(language):
            assert answer_told(item, value) == told
