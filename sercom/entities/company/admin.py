"""Settings of the company and tax rates in the back-office."""

from typing import Any

from flask import flash, redirect
from flask_admin import expose
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange

from sercom.backoffice import filters
from sercom.backoffice.view import EntityView
from sercom.core.money import TAX_LABELS
from sercom.entities.company.model import TaxRate
from sercom.entities.sites.model import Province


class CompanyView(EntityView):
    """One row: it is shown, and changed."""

    entity = "company"
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
        "neq": _l("Québec enterprise number (NEQ)"),
        "rbq_licence": _l("RBQ licence"),
        "quote_validity_days": _l("Validity of a quote, in days"),
        "invoice_note": _l("Note on invoices"),
    }
    column_descriptions = {
        "gst_number": _l("Example: 123456782 RT0001"),
        "qst_number": _l("Example: 1234567892 TQ0001"),
        "rbq_licence": _l("Example: 1234-5678-90"),
        "neq": _l("Ten digits"),
    }
    form_columns = tuple(column_labels)
    column_details_list = tuple(column_labels)
    form_args = {"quote_validity_days": {"validators": [NumberRange(1, 365)]}}

    @expose("/")
    def index_view(self) -> Any:
        """There is one company: its page is the list."""
        return redirect(self.get_url(".details_view", id=1))

    def change(self, form: Any, row: Any) -> None:
        """Numbers in their form; a wrong check digit warns, since no agency publishes the rule."""
        super().change(form, row)
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
