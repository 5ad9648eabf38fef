"""The one seam between the domain's refusals, the database's, and a form or a page."""

from collections.abc import Callable
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.orm.exc import StaleDataError

from sercom.core.errors import IN_USE, ConflictError, DomainError

#: What a named constraint refuses: its sentence, and the field to put it beside.
CONSTRAINTS: dict[str, tuple[LazyString, str | None]] = {
    "uq_catalog_item_code": (_l("Another item has this code."), "code"),
    "uq_bank_transfer_fingerprint": (_l("This file is being read already."), "file"),
    "uq_message_token": (_l("This was sent already."), None),
    "uq_sent_action_key": (_l("This was sent already."), None),
    "uq_equipment_work_equipment_id_case_id": (_l("This was sent already."), None),
    "uq_payment_corrected_once": (_l("This payment was already taken back."), None),
    "ix_import_run_done": (_l("This file was imported already."), None),
    "uq_user_email": (_l("Somebody has this e-mail address already."), "email"),
    "uq_team_name": (_l("Another team has this name."), "name"),
    "uq_tax_rate_province_code_valid_from": (_l("This rate is already there for that day."), "valid_from"),
    "ck_client_terms_days_range": (_l("Between 0 and 365 days."), "terms_days"),
    "ck_invoice_terms_days_range": (_l("Between 0 and 365 days."), "terms_days"),
    "ck_job_holdback_percent_range": (_l("Between 0.001 and 99.999 %."), "holdback_percent"),
    "ck_company_early_percent_range": (_l("Between 0.001 and 20 %."), "early_percent"),
    "ck_company_early_days_range": (_l("Between 1 and 365 days."), "early_days"),
    "ck_company_early_discount_whole": (_l("Give the discount and its days, or neither."), "early_days"),
    "ck_company_quote_validity_days_range": (_l("Between 1 and 365 days."), "quote_validity_days"),
    "ck_quote_deposit_percent_range": (_l("Between 0.001 and 100 %."), "deposit_percent"),
    "ck_quote_deposit_positive": (_l("Enter an amount above zero."), "deposit_amount"),
    "ck_quote_one_deposit": (_l("Ask a percentage or an amount, not both."), "deposit_amount"),
    "ck_tax_rate_percent_range": (_l("Between 0 and 30 %."), "percent"),
    "ck_visit_ends_after_start": (_l("The visit ends before it starts."), "ends"),
    "ck_triage_rule_minutes_range": (_l("Between 1 and 43,200 minutes."), "minutes"),
    "ck_visit_expected_minutes_range": (_l("Between 1 and 1440 minutes."), "expected_minutes"),
    "ck_skill_name_given": (_l("Give the name in both languages."), "name_fr"),
    "ck_absence_ends_after_start": (_l("The absence ends before it starts."), "ends"),
    "ck_equipment_warranty_after_installed": (_l("The warranty ends before the installation."), "warranty_until"),
    "ck_equipment_removed_after_installed": (_l("It was taken out before it was installed."), "removed_on"),
    "ck_visit_minutes_range": (_l("Between 0 and 1440 minutes."), "minutes"),
}
#: SQLite names the columns of a unique constraint, not the constraint.
SQLITE_UNIQUE = {
    "catalog_item.code": "uq_catalog_item_code",
    "bank_transfer.fingerprint": "uq_bank_transfer_fingerprint",
    "message.token": "uq_message_token",
    "sent_action.key": "uq_sent_action_key",
    "equipment_work.equipment_id, equipment_work.case_id": "uq_equipment_work_equipment_id_case_id",
    "payment.against_id": "uq_payment_corrected_once",
    "import_run.kind, import_run.sha256": "ix_import_run_done",
    "user.email": "uq_user_email",
    "team.name": "uq_team_name",
    "tax_rate.province, tax_rate.code, tax_rate.valid_from": "uq_tax_rate_province_code_valid_from",
}
#: PostgreSQL: serialization failure, deadlock, lock not available.
BUSY = {"40001", "40P01", "55P03"}
#: PostgreSQL: RAISE EXCEPTION.
RAISED = "P0001"


def as_domain_error(error: Exception) -> DomainError | None:
    """``error`` as the domain would say it, or ``None`` where it is a fault of the program."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, StaleDataError):
        return ConflictError(_l("Somebody changed this since you opened it. Look at it again, then decide."))
    if isinstance(error, OperationalError) and _is_busy(error):
        return ConflictError(_l("Somebody else is writing at this very moment. Try again."))
    if isinstance(error, IntegrityError | InternalError) or _is_guard(error):
        return _from_database(str(getattr(error, "orig", "")))
    return None


def _is_guard(error: Exception) -> bool:
    """A trigger's refusal on PostgreSQL, which the driver takes for an error of the program."""
    return isinstance(error, ProgrammingError) and getattr(error.orig, "sqlstate", None) == RAISED


def _is_busy(error: OperationalError) -> bool:
    """A deadlock that PostgreSQL ended, or a SQLite lock that was not had in time."""
    return getattr(error.orig, "sqlstate", None) in BUSY or "database is locked" in str(error.orig)


def _from_database(text: str) -> DomainError | None:
    lowered = text.lower()
    if "is frozen" in lowered or "append-only" in lowered:
        return DomainError(_l("This document can no longer be changed."))
    if "period is closed" in lowered:
        message = _l("The books are closed for that day. An invoice of a closed period is put right by a credit note.")
        return DomainError(message, "received_on")
    for name in (*CONSTRAINTS, *SQLITE_UNIQUE):
        if name in text:
            sentence, field = CONSTRAINTS[SQLITE_UNIQUE.get(name, name)]
            return DomainError(sentence, field)
    if "foreign key" in lowered:
        return ConflictError(IN_USE)
    return None


def attempt(session: Any, action: Callable[[], Any]) -> DomainError | None:
    """Do ``action`` and commit; roll back and return the refusal where there is one."""
    try:
        action()
        session.commit()
    except Exception as error:
        session.rollback()
        refusal = as_domain_error(error)
        if refusal is None:
            raise
        return refusal
    return None
