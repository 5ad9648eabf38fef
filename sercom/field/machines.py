"""The devices at the place: what a technician reads off a plate, and which were maintained."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import IntegerField, StringField
from wtforms.validators import Length, Optional
from wtforms.widgets import HiddenInput

from sercom.core.access import Actor
from sercom.core.choices import LabelledField
from sercom.core.errors import ConflictError, DomainError
from sercom.core.fields import DayField, Needed, ProductForm
from sercom.entities.equipment.history import of_case
from sercom.entities.equipment.model import Equipment, EquipmentKind
from sercom.entities.visits.model import Visit
from sercom.field.sent import Action, Sent
from sercom.field.states import THERE, WORKED, in_field, require
from sercom.workflow import upkeep

plate = (Optional(), Length(max=80))


class DeviceForm(ProductForm):
    """What stands on the plate, and where the device is."""

    kind = LabelledField(_l("Kind"), enum=EquipmentKind, default=EquipmentKind.HEAT_PUMP)
    make = StringField(_l("Make"), plate)
    model = StringField(_l("Model"), plate)
    serial = StringField(_l("Serial number"), plate)
    place = StringField(_l("Location"), plate)
    installed_on = DayField(_l("Installed"), [Optional()])


class KeptForm(ProductForm):
    """A device that was looked after."""

    device = IntegerField(_l("Equipment"), [Needed()], widget=HiddenInput())


def _add(sent: Sent) -> None:
    """Write it down, once: the same serial number at the address is the device that is there."""
    require(sent, THERE)
    site = sent.visit.case.site
    if site is None:
        raise ConflictError(_l("No address is known: call the office."))
    said = {name: (sent.form[name].data or "").strip() or None for name in ("make", "model", "serial", "place")}
    if not any(said.values()):
        raise DomainError(_l("Write what stands on its plate, or where it is."), "make")
    known = None
    if said["serial"]:
        there = select(Equipment).where(Equipment.site_id == site.id, Equipment.serial == said["serial"])
        known = sent.session.scalars(there.order_by(Equipment.id)).first()
    more = {"kind": sent.form.kind.data, "installed_on": sent.form.installed_on.data}
    device = known or upkeep.install(sent.session, site, sent.actor, **said, **more)
    upkeep.concern(sent.session, sent.visit.case, device, sent.actor)
    told = _("%(device)s is there already.") if known is not None else _("%(device)s was added.")
    sent.told.append(told % {"device": device})


def _keep(sent: Sent) -> None:
    """Its maintenance is this visit: once it is done, the next is counted from there."""
    require(sent, WORKED)
    case = sent.visit.case
    at_place = (standing.device for standing in of_case(sent.session, case))
    device = next((device for device in at_place if device.id == sent.form.device.data), None)
    if device is None:
        raise ConflictError(_l("This device stands elsewhere, or is gone. Load the page again."))
    upkeep.concern(sent.session, case, device, sent.actor, upkeep=True)
    sent.told.append(_("Maintenance written down."))


def _has_place(visit: Visit, actor: Actor) -> bool:
    return in_field(visit, actor) and visit.case.site_id is not None


ACTIONS: tuple[Action, ...] = (
    Action("device", DeviceForm, _add, _has_place, THERE),
    Action("kept", KeptForm, _keep, in_field, WORKED),
)
