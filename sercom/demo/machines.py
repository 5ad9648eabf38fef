"""What stands at the demo's addresses: written down when its client first calls, and named by the works about it."""

from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from sercom.core.access import Actor
from sercom.core.base import db
from sercom.demo.works.work import AIR, HEATER, HEATING, PLUMBING, PUMP
from sercom.entities.equipment.model import EquipmentKind as Kind
from sercom.entities.equipment.model import Upkeep
from sercom.models import Case, Client, Equipment, Service
from sercom.workflow import upkeep

YEARLY, TWICE, QUARTERLY, TWO_YEARS = Upkeep.YEARLY, Upkeep.TWICE_A_YEAR, Upkeep.QUARTERLY, Upkeep.EVERY_TWO_YEARS


@dataclass(frozen=True)
class Machine:
    """A device: ``works`` are the days of its client's works about it, ``kept`` those that are its maintenance.

    ``age`` is in months, ``warranty`` in years; ``last`` is how many months ago, and days, it was maintained.
    """

    client: str
    kind: Kind
    make: str
    model: str
    serial: str
    place: str = ""
    site: int = 0
    age: int = 30
    warranty: int = 10
    works: tuple[int, ...] = ()
    kept: tuple[int, ...] = ()
    upkeep: Upkeep | None = YEARLY
    last: tuple[int, int] | None = None
    service: int = PUMP
    gone: bool = False

    def installed(self, today: date) -> date:
        """When it was put in."""
        return today - relativedelta(months=self.age, days=len(self.serial))


MACHINES = (
    Machine("julie", Kind.HEAT_PUMP, "Fujitsu", "ASUH12LPAS", "T004817", "Salon", age=50, works=(-12, -3), kept=(-3,), last=(13, 4)),
    Machine("julie", Kind.WATER_HEATER, "Giant", "172BTE-3F7M", "0418G55120", "Sous-sol", age=118, works=(0,), upkeep=None, service=HEATER),
    Machine("tilleuls", Kind.WATER_HEATER, "Giant", "UG60-75T", "2206G70034", "Buanderie", age=7, warranty=6, works=(-161,), upkeep=TWO_YEARS, service=HEATER),
    Machine("tilleuls", Kind.HEAT_PUMP, "Lennox", "XP16-036", "5818B21907", "Toit, centrale A", age=64, works=(-159,), kept=(-159,), upkeep=TWICE),
    Machine("tilleuls", Kind.PUMP, "Little Giant", "VCMA-20ULS", "LG220114", "Pavillon B, salle mécanique", site=1, age=5, warranty=2, works=(-113,), upkeep=None),
    Machine("cote", Kind.HEAT_PUMP, "Mitsubishi", "MSZ-GE12NA", "9003344T", "Salon", age=200, works=(-31, -3), last=(16, 0)),
    Machine("antoine", Kind.HEAT_PUMP, "Daikin", "FTX18NMVJU", "J008912", "Boutique", age=44, works=(-16,), kept=(-16,)),
    Machine("walker", Kind.HEAT_PUMP, "Carrier", "38MARBQ24", "3823V40218", "Main floor", age=7, works=(-143, -54, 0), kept=(-54,)),
    Machine("bergeron", Kind.HEAT_PUMP, "Gree", "LIVO-12", "GR5501873", "Salle familiale", age=38, works=(-6,), kept=(-6,)),
    Machine("coop", Kind.HEAT_PUMP, "Senville", "SENL-12CD", "SV1908840", "Logement 6", age=41, works=(-139,), kept=(-139,), upkeep=TWICE),
    Machine("gauthier", Kind.HEAT_PUMP, "Fujitsu", "ASUH09LPAS", "T009305", "Salon", age=8, works=(-168, -46), kept=(-46,)),
    Machine("morin", Kind.HEAT_PUMP, "Daikin", "2MXS18NMVJU", "J114470", "Étage, deux têtes", age=14, works=(-5,), kept=(-5,)),
    Machine("morin", Kind.BOILER, "Slant/Fin", "S-34", "SF8812207", "Cave", age=260, warranty=5, works=(-116,), last=(14, 3), service=HEATING),
    Machine("lavallee", Kind.WATER_HEATER, "Rheem", "PROE60", "RH0907A4451", "Sous-sol", age=180, warranty=6, works=(-133, -41), upkeep=None, service=HEATER, gone=True),
    Machine("fortin", Kind.HEAT_PUMP, "LG", "LS120HEV2", "LG30977", "Cuisine", age=26, works=(-4,), kept=(-4,), last=(13, 0)),
    Machine("okafor", Kind.AIR_CONDITIONER, "Goodman", "GSXN3N3010", "2305118844", "Cour arrière", age=5, works=(-118,), service=PUMP),
    Machine("nguyen", Kind.HEAT_PUMP, "Tosot", "TC12X3C", "TS770214", "Séjour", age=34, works=(-86,), last=(11, 18)),
    Machine("nguyen", Kind.WATER_HEATER, "Giant", "152ETE", "0516G11083", age=96, warranty=6, works=(-3,), upkeep=None, service=HEATER),
    Machine("mackenzie", Kind.FURNACE, "Lennox", "EL195", "5909L30017", "Basement", age=92, works=(-121,), last=(13, 5), service=HEATING),
    Machine("mackenzie", Kind.HEAT_PUMP, "Carrier", "38MAQB09", "1221V55340", "Cottage", site=1, age=58, works=(-60,), kept=(-60,)),
    Machine("desrochers", Kind.HEAT_PUMP, "Trane", "4TXC36", "21401KJ5AA", "Sous-sol", age=2, works=(-61,)),
    Machine("stpierre", Kind.EXCHANGER, "Venmar", "AVS C12", "VM-118204", "Salle de lavage", age=130, warranty=5, works=(-33,), last=(12, 9), service=AIR),
    Machine("charbonneau", Kind.HEAT_PUMP, "Mitsubishi", "MUZ-FH15NA", "4002281T", "Cuisine", age=70, last=(12, 20)),
    Machine("charbonneau", Kind.FURNACE, "Dettson", "AMT100", "DT-20-5518", "Atelier", site=1, age=60, works=(-4,), kept=(-4,), last=(12, 12), service=HEATING),
    Machine("papineau", Kind.HEAT_PUMP, "Daikin", "FTX12NMVJU", "J007733", "Salon", age=52, works=(-140,), kept=(-140,)),
    Machine("papineau", Kind.WATER_HEATER, "Giant", "142ETE", "0113G40911", "Chalet, vide sanitaire", site=1, age=150, warranty=6, works=(-2,), upkeep=None, service=HEATER),
    Machine("ouellet", Kind.BACKWATER_VALVE, "Mainline", "Fullport 4", "MF-4031", "Sous-sol, sous la trappe", age=47, last=(11, 12), service=PLUMBING),
    Machine("silva", Kind.FURNACE, "Stelpro", "SFE2021M", "ST-551902", "Sous-sol", age=1, works=(-48,), service=HEATING),
    Machine("clinique", Kind.HEAT_PUMP, "Daikin", "FTX24NMVJU", "J220951", "Traitement 1", age=6, works=(-152, -9), kept=(-9,), upkeep=TWICE),
    Machine("resto", Kind.OTHER, "Greenheck", "CUBE-180", "GH-77120", "Toit, hotte", age=88, warranty=2, works=(-10,), upkeep=QUARTERLY, last=(3, 6), service=AIR),
    Machine("garderie", Kind.EXCHANGER, "Lifebreath", "455FD", "LB-30082", "Entretoit", age=77, warranty=5, works=(-125,), kept=(-125,), service=AIR),
    Machine("condo", Kind.EXCHANGER, "Venmar", "HRV1000", "VM-90011", "Bâtiment 150", age=6, works=(-136, -22), kept=(-22,), service=AIR),
    Machine("tandem", Kind.FURNACE, "Dettson", "AO105", "DT-09-1147", "Sous-sol", site=1, age=190, warranty=5, last=(14, 0), service=HEATING),
)  # fmt: skip


def write_down(client: str, row: Client, services: list[Service], today: date, actor: Actor) -> None:
    """The client's devices, as the office writes them down."""
    for one in (machine for machine in MACHINES if machine.client == client):
        installed = one.installed(today)
        last = today - relativedelta(months=one.last[0], days=one.last[1]) if one.last else None
        upkeep.install(
            db.session,
            row.sites[one.site],
            actor,
            kind=one.kind,
            make=one.make,
            model=one.model,
            serial=one.serial,
            place=one.place or None,
            installed_on=installed,
            warranty_until=installed + relativedelta(years=one.warranty),
            removed_on=today - relativedelta(days=50) if one.gone else None,
            upkeep=one.upkeep,
            upkeep_from=last,
            service=services[one.service],
        )


def name_in(case: Case, client: str, day: int, actor: Actor) -> None:
    """Say which of them the case that began on ``day`` is about."""
    for one in (machine for machine in MACHINES if machine.client == client and day in (*machine.works, *machine.kept)):
        device = db.session.query(Equipment).filter_by(serial=one.serial).one()
        if device.site_id == case.site_id:
            upkeep.concern(db.session, case, device, actor, upkeep=day in one.kept)
