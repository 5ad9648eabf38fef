"""The intake form."""

from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, MultipleFileField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from sercom.core.choices import CheckboxesField, LabelledField, RowField, choices_of
from sercom.core.fields import EmailField, Needed, PhoneField, PostalCodeField, ProductForm
from sercom.entities.catalog.model import services_offered
from sercom.entities.requests.model import HalfDay, Urgency
from sercom.entities.sites.model import Province

#: Raised whenever the text beside the consent box changes.
CONSENT_VERSION = "2026-11"


needed = Needed(_l("This field is required."))


def trimmed(text: str | None) -> str:
    """Text without the spaces around it."""
    return (text or "").strip()


def text(label: LazyString, presence: Any, limit: int, complete: str) -> StringField:
    """A line of text that the browser may fill in (``complete`` is its ``autocomplete``)."""
    kind = {"autocomplete": complete, "maxlength": limit}
    return StringField(label, [presence, Length(max=limit)], filters=[trimmed], render_kw=kind)


class IntakeForm(ProductForm):
    """Who asks, where, for what, how soon."""

    #: Photos came with an earlier try, and are gone from the form.
    photos_were_sent = False

    name = text(_l("Your name"), needed, 160, "name")
    phone = PhoneField(_l("Phone"), [needed], render_kw={"autocomplete": "tel"})
    email = EmailField(_l("E-mail"), [Optional(), Length(max=254)], render_kw={"autocomplete": "email"})
    company = text(_l("Company, if any"), Optional(), 160, "organization")
    street = text(_l("Address of the work"), needed, 160, "address-line1")
    city = text(_l("City"), needed, 80, "address-level2")
    province = LabelledField(_l("Province"), enum=Province, default=Province.QC)
    postal_code = PostalCodeField(_l("Postal code"), [needed], render_kw={"autocomplete": "postal-code"})
    service = RowField(_l("What do you need?"), [needed], rows=services_offered)
    description = TextAreaField(_l("Describe the work or the problem"), [needed, Length(max=5000)], filters=[trimmed])
    urgency = LabelledField(_l("How soon?"), enum=Urgency, default=Urgency.FLEXIBLE)
    availability = CheckboxesField(_l("When can we come?"), choices=choices_of(HalfDay))
    photos = MultipleFileField(_l("Photos"), description=_l("Up to 6 photos, 12 MB each: JPEG, PNG, WebP or HEIC."))
    consent = BooleanField(
        _l("I agree that these details are kept to answer my request and carry out the work."),
        [InputRequired(_l("Without your agreement we cannot keep your request."))],
    )
