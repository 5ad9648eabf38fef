"""The ordered menu: the one place where an entity joins the back-office."""

from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from sercom import models
from sercom.backoffice.view import EntityView
from sercom.entities.cases.admin import CaseView
from sercom.entities.catalog.admin import CatalogView, ServiceView
from sercom.entities.clients.admin import ClientView
from sercom.entities.company.admin import CompanyView, TaxRateView
from sercom.entities.files.admin import FileView
from sercom.entities.invoices.admin import InvoiceView
from sercom.entities.jobs.admin import JobView
from sercom.entities.journal.admin import JournalView
from sercom.entities.ledger.admin import PaymentView
from sercom.entities.quotes.admin import QuoteView
from sercom.entities.requests.admin import RequestView
from sercom.entities.sites.admin import SiteView
from sercom.entities.users.admin import TeamView, UserView
from sercom.entities.visits.admin import VisitView

WORK, CLIENTS, SETTINGS = _l("Work"), _l("Clients"), _l("Settings")


@dataclass(frozen=True)
class Entry:
    """A view of the menu; its address is ``/admin/<entity>/``."""

    view: type[EntityView]
    model: type[Any]
    name: LazyString
    group: LazyString


VIEWS: tuple[Entry, ...] = (
    Entry(RequestView, models.ServiceRequest, _l("Requests"), WORK),
    Entry(QuoteView, models.Quote, _l("Quotes"), WORK),
    Entry(JobView, models.Job, _l("Jobs"), WORK),
    Entry(VisitView, models.Visit, _l("Visits"), WORK),
    Entry(InvoiceView, models.Invoice, _l("Invoices"), WORK),
    Entry(PaymentView, models.Payment, _l("Payments"), WORK),
    Entry(CaseView, models.Case, _l("Cases"), WORK),
    Entry(ClientView, models.Client, _l("Clients"), CLIENTS),
    Entry(SiteView, models.Site, _l("Addresses"), CLIENTS),
    Entry(FileView, models.File, _l("Photos"), CLIENTS),
    Entry(CatalogView, models.CatalogItem, _l("Catalogue"), SETTINGS),
    Entry(ServiceView, models.Service, _l("Services"), SETTINGS),
    Entry(UserView, models.User, _l("People"), SETTINGS),
    Entry(TeamView, models.Team, _l("Teams"), SETTINGS),
    Entry(CompanyView, models.Company, _l("Company"), SETTINGS),
    Entry(TaxRateView, models.TaxRate, _l("Tax rates"), SETTINGS),
    Entry(JournalView, models.JournalEntry, _l("Journal"), SETTINGS),
)
