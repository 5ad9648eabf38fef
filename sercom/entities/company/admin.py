"""Settings of the company and tax rates in the back-office."""

from decimal import Decimal
from functools import partial
from io import BytesIO
from types import MappingProxyType
from typing import Any

from flask import abort, flash, redirect, request, send_file, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import FileField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional

from sercom.backoffice import filters, formatters
from sercom.backoffice.access import current_actor
from sercom.backoffice.view import EntityView
from sercom.core.base import db
from sercom.core.money import TAX_LABELS
from sercom.entities.catalog.model import services_offered
from sercom.entities.company.logo import keep_logo, take_logo_off
from sercom.entities.company.model import Company, TaxRate, get_logo
from sercom.entities.privacy import policy
from sercom.entities.requests.triage import Urgency
from sercom.entities.sites.model import Province

#: Characters; a policy may say more than other texts.
POLICY_LENGTH = 30_000
#: The view of the public form in each language.
FORMS = {"fr": "intake", "en": "intake_en"}


class PictureField(FileField):
    """A picture to send; it is made safe and kept apart, never put on the row as it came.

    ``shown`` is the address of the present one, ``taken_off`` says that it goes.
    """

    shown = ""
    taken_off = False

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        """Read the box beside the picture too."""
        super().process(formdata, *args, **kwargs)
        self.taken_off = bool(formdata and formdata.get(f"{self.name}-off"))

    def populate_obj(self, obj: Any, name: str) -> None:
        """The view keeps it."""


def _policy_page(endpoint: str, _view: Any, _context: Any, company: Company, _name: str) -> Markup:
    """Whose words the policy is in, and where it is read."""
    told = _("Your own words") if company.privacy_policy else _("Proposed text")
    return Markup('{} · <a href="{}">{}</a>').format(told, url_for(endpoint), _("See the page"))


class CompanyView(EntityView):
    """One row: it is shown, and changed."""

    entity = "company"
    details_template = "admin/company.html"
    column_list = ("name",)
    column_labels = {
        "name": _l("Name"),
        "street": _l("Street"),
        "city": _l("City"),
        "province": _l("Province"),
        "postal_code": _l("Postal code"),
        "phone": _l("Phone"),
        "email": _l("E-mail"),
        "taxes_registered": _l("Registered for GST and QST"),
        "gst_number": _l("GST number"),
        "qst_number": _l("QST number"),
        "pst_bc_number": _l("PST number, British Columbia"),
        "pst_sk_number": _l("PST number, Saskatchewan"),
        "rst_mb_number": _l("RST number, Manitoba"),
        "neq": _l("Québec enterprise number (NEQ)"),
        "rbq_licence": _l("RBQ licence"),
        "quote_validity_days": _l("Validity of a quote, in days"),
        "approval_starts_job": _l("An approval on the client’s page starts the job"),
        "interac_email": _l("E-mail for Interac transfers"),
        "interac_autodeposit": _l("Interac autodeposit is on"),
        "bank_account": _l("Account for bank transfers"),
        "cheques_accepted": _l("Cheques are accepted"),
        "receipts_mailed": _l("E-mail a receipt when a payment is recorded"),
        "interest_percent": _l("Interest on overdue accounts, in percent a month"),
        "early_percent": _l("Early-payment discount, in percent"),
        "early_days": _l("Early payment: within how many days"),
        "quote_terms": _l("Conditions on quotes"),
        "quote_terms_en": _l("Conditions on quotes, in English"),
        "warranty": _l("Warranty"),
        "warranty_en": _l("Warranty, in English"),
        "invoice_note": _l("Note on invoices"),
        "invoice_note_en": _l("Note on invoices, in English"),
        "service_area": _l("Postal codes you serve"),
        "frame_origins": _l("Sites allowed to show the form"),
        "privacy_officer": _l("Person in charge of personal information"),
        "privacy_email": _l("E-mail of the person in charge"),
        "privacy_policy": _l("Privacy policy"),
        "privacy_policy_en": _l("Privacy policy, in English"),
    }
    column_descriptions = {
        "gst_number": _l("Example: 123456782 RT0001"),
        "qst_number": _l("Example: 1234567892 TQ0001"),
        "pst_bc_number": _l("Without a number of the province, its tax is not charged there. Example: PST-1234-5678"),
        "pst_sk_number": _l("Example: 1234567"),
        "rst_mb_number": _l("Example: 123456789 MT0001"),
        "rbq_licence": _l("Example: 1234-5678-90"),
        "neq": _l("Ten digits"),
        "bank_account": _l("Institution, transit and account, as a client’s bank asks for them. Printed on invoices."),
        "receipts_mailed": _l(
            "In the client’s language, to the address for invoices, or else their own. A deposit and a refund too."
        ),
        "interest_percent": _l("Printed on quotes and invoices. Leave blank to ask none."),
        "early_percent": _l("Printed on invoices. The taxes stay on the full price. Leave blank to give none."),
        "invoice_note_en": _l("Where a text has no English, the French one is printed."),
        "approval_starts_job": _l("Otherwise the office converts the quote."),
        "service_area": _l("How they begin: J4, J5R, H. Leave blank to serve everywhere."),
        "frame_origins": _l("One address a line: https://www.example.com"),
        "privacy_officer": _l(
            "Name and title, as the policy shows them. By law the highest authority, or whom it names."
        ),
        "privacy_policy": _l(
            "A proposed text, to read over and change. # begins a heading, - an item of a list; "
            "{company}, {officer}, {address} and {contact} are filled in."
        ),
    }
    sections = MappingProxyType(
        {
            "taxes_registered": _l("Taxes and numbers"),
            "quote_validity_days": _l("Quotes"),
            "interac_email": _l("Payment"),
            "quote_terms": _l("Words on documents"),
            "service_area": _l("Online form"),
            "privacy_officer": _l("Personal data"),
            "logo": _l("Look of documents"),
        }
    )
    form_columns = tuple(column_labels)
    column_details_list = tuple(column_labels)
    column_formatters_detail = formatters.PHONES | {
        "privacy_policy": partial(_policy_page, "portal.privacy"),
        "privacy_policy_en": partial(_policy_page, "portal.privacy_en"),
    }
    form_args = {
        "quote_validity_days": {"validators": [NumberRange(1, 365)]},
        **{
            name: {"validators": [Length(max=POLICY_LENGTH)], "render_kw": {"lang": language.value[:2]}}
            for language, name in policy.COLUMNS.items()
        },
        "interest_percent": {"validators": [Optional(), NumberRange(0, 5)]},
        "early_percent": {"validators": [Optional(), NumberRange(Decimal("0.001"), 20)]},
        "early_days": {"validators": [Optional(), NumberRange(1, 365)]},
    }

    @expose("/")
    def index_view(self) -> Any:
        """There is one company: its page is the list."""
        return redirect(self.get_url(".details_view", id=1))

    def scaffold_form(self) -> Any:
        """The declared columns, and a picture."""
        form = super().scaffold_form()
        form.logo = PictureField(_l("Logo"), description=_l("PNG or JPEG. Printed on documents in place of the name."))
        return form

    def edit_form(self, obj: Any = None) -> Any:
        """With the present logo."""
        form = super().edit_form(obj)
        form.logo.shown = self.logo_url(obj) if obj is not None else ""
        for language, name in policy.COLUMNS.items():  # something to begin with
            if request.method == "GET" and not form[name].data:
                form[name].data = policy.DEFAULTS[language]
        return form

    def logo_url(self, company: Company) -> str:
        """Where the present logo is."""
        return self.get_url(".logo_view", v=company.logo_id) if company.logo_id else ""

    @expose("/logo")
    def logo_view(self) -> Any:
        """The present logo."""
        logo = get_logo(db.session) or abort(404)
        return send_file(BytesIO(logo.data), "image/png", etag=logo.sha256)

    def details_context(self, row: Any) -> dict[str, Any]:
        """The addresses of the form too, and what its links may fill in (the page's own address says it)."""
        given = {name: text for name in ("service", "urgency", "city") if (text := request.args.get(name, "")[:80])}
        addresses = {language: url_for(f"portal.{view}", _external=True, **given) for language, view in FORMS.items()}
        return super().details_context(row) | {
            "addresses": addresses,
            "given": given,
            "services": services_offered(),
            "urgencies": Urgency.choices(),
            "script": url_for("static", filename="js/embed.js", _external=True),
        }

    def change(self, form: Any, row: Any) -> None:
        """Numbers in their form; a wrong check digit warns, since no agency publishes the rule."""
        texts = {name: policy.own_words(form[name].data, language) for language, name in policy.COLUMNS.items()}
        for name, text in texts.items():
            form[name].data = text
        policy.rewrite(row, texts)
        super().change(form, row)
        row.tidy_form_settings()
        sent = request.files.get("logo")
        if sent:
            keep_logo(db.session, row, sent.read(), current_actor())
        elif form.logo.taken_off:
            take_logo_off(db.session, row, current_actor())
        for warning in row.normalise_numbers():
            flash(warning, "warning")


class TaxRateView(EntityView):
    """Rates by province and date: a change is a new row, never an edit."""

    entity = "taxes"
    versioned = False
    column_list = ("province", "code", "percent", "valid_from")
    column_sortable_list = ("valid_from",)
    column_labels = {
        "province": _l("Province"),
        "code": _l("Tax"),
        "percent": _l("Rate, in percent"),
        "valid_from": _l("In force from"),
    }
    column_formatters = {"code": lambda _view, _context, rate, _name: TAX_LABELS[rate.code]}
    form_columns = ("province", "code", "percent", "valid_from")
    form_overrides = {"code": SelectField}
    form_args = {
        "code": {"choices": [SelectChoice(code, label) for code, label in TAX_LABELS.items()]},  # type: ignore[arg-type]  # lazy labels
        "percent": {"validators": [NumberRange(0, 30)]},
    }
    column_filters = (filters.Choice(TaxRate.province, _l("Province"), Province, "province"),)
