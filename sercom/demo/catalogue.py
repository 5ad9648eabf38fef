"""What the demo company sells."""

from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select

from sercom.core.base import db
from sercom.core.money import ZERO
from sercom.entities.catalog.model import CatalogItem, ItemKind
from sercom.entities.documents.line import LineDraft, LineKind
from sercom.entities.users.model import Language
from sercom.entities.visits.model import PartDraft

TRAVEL, LABOUR, PART, FLAT = ItemKind.TRAVEL, ItemKind.LABOUR, ItemKind.PART, ItemKind.FLAT

#: Code, kind, French, English, unit, price, cost.
ITEMS = (
    ("DEP", TRAVEL, "Déplacement", "Travel", "", "65.00", "20.00"),
    ("MO", LABOUR, "Main-d’œuvre", "Labour", "h", "115.00", "48.00"),
    ("APP", LABOUR, "Main-d’œuvre, apprenti", "Labour, apprentice", "h", "72.00", "30.00"),
    ("URG", LABOUR, "Main-d’œuvre, urgence soir et fin de semaine", "Labour, emergency evenings and weekends", "h", "172.50", "72.00"),
    ("NORD", TRAVEL, "Déplacement, au nord de Saint-Jérôme", "Travel, north of Saint-Jérôme", "", "95.00", "34.00"),
    ("TP-12", PART, "Thermopompe murale 12 000 BTU", "Wall-mounted heat pump 12,000 BTU", "un", "2895.00", "1740.00"),
    ("TP-18", PART, "Thermopompe murale 18 000 BTU", "Wall-mounted heat pump 18,000 BTU", "un", "3495.00", "2110.00"),
    ("TP-24", PART, "Thermopompe murale 24 000 BTU", "Wall-mounted heat pump 24,000 BTU", "un", "4195.00", "2560.00"),
    ("TP-DUO", PART, "Thermopompe bibloc, deux têtes murales", "Two-zone heat pump, two wall units", "un", "5980.00", "3720.00"),
    ("TPC-3", PART, "Thermopompe centrale 3 tonnes, −30 °C", "Central heat pump, 3 tons, rated to −30 °C", "un", "8450.00", "5390.00"),
    ("CLIM-2", PART, "Climatiseur central 2 tonnes", "Central air conditioner, 2 tons", "un", "3890.00", "2380.00"),
    ("FOUR-20", PART, "Fournaise électrique 20 kW", "Electric furnace 20 kW", "un", "2650.00", "1610.00"),
    ("ECH-AIR", PART, "Échangeur d’air récupérateur de chaleur", "Heat-recovery ventilator", "un", "1795.00", "1090.00"),
    ("SUP", PART, "Support mural et plots antivibration", "Wall bracket with anti-vibration mounts", "un", "145.00", "62.00"),
    ("SUP-SOL", PART, "Support de sol surélevé pour la neige", "Raised ground stand, snow height", "un", "195.00", "88.00"),
    ("LIG", PART, "Ligne frigorifique cuivre isolée 1/4-1/2", "Insulated copper line set 1/4-1/2", "pi", "18.50", "8.10"),
    ("GOUL", PART, "Cache-ligne blanc, longueur de 8 pi", "White line cover, 8 ft length", "un", "58.00", "24.00"),
    ("SECT", PART, "Sectionneur extérieur 30 A", "Outdoor disconnect 30 A", "un", "92.00", "38.00"),
    ("DISJ", PART, "Disjoncteur bipolaire 30 A", "Two-pole breaker 30 A", "un", "64.00", "29.00"),
    ("THERM", PART, "Thermostat programmable", "Programmable thermostat", "un", "129.00", "58.00"),
    ("THERM-WIFI", PART, "Thermostat intelligent Wi-Fi", "Smart Wi-Fi thermostat", "un", "289.00", "164.00"),
    ("COND-35", PART, "Condensateur 35/5 µF", "Capacitor 35/5 µF", "un", "48.50", "14.20"),
    ("CONT-40", PART, "Contacteur bipolaire 40 A", "Two-pole contactor 40 A", "un", "78.00", "27.50"),
    ("VENT", PART, "Moteur de ventilateur extérieur", "Outdoor fan motor", "un", "385.00", "205.00"),
    ("CARTE", PART, "Carte électronique d’unité intérieure", "Indoor unit control board", "un", "420.00", "246.00"),
    ("SONDE", PART, "Sonde de température", "Temperature sensor", "un", "46.00", "15.00"),
    ("FRIG", PART, "Frigorigène R-410A", "Refrigerant R-410A", "lb", "42.00", "18.00"),
    ("POMPE-C", PART, "Pompe à condensat", "Condensate pump", "un", "168.00", "84.00"),
    ("FILT-16", PART, "Filtre plissé 16 × 25 × 1, MERV 8", "Pleated filter 16 × 25 × 1, MERV 8", "un", "18.00", "6.40"),
    ("FILT-HRV", PART, "Jeu de filtres pour échangeur d’air", "Filter set for heat-recovery ventilator", "un", "54.00", "22.00"),
    ("CE-40", PART, "Chauffe-eau électrique 40 gallons", "Electric water heater, 40 gallons", "un", "645.00", "402.00"),
    ("CE-60", PART, "Chauffe-eau électrique 60 gallons", "Electric water heater, 60 gallons", "un", "785.00", "498.00"),
    ("ELEM", PART, "Élément chauffant 3 000 W et joint", "Heating element 3,000 W with gasket", "un", "52.00", "19.00"),
    ("SOUP-T", PART, "Soupape de sûreté température et pression", "Temperature and pressure relief valve", "un", "48.00", "21.00"),
    ("BAC", PART, "Bac de rétention avec drain", "Drain pan with outlet", "un", "62.00", "26.00"),
    ("CUIV", PART, "Tuyau de cuivre 3/4 po, type L", "Copper pipe 3/4 in., type L", "pi", "9.80", "4.60"),
    ("RACC", PART, "Raccords, soudure et petites fournitures", "Fittings, solder and sundries", "", "38.00", "15.00"),
    ("CLAP", PART, "Clapet antiretour 4 po", "Backwater valve 4 in.", "un", "165.00", "82.00"),
    ("NET-TP", FLAT, "Nettoyage de thermopompe murale", "Cleaning of a wall-mounted heat pump", "un", "189.00", "60.00"),
    ("ENT-AN", FLAT, "Entretien annuel, système central", "Annual maintenance, central system", "un", "245.00", "78.00"),
    ("DEB", FLAT, "Débouchage de drain, accès intérieur", "Drain unclogging, indoor access", "un", "245.00", "80.00"),
    ("CAM", FLAT, "Inspection par caméra", "Camera inspection", "un", "295.00", "90.00"),
    ("HP-DR", FLAT, "Nettoyage de drain à haute pression", "High-pressure drain cleaning", "un", "485.00", "150.00"),
    ("DISP", FLAT, "Enlèvement et disposition de l’ancien appareil", "Removal and disposal of the old unit", "un", "85.00", "25.00"),
)  # fmt: skip


def make() -> None:
    """Put the items into the catalogue."""
    for code, kind, french, english, unit, price, cost in ITEMS:
        item = CatalogItem(code=code, kind=kind, name_fr=french, name_en=english, unit=unit)
        item.price, item.cost = Decimal(price), Decimal(cost)
        db.session.add(item)
    db.session.flush()


class PriceList:
    """Lines and parts written short: ``"= Salon; TP-12; LIG 15; MO 6 -50; - Garantie de 10 ans"``.

    A code, a quantity (1 by default), a discount in dollars or percent (``-10%``); ``=`` begins a section, ``-`` a remark.
    ``? THERM`` is an option, ``?A TP-12`` one of the choice A.
    """

    def __init__(self) -> None:
        self.items = {item.code: item for item in db.session.scalars(select(CatalogItem))}

    def lines(self, text: str, language: Language) -> list[LineDraft]:
        """The lines in a client's language."""
        return [self._line(part.strip(), language) for part in text.split(";") if part.strip()]

    def _line(self, text: str, language: Language) -> LineDraft:
        mark, _, words = text.partition(" ")
        if mark in {"=", "-"}:
            return LineDraft(words, kind=LineKind.SECTION if mark == "=" else LineKind.REMARK)
        if mark.startswith("?"):
            line = self._line(words, language)
            return replace(line, optional=True, option_group=mark[1:] or None, accepted=False)
        item = self.items[mark]
        quantity = next((Decimal(word) for word in words.split() if word[0] != "-"), Decimal(1))
        given = next((word[1:] for word in words.split() if word[0] == "-"), "0")
        off = Decimal(given.rstrip("%"))
        discount, percent = (ZERO, off) if given.endswith("%") else (off, None)
        return LineDraft(
            item.name_in(language),
            quantity,
            item.unit,
            item.price,
            discount,
            item.cost,
            item.tax_status,
            item.id,
            discount_percent=percent,
        )

    def parts(self, text: str, language: Language) -> list[PartDraft]:
        """The parts used on a visit."""
        return [PartDraft(line.description, line.quantity) for line in self.lines(text, language)]
