"""The company itself and the tax rates of the country."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from sercom.core.base import AnySession, CreatedAt, LongText, Model, Phone, PrimaryKey, UpdatedAt, one_of
from sercom.core.errors import DomainError
from sercom.core.guards import append_only
from sercom.core.journal import DRAWN
from sercom.core.labels import LabelledType
from sercom.core.money import TAX_LABELS, Percent, Rate
from sercom.entities.company.numbers import (
    NUMBERS,
    PROVINCIAL_NUMBERS,
    PROVINCIAL_SHAPES,
    TAX_NUMBERS,
    luhn,
    qst_check,
)
from sercom.entities.sites.model import Province


class Logo(Model):
    """The company's picture on paper, a PNG. A new one is a new row: what was issued keeps its own."""

    __tablename__ = "logo"
    __table_args__ = (UniqueConstraint("sha256"),)

    id: Mapped[PrimaryKey]
    data: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[CreatedAt]


LOGO_GUARDS = append_only("logo", "a logo")


class Company(Model):
    """The one row of settings: who sells, under which numbers, on which terms."""

    __tablename__ = "company"
    __table_args__ = (
        one_of("province", Province),
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("quote_validity_days BETWEEN 1 AND 365", name="quote_validity_days_range"),
        CheckConstraint("interest_percent BETWEEN 0 AND 5000", name="interest_percent_range"),
        CheckConstraint("early_percent BETWEEN 1 AND 20000", name="early_percent_range"),
        CheckConstraint("(early_percent IS NULL) = (early_days IS NULL)", name="early_discount_whole"),
        CheckConstraint("early_days BETWEEN 1 AND 365", name="early_days_range"),
    )

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(160), default="")
    street: Mapped[str] = mapped_column(String(160), default="")
    city: Mapped[str] = mapped_column(String(80), default="")
    province: Mapped[Province] = mapped_column(LabelledType(Province), default=Province.QC)
    postal_code: Mapped[str] = mapped_column(String(7), default="")
    phone: Mapped[Phone | None]
    email: Mapped[str | None] = mapped_column(String(254))
    taxes_registered: Mapped[bool] = mapped_column(default=True)
    gst_number: Mapped[str | None] = mapped_column(String(20))
    qst_number: Mapped[str | None] = mapped_column(String(20))
    neq: Mapped[str | None] = mapped_column(String(10))
    rbq_licence: Mapped[str | None] = mapped_column(String(12))
    quote_validity_days: Mapped[int] = mapped_column(default=30)
    #: An approval on the client's page makes the job by itself.
    approval_starts_job: Mapped[bool] = mapped_column(default=False)
    logo_id: Mapped[int | None] = mapped_column(ForeignKey("logo.id"))
    interac_email: Mapped[str | None] = mapped_column(String(254))
    interac_autodeposit: Mapped[bool] = mapped_column(default=False)
    cheques_accepted: Mapped[bool] = mapped_column(default=True)
    #: Whoever pays gets the receipt by e-mail as the payment is recorded.
    receipts_mailed: Mapped[bool] = mapped_column(default=True)
    #: Where a bank transfer goes: institution, transit, account, as the client's bank asks for them.
    bank_account: Mapped[str | None] = mapped_column(String(120))
    #: Simple interest on overdue accounts, in percent a month.
    interest_percent: Mapped[Decimal | None] = mapped_column(Percent)
    #: Discount for a payment within so many days of the invoice ("2 % 10 net 30"), in percent of its total.
    early_percent: Mapped[Decimal | None] = mapped_column(Percent)
    early_days: Mapped[int | None]
    #: Nothing is entered in the books on this day or before.
    locked_until: Mapped[date | None]
    pst_bc_number: Mapped[str | None] = mapped_column(String(20))
    pst_sk_number: Mapped[str | None] = mapped_column(String(20))
    rst_mb_number: Mapped[str | None] = mapped_column(String(20))
    quote_terms: Mapped[LongText | None]
    quote_terms_en: Mapped[LongText | None]
    warranty: Mapped[LongText | None]
    warranty_en: Mapped[LongText | None]
    invoice_note: Mapped[LongText | None]
    invoice_note_en: Mapped[LongText | None]
    #: Beginnings of postal codes, ``J4, J5R, H``; blank is everywhere.
    service_area: Mapped[LongText | None]
    #: Sites that may show the form in a frame, one origin a line.
    frame_origins: Mapped[LongText | None]
    #: Who answers for personal information, and where; the company itself where nobody is named.
    privacy_officer: Mapped[str | None] = mapped_column(String(160))
    privacy_email: Mapped[str | None] = mapped_column(String(254))
    #: Its privacy policy; blank is the text of ``entities/privacy/policy.py``.
    privacy_policy: Mapped[LongText | None]
    privacy_policy_en: Mapped[LongText | None]
    #: The day of the present text, where it is the company's own.
    privacy_policy_on: Mapped[date | None] = mapped_column(info=DRAWN)
    version: Mapped[int] = mapped_column()
    updated_at: Mapped[UpdatedAt]

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name

    def serves(self, postal_code: str) -> bool:
        """Whether the company works there; a postal code is ``A1A 1A1``."""
        area = (self.service_area or "").split(", ")
        return postal_code.replace(" ", "").startswith(tuple(area))

    @property
    def says_how_to_pay(self) -> bool:
        """Whether a client learns where the money goes."""
        return bool(self.interac_email or self.bank_account or self.cheques_accepted)

    def tidy_form_settings(self) -> None:
        """Write service area and sites in one form each; raises ``DomainError`` beside what cannot be read."""
        self.service_area = read_area(self.service_area or "") or None
        self.frame_origins = read_origins(self.frame_origins or "") or None

    def tax_number(self, code: str, province: Province) -> str | None:
        """The number under which it charges a tax in a province."""
        field = TAX_NUMBERS.get(code) or PROVINCIAL_NUMBERS.get((code, province))
        return getattr(self, field) if field else None

    def may_charge(self, code: str, province: Province) -> bool:
        """PST and RST are charged by who is registered in that province; the others by every registrant."""
        return code in TAX_NUMBERS or bool(self.tax_number(code, province))

    def normalise_numbers(self) -> list[LazyString]:
        """Write the registration numbers in their printed form; returns warnings about check digits.

        Raises ``DomainError`` beside the number that has another shape. A wrong check digit only
        warns: no agency publishes the rule.
        """
        for field, (pattern, shape, example) in NUMBERS.items():
            bare = re.sub(r"[\s-]", "", getattr(self, field) or "").upper()
            if bare and not re.fullmatch(pattern, bare, re.ASCII):
                raise DomainError(_l("This number is not complete. Example: %(example)s", example=example), field)
            setattr(self, field, re.sub(pattern, shape, bare) or None)
        warnings = []
        if self.gst_number and not luhn(self.gst_number[:9]):
            warnings.append(_l("The check digit of the GST number does not match: please read it again."))
        if self.qst_number and not qst_check(self.qst_number[:10]):
            warnings.append(_l("The check digit of the QST number does not match: please read it again."))
        return warnings + self._normalise_provincial()

    def _normalise_provincial(self) -> list[LazyString]:
        """Numbers of other provinces: another shape than is known here is kept, and warned about."""
        warnings = []
        for field, (pattern, shape, example) in PROVINCIAL_SHAPES.items():
            typed = (getattr(self, field) or "").strip().upper()
            bare = re.sub(r"[\s-]", "", typed)
            known = re.fullmatch(pattern, bare, re.ASCII)
            if bare and not known:
                warnings.append(_l("%(number)s has another shape than %(example)s.", number=typed, example=example))
            setattr(self, field, (re.sub(pattern, shape, bare) if known else typed if bare else "") or None)
        return warnings


#: A Canadian postal code from its first letter on, as far as it goes.
AREA = re.compile(r"[ABCEGHJ-NPRSTVXY](\d([A-Z](\d([A-Z]\d?)?)?)?)?", re.ASCII)
#: What a browser calls an origin: scheme, host, port. No wildcard, nothing that ends a policy's directive.
ORIGIN = re.compile(r"(https?)://([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(:\d{1,5})?/?", re.ASCII)


def read_area(text: str) -> str:
    """Beginnings of postal codes as typed, as ``J4, J5R, H``; raises ``DomainError`` with an example."""
    parts = dict.fromkeys(re.split(r"[\s,;]+", text.strip().upper()))
    for part in parts:
        if part and not AREA.fullmatch(part):
            raise DomainError(
                _l("“%(part)s” does not begin a postal code. Example: J4, J5R, H", part=part[:20]), "service_area"
            )
    return ", ".join(part for part in parts if part)


def read_origins(text: str) -> str:
    """Addresses of sites as typed, one origin a line; raises ``DomainError`` with an example."""
    origins: dict[str, None] = {}
    for part in re.split(r"[\s,]+", text.strip().lower()):
        found = ORIGIN.fullmatch(part)
        if part and not found:
            example = "https://www.example.com"
            message = _l("“%(part)s” is not a site's address. Example: %(example)s", part=part[:80], example=example)
            raise DomainError(message, "frame_origins")
        if found:
            origins[f"{found[1]}://{found[2]}{found[3] or ''}"] = None
    return "\n".join(origins)


def get_company(session: AnySession) -> Company:
    """The company's settings (the first migration inserts the row)."""
    return session.get_one(Company, 1)


def get_logo(session: AnySession) -> Logo | None:
    """The company's present logo."""
    return session.scalar(select(Logo).join(Company, Company.logo_id == Logo.id))


class TaxRate(Model):
    """A tax of a province from a date on, in percent. A change of rate is a new row."""

    __tablename__ = "tax_rate"
    __table_args__ = (
        one_of("province", Province),
        CheckConstraint("code IN ('GST', 'QST', 'HST', 'PST', 'RST')", name="code_known"),
        CheckConstraint("percent BETWEEN 0 AND 30000", name="percent_range"),
        UniqueConstraint("province", "code", "valid_from"),
    )

    id: Mapped[PrimaryKey]
    province: Mapped[Province] = mapped_column(LabelledType(Province))
    code: Mapped[str] = mapped_column(String(3))
    percent: Mapped[Decimal] = mapped_column(Percent)
    valid_from: Mapped[date]

    def __str__(self) -> str:
        return f"{TAX_LABELS[self.code]} {self.province.value} {self.valid_from}"


def company_and_rates(session: AnySession, province: Province, on: date) -> tuple[Company, Sequence[Rate]]:
    """The company, and the taxes of ``province`` on the day ``on``: GST then QST in Québec, HST alone in Ontario.

    In one query, since every page of a document asks for both.
    """
    theirs = (TaxRate.province == province) & (TaxRate.valid_from <= on)
    rows = session.execute(
        select(Company, TaxRate).outerjoin(TaxRate, theirs).where(Company.id == 1).order_by(TaxRate.valid_from)
    ).all()
    latest = {rate.code: Rate(rate.code, rate.percent) for _company, rate in rows if rate is not None}
    return rows[0][0], [latest[code] for code in ("GST", "HST", "QST", "PST", "RST") if code in latest]
