"""The fields that a file may fill: their titles in either language, and how a cell is read."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_babel import LazyString, force_locale
from flask_babel import lazy_gettext as _l

from sercom.core import formats
from sercom.core.errors import DomainError
from sercom.core.formats import ENGLISH, FRENCH
from sercom.core.labels import Labelled
from sercom.core.money import ZERO, TaxStatus
from sercom.entities.catalog.model import ItemKind
from sercom.entities.clients.model import ClientKind
from sercom.entities.sites.model import Province
from sercom.entities.users.model import Language
from sercom.exchange.run import ImportKind
from sercom.search.words import fold

Read = Callable[[str], Any]
MAX_TERMS = 365
#: How many choices a refusal names.
SHOWN = 4
SIGNS = re.compile(r"[^a-z0-9]+")
YES = frozenset({"1", "oui", "o", "yes", "y", "true", "vrai", "x", "actif", "active"})
NO = frozenset({"0", "non", "n", "no", "false", "faux", "inactif", "inactive", "retire", "retired"})


@dataclass(frozen=True)
class Field:
    """A field: its label, other titles that it goes by (folded), how a cell that is not blank is read."""

    name: str
    label: LazyString
    titles: tuple[str, ...]
    read: Read
    required: bool = False


def folded(text: str) -> str:
    """``N° de téléphone`` as ``ndetelephone``: what titles are compared by."""
    return SIGNS.sub("", fold(text))


def _text(longest: int) -> Read:
    def read(text: str) -> str:
        if len(text) > longest:
            raise DomainError(_l("At most %(count)s characters.", count=longest))
        return text

    return read


def _choice(enum: type[Labelled], **also: str) -> Read:
    """A member by its value or its label in either language; ``also`` maps other words to values."""

    def read(text: str) -> Labelled:
        wanted = folded(text)
        known = _members(enum).get(wanted) or (enum(also[wanted]) if wanted in also else None)
        if known is not None:
            return known
        choices = [str(member.label) for member in enum]
        few = ", ".join(choices[:SHOWN]) + (", …" if len(choices) > SHOWN else "")
        raise DomainError(_l("This is none of: %(choices)s", choices=few))

    return read


@lru_cache(maxsize=32)
def _members(enum: type[Labelled]) -> dict[str, Labelled]:
    """The members by their values and labels, as both languages write them."""
    found = {folded(member.value): member for member in enum}
    for locale in (FRENCH, ENGLISH):
        with force_locale(locale):
            found |= {folded(str(member.label)): member for member in enum}
    return found


def _yes_no(text: str) -> bool:
    wanted = folded(text)
    if wanted in YES | NO:
        return wanted in YES
    raise DomainError(_l("Write yes or no."))


def _price(text: str) -> Any:
    amount = formats.read_money(text)
    if amount < ZERO:
        raise DomainError(_l("An amount is not negative."))
    return amount


def _terms(text: str) -> int:
    days = formats.read_decimal(text, 0)
    if not 0 <= days <= MAX_TERMS:
        raise DomainError(_l("Between 0 and 365 days."))
    return int(days)


def _email(text: str) -> str:
    return str(_text(254)(formats.read_email(text)))


PROVINCES = {"pq": "QC", "que": "QC", "ont": "ON", "pei": "PE", "ipe": "PE", "nfld": "NL", "cb": "BC", "tno": "NT"}
COMPANY, PERSON = ClientKind.COMPANY.value, ClientKind.PERSON.value

CLIENT_FIELDS = (
    Field("name", _l("Name"), ("nom", "nomcomplet", "client", "nomduclient", "customer", "customername", "fullname", "nomdefamille", "lastname", "raisonsociale", "entreprise", "company", "companyname", "compagnie"), _text(160), required=True),
    Field("given_name", _l("First name"), ("prenom", "firstname", "givenname"), _text(80)),
    Field("kind", _l("Kind"), ("genre", "type", "typedeclient", "customertype", "categorie"), _choice(ClientKind, residentiel=PERSON, residential=PERSON, person=PERSON, personne=PERSON, commercial=COMPANY, business=COMPANY, compagnie=COMPANY, societe=COMPANY)),
    Field("contact_name", _l("Contact"), ("contact", "personneressource", "contactname", "attention"), _text(160)),
    Field("phone", _l("Phone"), ("telephone", "tel", "phonenumber", "numerodetelephone", "notelephone", "telephoneprincipal", "mainphone", "cellulaire", "mobile", "cell"), formats.read_phone),
    Field("other_phone", _l("Other phone"), ("autretelephone", "telephone2", "phone2", "cellulaire", "mobile", "cell", "altphone"), formats.read_phone),
    Field("email", _l("E-mail"), ("courriel", "adressecourriel", "emailaddress", "mail", "courrielprincipal", "mainemail"), _email),
    Field("billing_email", _l("E-mail for invoices"), ("courrielpourlesfactures", "courrieldefacturation", "billingemail", "courriel2", "email2"), _email),
    Field("language", _l("Language"), ("langue",), _choice(Language, fr=Language.FRENCH.value, f=Language.FRENCH.value, en=Language.ENGLISH.value, e=Language.ENGLISH.value, a=Language.ENGLISH.value)),
    Field("street", _l("Street"), ("rue", "adresse", "adresse1", "address", "address1", "billingaddress", "billingstreet", "streetaddress", "adressedefacturation"), _text(160)),
    Field("city", _l("City"), ("ville", "municipalite", "billingcity", "town"), _text(80)),
    Field("province", _l("Province"), ("prov", "state", "billingstate", "etat"), _choice(Province, **PROVINCES)),
    Field("postal_code", _l("Postal code"), ("codepostal", "cp", "zip", "zipcode", "billingzip", "postcode"), formats.read_postal_code),
    Field("terms_days", _l("Terms, in days"), ("termes", "terms", "delaidepaiement", "paymentterms", "modalitesenjours", "jours"), _terms),
    Field("notes", _l("Notes"), ("note", "remarques", "commentaires", "comments", "remarks"), _text(5000)),
)  # fmt: skip
ITEM_FIELDS = (
    Field("code", _l("Code"), ("sku", "numero", "itemcode", "itemnumber", "nodarticle", "numerodarticle", "reference", "part", "partnumber", "nodepiece"), _text(40), required=True),
    Field("name_fr", _l("Name in French"), ("nomenfrancais", "nomfrancais", "nom", "name", "description", "descriptionfr", "article", "item", "produit", "productservice", "designation", "libelle"), _text(200), required=True),
    Field("name_en", _l("Name in English"), ("nomenanglais", "nomanglais", "descriptionen", "englishname", "descriptionanglaise"), _text(200)),
    Field("kind", _l("Kind"), ("genre", "type", "categorie", "category"), _choice(ItemKind, piece=ItemKind.PART.value, part=ItemKind.PART.value, materiel=ItemKind.PART.value, product=ItemKind.PART.value, produit=ItemKind.PART.value, labour=ItemKind.LABOUR.value, labor=ItemKind.LABOUR.value, maindoeuvre=ItemKind.LABOUR.value, service=ItemKind.FLAT.value, forfait=ItemKind.FLAT.value, deplacement=ItemKind.TRAVEL.value)),
    Field("unit", _l("Unit"), ("unite", "uom", "unitofmeasure", "format"), _text(20)),
    Field("price", _l("Price"), ("prix", "prixunitaire", "unitprice", "prixdevente", "salesprice", "rate", "tarif", "salespricerate"), _price, required=True),
    Field("cost", _l("Cost"), ("cout", "coutant", "prixcoutant", "purchasecost", "unitcost"), _price),
    Field("tax_status", _l("Taxes"), ("taxe", "tax", "taxable", "taxstatus", "statutfiscal"), _choice(TaxStatus, oui="taxable", yes="taxable", non="exempt", no="exempt", detaxe="zero_rated", zerorated="zero_rated", exonere="exempt")),
    Field("active", _l("Active"), ("actif", "enservice", "status", "statut"), _yes_no),
)  # fmt: skip
FIELDS = {ImportKind.CLIENTS: CLIENT_FIELDS, ImportKind.CATALOG: ITEM_FIELDS}


def guess(kind: ImportKind, titles: Sequence[str]) -> dict[str, int]:
    """Which column holds which field, by its title in French or in English; each column once."""
    places: dict[str, int] = {}
    for place, title in enumerate(titles):
        places.setdefault(folded(title), place)
    found: dict[str, int] = {}
    fields = FIELDS[kind]
    # What a field is called itself goes before what else it goes by.
    named = [(field, [*_titles_of(field)]) for field in fields] + [(field, list(field.titles)) for field in fields]
    for field, titles_of_field in named:
        for title in titles_of_field:
            if field.name not in found and title in places and places[title] not in found.values():
                found[field.name] = places[title]
    return found


def _titles_of(field: Field) -> set[str]:
    found = {folded(field.name)}
    for locale in (FRENCH, ENGLISH):
        with force_locale(locale):
            found.add(folded(str(field.label)))
    return found
