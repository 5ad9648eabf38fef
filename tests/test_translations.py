"""The French of the product: whole, well set, and compiled."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import flask_security
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import LazyString
from flask_wtf.i18n import translations as form_translations
from wtforms.i18n import messages_path

from sercom.config import ROOT
from sercom.permissions import ACTIONS, MATRIX

FRENCH = ROOT / "translations" / "fr_CA" / "LC_MESSAGES"
SECURITY_TEMPLATE = Path(str(flask_security.__file__)).parent / "translations" / "flask_security.pot"
DOMAINS = ("messages", "flask_security")
PLACEHOLDER = re.compile(r"%\(\w+\)|%s")
#: What a reader of Québec expects around a sign, as what must not be found.
MISPRINTS = {
    "a plain space before a colon": r" :",
    "a colon without its hard space": r"[^\W\d]:(?!\w|//)",
    "a space before ! ? or ;": r"\s[!?;]",
    "a plain space inside « »": r"« |«[^\u00a0]| »|[^\u00a0]»",
    "a straight apostrophe": r"'",
    "a straight quotation mark": r'"',
    "a plain space before %": r"\d %",
    "an e-mail that is no courriel": r"\be-?mail",
    "more or less than one space": r" {2}|^\s",
}
#: Signs of HTML and placeholders are no print.
MARKUP = re.compile(r"<[^>]*>|%\(\w+\)\w")
#: Words are the same on either database.
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True, scope="session")
#: No form of ours has a range of dates: the library's French lacks these.
UNUSED_IN_FORMS = re.compile(r"Date must be ")


def catalogue(domain: str) -> Catalog:
    """Our French of a domain."""
    with (FRENCH / f"{domain}.po").open("rb") as file:
        return read_po(file, locale="fr_CA")


def template(path: Path) -> Catalog:
    """What a library has to say."""
    with path.open("rb") as file:
        return read_po(file)


def extracted() -> Catalog:
    """What code and templates say now."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None}
    found = Catalog()
    for _file, _line, message, _comments, context in extract_from_dir(ROOT, methods, options, keywords):
        found.add(message, context=context)
    return found


def messages(source: Catalog) -> list[Message]:
    """Every message; the header aside."""
    return [message for message in source if message.id]


def ids(source: Catalog) -> set[Any]:
    """Singular, plural and context of every message."""
    return {(message.id, message.context) for message in messages(source)}


def forms_of(text: Any) -> tuple[str, ...]:
    """Singular and plural, or the one text."""
    return (text,) if isinstance(text, str) else tuple(text)


# --- the catalogues --------------------------------------------------------------------------


def test_the_catalogue_holds_what_the_code_says_and_nothing_else():
    known = catalogue("messages")
    assert ids(extracted()) == ids(known), "run `make messages`, then translate"
    assert not known.obsolete


def test_the_sign_in_pages_are_translated_whole():
    known = catalogue("flask_security")
    assert ids(template(SECURITY_TEMPLATE)) == ids(known)
    assert not known.obsolete


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_message_is_translated(domain: str):
    known = catalogue(domain)
    for message in messages(known):
        texts = forms_of(message.string)
        assert all(texts), f"untranslated: {message.id}"
        assert not message.fuzzy, f"fuzzy: {message.id}"
        assert len(texts) == (known.num_plurals if message.pluralizable else 1), message.id
        assert not list(message.check(known)), message.id


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_translation_keeps_its_placeholders(domain: str):
    for message in messages(catalogue(domain)):
        wanted = sorted(PLACEHOLDER.findall(forms_of(message.id)[-1]))
        for text in forms_of(message.string):
            assert sorted(PLACEHOLDER.findall(text)) == wanted, message.id


@pytest.mark.parametrize("misprint", MISPRINTS)
@pytest.mark.parametrize("domain", DOMAINS)
def test_the_typography_is_that_of_quebec(domain: str, misprint: str):
    texts = [MARKUP.sub("x", text) for message in messages(catalogue(domain)) for text in forms_of(message.string)]
    assert [text for text in texts if re.search(MISPRINTS[misprint], text)] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_compiled_catalogue_is_up_to_date(domain: str):
    fresh = BytesIO()
    write_mo(fresh, catalogue(domain))
    fresh.seek(0)
    with (FRENCH / f"{domain}.mo").open("rb") as file:
        compiled = read_mo(file)
    old, new = ({forms_of(m.id): m.string for m in messages(source)} for source in (compiled, read_mo(fresh)))
    assert old == new, "run `make messages`"


@on_sqlite
def test_the_messages_of_forms_are_found_in_french(app: Flask):
    said = messages(template(Path(messages_path()) / "wtforms.pot"))
    with app.test_request_context("/"):
        english = [
            message.id
            for message in said
            for text in forms_of(message.id)[:1]
            if form_translations.gettext(text) == text and form_translations.ngettext(text, text, 1) == text
        ]
    assert [text for text in english if not UNUSED_IN_FORMS.match(text)] == []


@on_sqlite
def test_every_column_and_field_has_a_name_of_ours(app: Flask):
    unnamed = []
    for view in (view for view in app.extensions["admin"][0]._views if hasattr(view, "entity")):
        with app.test_request_context("/admin/"):
            shown = [*view._list_columns, *view._export_columns]
            if view.details_template in {"admin/details.html", "admin/file.html"}:
                shown += view._details_columns
            if any(MATRIX[view.entity][ACTIONS.index(action)] for action in ("create", "update")):
                shown += [(field.name, field.label.text) for field in view.scaffold_form()()]
            unnamed += [(view.entity, key, name) for key, name in shown if not isinstance(name, LazyString)]
    assert unnamed == []
