"""Documents as they were drawn: once, from what was issued or sent, and kept for ever."""

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sercom.core.base import CreatedAt, Model, PrimaryKey, one_of
from sercom.core.guards import Guard, append_only, but_erasing
from sercom.core.labels import LabelledType
from sercom.entities.users.model import Language
from sercom.output.kinds import PaperKind


class RenderedFile(Model):
    """The PDF of one revision of a document, of an approval, a payment's receipt or a visit's report, in one language.

    A document that was issued and has no such row yet is what is left to draw. ``told_sha256`` is of what a
    report tells: told otherwise, it is another revision.
    """

    __tablename__ = "rendered_file"
    __table_args__ = (
        one_of("kind", PaperKind),
        one_of("language", Language),
        CheckConstraint(
            "(CASE WHEN document_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN payment_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN visit_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN approval_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_subject",
        ),
        CheckConstraint("(kind = 'receipt') = (payment_id IS NOT NULL)", name="receipt_of_payment"),
        CheckConstraint("(kind = 'work_report') = (visit_id IS NOT NULL)", name="report_of_visit"),
        CheckConstraint("(kind = 'approval') = (approval_id IS NOT NULL)", name="approved_is_approval"),
        CheckConstraint("(visit_id IS NULL) = (told_sha256 IS NULL)", name="report_is_told"),
        CheckConstraint("revision >= 1", name="revision_positive"),
        UniqueConstraint("document_id", "kind", "language", "revision"),
        UniqueConstraint("payment_id", "kind", "language", "revision"),
        UniqueConstraint("visit_id", "kind", "language", "revision"),
        UniqueConstraint("approval_id", "kind", "language", "revision"),
    )

    id: Mapped[PrimaryKey]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))
    told_sha256: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[PaperKind] = mapped_column(LabelledType(PaperKind))
    revision: Mapped[int]
    language: Mapped[Language] = mapped_column(LabelledType(Language))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    template_version: Mapped[int]
    made_at: Mapped[CreatedAt]


_update, _delete = append_only("rendered_file", "a file that was drawn")
DRAWN_GUARDS = (_update, Guard("rendered_file", "DELETE", but_erasing("1 = 1"), _delete.message))
