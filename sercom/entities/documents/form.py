"""What the forms of all documents share: a discount in dollars or percent, and the tax province."""

from typing import Any

from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from sercom.core.fields import ProductForm
from sercom.entities.documents.place import place_for


class DocumentForm(ProductForm):
    """A document's form; it shows the discount as it was said, and which province applies by itself."""

    def process(
        self, formdata: Any = None, obj: Any = None, data: Any = None, extra_filters: Any = None, **more: Any
    ) -> None:
        """Fill the fields, then tell them what their column does not."""
        super().process(formdata, obj, data, extra_filters, **more)
        if "discount" in self and obj is not None:
            self["discount"].percent = obj.discount_percent
        if "tax_province" in self:
            self["tax_province"].choices[0] = SelectChoice("", automatic(obj))


def automatic(document: Any) -> str:
    """What applies where nobody chooses: ``Automatic: Ontario (where the work is done)``."""
    if document is None:
        return _("Automatic: the service address’s province, else the client’s")
    place = place_for(None, document.case.site, document.client)
    return _("Automatic: %(province)s (%(why)s)", province=place.province.label, why=place.source.label)
