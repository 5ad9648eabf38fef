"""The intake form."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, MultipleFileField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from sercom.core import formats
from sercom.core.choices import CheckboxesField, LabelledField, RowField, choices_of
from sercom.core.fields import EmailField, Needed, PhoneField, PostalCodeField, ProductForm
from sercom.entities.catalog.model import services_offered
from sercom.entities.clients.model import Client, ClientKind
from sercom.entities.company.model import Company
from sercom.entities.privacy.consent import WORDINGS, Purpose
from sercom.entities.questions.model import questions_asked
from sercom.entities.requests.model import HalfDay
from sercom.entities.requests.triage import Urgency
from sercom.entities.sites.model import Province, Site
from sercom.portal.questions import QuestionForm

#: What a link to the form may fill in, and how much of it.
PREFILLED = (
    *("service", "urgency", "description", "street", "city", "postal_code", "province"),
    *("name", "phone", "email", "company"),
)
PREFILL_LENGTH = 500


needed = Needed(_l("This field is required."))


def trimmed(text: str | None) -> str:
    """Text without the spaces around it."""
    return (text or "").strip()


def on_one_line(text: str | None) -> str:
    """Text as a browser's field of one line sends it, whoever sends it."""
    return formats.single_line(text or "")


def text(label: LazyString, presence: Any, limit: int, complete: str) -> StringField:
    """A line of text that the browser may fill in (``complete`` is its ``autocomplete``)."""
    kind = {"autocomplete": complete, "maxlength": limit}
    return StringField(label, [presence, Length(max=limit)], filters=[on_one_line], render_kw=kind)


class IntakeForm(ProductForm):
    """For what, how soon, where, who asks: in the order of the page."""

    service = RowField(_l("What do you need?"), [needed], rows=services_offered)
    urgency = LabelledField(_l("How soon?"), enum=Urgency, default=Urgency.FLEXIBLE)
    description = TextAreaField(_l("Describe the work or the problem"), [needed, Length(max=5000)], filters=[trimmed])
    photos = MultipleFileField(_l("Photos"), description=_l("Up to 6, of the device, its plate, the place."))
    street = text(_l("Address of the work"), needed, 160, "address-line1")
    city = text(_l("City"), needed, 80, "address-level2")
    postal_code = PostalCodeField(_l("Postal code"), [needed], render_kw={"autocomplete": "postal-code"})
    province = LabelledField(
        _l("Province"), enum=Province, default=Province.QC, render_kw={"autocomplete": "address-level1"}
    )
    availability = CheckboxesField(_l("When can we come?"), choices=choices_of(HalfDay))
    name = text(_l("Your name"), needed, 160, "name")
    phone = PhoneField(_l("Phone"), [needed], render_kw={"autocomplete": "tel"})
    email = EmailField(_l("E-mail"), [Optional(), Length(max=254)], render_kw={"autocomplete": "email"})
    company = text(_l("Company, if any"), Optional(), 160, "organization")
    consent = BooleanField(
        WORDINGS[Purpose.SERVICE], [InputRequired(_l("Without your agreement we cannot keep your request."))]
    )
    #: Never ticked beforehand, also by no link: it stands in none of ``PREFILLED``.
    marketing = BooleanField(WORDINGS[Purpose.MARKETING])

    def __init__(self, formdata: Any = None, **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)
        self.asked = QuestionForm(questions_asked(), formdata)

    def prefill(self, given: Mapping[str, str]) -> None:
        """Show what a link says (see ``prefilled``); what cannot be read is left to the person."""
        for name, text in given.items():
            field = self[name]
            field.raw_data = [text]
            with suppress(ValueError):
                field.process_formdata([text])
            if field.data is None and field.default is not None:
                field.data = field.default

    @property
    def wrong(self) -> list[Field]:
        """The fields with something wrong, in the order of the page."""
        fields = list(self)
        place = fields.index(self.photos)
        return [field for field in (*fields[:place], *self.asked, *fields[place:]) if field.errors]

    def check(self, company: Company, photos: Iterable[str]) -> bool:
        """Validate it all; ``photos`` names the field of each photo that waits."""
        valid = self.validate()
        valid = self.asked.check(self.service.data, photos) and valid
        code = self.postal_code
        if code.data and not code.errors and not company.serves(code.data):
            code.errors = (_far_away(company),)
            valid = False
        return valid


def prefilled(arguments: Mapping[str, str]) -> dict[str, str]:
    """What a link fills in, as far as the form takes it."""
    given = {name: arguments.get(name, "")[:PREFILL_LENGTH].strip() for name in PREFILLED}
    return {name: text for name, text in given.items() if text}


def details_of(client: Client) -> dict[str, str]:
    """What the form shows of a client who is known: whom to call, and the address of the first site."""
    place: Client | Site = next(iter(client.sites), client)
    company = client.kind is ClientKind.COMPANY
    given = {
        "name": client.contact_name or ("" if company else client.name),
        "company": client.name if company else None,
        "phone": formats.phone(client.phone),
        "email": client.email,
        "street": place.street,
        "city": place.city,
        "postal_code": place.postal_code,
        "province": place.province.value if place.province else None,
    }
    return {name: text for name, text in given.items() if text}


def _far_away(company: Company) -> str:
    number = formats.phone(company.phone)
    if number:
        return _("We do not serve this area yet. Call us at %(phone)s: we may know who can help.", phone=number)
    return _("We are sorry: we do not serve this area yet.")
