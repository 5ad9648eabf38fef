"""Titles and cells of imported files, in French and in English, as the product itself says them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask_babel import force_locale

from sercom.core.errors import DomainError
from sercom.core.money import TaxStatus
from sercom.exchange.fields import CLIENT_FIELDS, FIELDS, ITEM_FIELDS, guess
from sercom.exchange.run import ImportKind


@pytest.mark.parametrize(
    ("kind", "titles", "expected"),
    [
        (
            ImportKind.CLIENTS,
            ["Prénom", "Nom", "N° de téléphone", "Courriel", "Code postal"],
            {"given_name": 0, "name": 1, "email": 3, "postal_code": 4},
        ),
        (
            ImportKind.CLIENTS,
            ["Company", "Phone", "E-mail", "Address", "City", "State", "Zip"],
            {"name": 0, "phone": 1, "email": 2, "street": 3, "city": 4, "province": 5, "postal_code": 6},
        ),
        (ImportKind.CLIENTS, ["NOM", "nom", "Téléphone", "Cellulaire"], {"name": 0, "phone": 2, "other_phone": 3}),
        (
            ImportKind.CATALOG,
            ["SKU", "Product/Service", "Sales price", "Cost", "Taxable"],
            {"code": 0, "name_fr": 1, "price": 2, "cost": 3, "tax_status": 4},
        ),
        (
            ImportKind.CATALOG,
            ["Code", "Nom en français", "Nom en anglais", "Prix", "Unité"],
            {"code": 0, "name_fr": 1, "name_en": 2, "price": 3, "unit": 4},
        ),
        (ImportKind.CATALOG, ["", "?", "!!"], {}),
    ],
)
def test_columns_are_guessed_in_both_languages(context, kind: ImportKind, titles: list[str], expected: dict[str, int]):
    assert expected.items() <= guess(kind, titles).items()
    assert guess(ImportKind.CATALOG, ["", "?", "!!"]) == {}


def test_the_lists_own_export_is_guessed_whole(context):
    for kind, fields in FIELDS.items():
        for locale in ("fr_CA", "en_CA"):
            with force_locale(locale):
                titles = [str(one.label) for one in fields]
            assert guess(kind, titles) == {one.name: place for place, one in enumerate(fields)}, (kind, locale)


def field(name: str, fields: object = ITEM_FIELDS) -> object:
    return next(one for one in fields if one.name == name)


@pytest.mark.parametrize("text", ["1,234", "1.234", "12,345", "abc", "-5", "1e5", "99999999999"])
def test_a_price_that_can_be_read_two_ways_or_none_is_refused(context, text: str):
    with pytest.raises(DomainError):
        field("price").read(text)


def test_cells_are_read_as_forms_read_them(context):
    assert field("price").read("1 234,50 $") == Decimal("1234.50")
    assert field("tax_status").read("Détaxé") is TaxStatus.ZERO_RATED
    assert field("kind").read("Main-d’œuvre").value == "labour"
    assert field("kind", CLIENT_FIELDS).read("ENTREPRISE").value == "company"
    assert field("province", CLIENT_FIELDS).read("Québec").value == "QC"
    assert field("province", CLIENT_FIELDS).read("on").value == "ON"
    assert field("language", CLIENT_FIELDS).read("Anglais").value == "en_CA"
    assert field("phone", CLIENT_FIELDS).read("514-555-0142 poste 3") == "+15145550142;ext=3"
    assert field("postal_code", CLIENT_FIELDS).read("h7l1m3") == "H7L 1M3"
    assert field("active").read("Non") is False
    for name, text in (("kind", "meuble"), ("terms_days", "366"), ("terms_days", "2,5"), ("name", "x" * 161)):
        with pytest.raises(DomainError):
            field(name, CLIENT_FIELDS).read(text)
