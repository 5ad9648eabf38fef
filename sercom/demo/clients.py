"""The demo's clients: people, companies, managers of buildings whose tenants open the door."""

from dataclasses import dataclass

from sercom.core import journal
from sercom.core.access import Actor
from sercom.core.base import db
from sercom.entities.clients.model import ClientKind
from sercom.entities.sites.model import Province
from sercom.entities.users.model import Language
from sercom.models import Client, Site

PERSON, COMPANY = ClientKind.PERSON, ClientKind.COMPANY
EN = Language.ENGLISH


@dataclass(frozen=True)
class Place:
    """An address of work: label, who is there, how to get in."""

    street: str
    city: str
    postal_code: str
    label: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    access_notes: str | None = None
    province: Province = Province.QC


@dataclass(frozen=True)
class Someone:
    """A client; the billing address is the first place unless ``office`` says otherwise."""

    kind: ClientKind
    name: str
    phone: str
    email: str
    places: tuple[Place, ...]
    language: Language = Language.FRENCH
    contact_name: str | None = None
    other_phone: str | None = None
    billing_email: str | None = None
    office: Place | None = None
    terms_days: int = 15
    notes: str | None = None
    #: Comes through the online form, and nobody knows them yet.
    prospect: bool = False


def create(who: Someone, actor: Actor) -> Client:
    """Enter the client and every address, as the office does."""
    billed = who.office or who.places[0]
    client = Client(
        kind=who.kind,
        name=who.name,
        contact_name=who.contact_name,
        phone=e164(who.phone),
        other_phone=e164(who.other_phone) if who.other_phone else None,
        email=who.email,
        billing_email=who.billing_email,
        language=who.language,
        street=billed.street,
        city=billed.city,
        province=billed.province,
        postal_code=billed.postal_code,
        terms_days=who.terms_days,
        notes=who.notes,
    )
    client.sites = [
        Site(
            street=place.street,
            city=place.city,
            province=place.province,
            postal_code=place.postal_code,
            label=place.label,
            contact_name=place.contact_name,
            contact_phone=e164(place.contact_phone) if place.contact_phone else None,
            access_notes=place.access_notes,
        )
        for place in who.places
    ]
    db.session.add(client)
    db.session.flush()
    for row in (client, *client.sites):
        journal.record(db.session, actor, "created", row)
    return client


def e164(phone: str) -> str:
    """``450 555-0110`` as it is stored."""
    return "+1" + "".join(filter(str.isdigit, phone))


CLIENTS: dict[str, Someone] = {
    "julie": Someone(
        PERSON, "Julie Tremblay", "450 555-0110", "julie.tremblay@example.org",
        (Place("84, rue Sainte-Rose", "Laval", "H7L 1M3", access_notes="Chien gentil dans la cour : refermer la clôture."),),
    ),
    "tilleuls": Someone(
        COMPANY, "Résidence Les Tilleuls inc.", "514 555-0121", "admin@tilleuls.example.org",
        (
            Place("3300, boul. Saint-Joseph Est", "Montréal", "H1Y 2B4", "Pavillon principal", "Diane Fortin", "514 555-0122", "Se présenter à la réception; stationnement des fournisseurs à l’arrière."),
            Place("3320, boul. Saint-Joseph Est", "Montréal", "H1Y 2B6", "Pavillon B", "Roméo Castilloux", "514 555-0123", "Clé de la salle mécanique à la réception du pavillon principal."),
        ),
        contact_name="Diane Fortin", billing_email="comptes@tilleuls.example.org", terms_days=30,
    ),
    "cote": Someone(PERSON, "Michel Côté", "450 555-0132", "m.cote@example.org", (Place("17, avenue des Pins", "Terrebonne", "J6W 3K2"),)),
    "antoine": Someone(
        COMPANY, "Boulangerie Chez Antoine", "514 555-0143", "antoine@example.org",
        (Place("5122, rue Masson", "Montréal", "H1X 1S2", access_notes="Les fours tournent dès 4 h : passer après 13 h."),),
        contact_name="Antoine Lebrun", terms_days=30,
    ),
    "walker": Someone(PERSON, "Susan Walker", "514 555-0154", "susan.walker@example.org", (Place("412 Lakeshore Road", "Beaconsfield", "H9W 4J1", access_notes="Side gate, code 1949."),), EN),
    "bergeron": Someone(PERSON, "Nathalie Bergeron", "450 555-0165", "nbergeron@example.org", (Place("905, montée Masson", "Mascouche", "J7K 2L6"),)),
    "coop": Someone(
        COMPANY, "Coop d’habitation du Parc", "514 555-0176", "coop@example.org",
        (Place("2250, avenue du Parc", "Montréal", "H2W 1N5", contact_name="Fernand Jolicœur, concierge", contact_phone="514 555-0177", access_notes="Sonner au 102 : le concierge a les clés."),),
        contact_name="Ginette Arsenault", terms_days=30,
    ),
    "benali": Someone(PERSON, "Ahmed Benali", "438 555-0187", "a.benali@example.org", (Place("68, rue Fleury Ouest", "Montréal", "H3L 1T4"),)),
    "gauthier": Someone(PERSON, "Luc Gauthier", "450 555-0101", "luc.gauthier@example.com", (Place("29, rue du Merle-Bleu", "Blainville", "J7C 4A8"),), other_phone="514 555-0101"),
    "morin": Someone(PERSON, "Marie-Ève Morin", "450 555-0102", "me.morin@example.net", (Place("311, chemin de la Grande-Côte", "Rosemère", "J7A 1K4", access_notes="Maison ancienne : entrée de cave par l’extérieur."),)),
    "lavallee": Someone(PERSON, "Réjean Lavallée", "450 555-0103", "rejean.lavallee@example.org", (Place("746, rue Labelle", "Saint-Jérôme", "J7Z 5L2"),), notes="Préfère le téléphone; ne lit pas ses courriels."),
    "fortin": Someone(PERSON, "Claudine Fortin", "450 555-0104", "cfortin@example.com", (Place("58, rue Turgeon", "Sainte-Thérèse", "J7E 3H6"),)),
    "okafor": Someone(PERSON, "Chidi Okafor", "438 555-0105", "chidi.okafor@example.org", (Place("1430, boul. des Oiseaux", "Laval", "H7L 4M5"),)),
    "nguyen": Someone(PERSON, "Thi Mai Nguyen", "450 555-0106", "mai.nguyen@example.net", (Place("4415, 8e Rue", "Laval", "H7W 2B9"),)),
    "mackenzie": Someone(PERSON, "Ian MacKenzie", "514 555-0107", "ian.mackenzie@example.com", (Place("93 Cartier Avenue", "Pointe-Claire", "H9S 4R7", "Home", access_notes="Please call before coming, works nights."), Place("1460 County Road 17", "L’Orignal", "K0B 1K0", "Cottage", access_notes="Key under the third step.", province=Province.ON)), EN),
    "desrochers": Someone(PERSON, "Patrick Desrochers", "450 555-0108", "p.desrochers@example.org", (Place("1180, chemin du Lac-Écho", "Prévost", "J0R 1T0", access_notes="Chemin privé, pente raide l’hiver : chaînes ou 4 × 4."),)),
    "stpierre": Someone(PERSON, "Lise St-Pierre", "450 555-0109", "lise.stpierre@example.org", (Place("402, avenue Chauvin", "Boisbriand", "J7G 2N3"),)),
    "haddad": Someone(PERSON, "Rania Haddad", "514 555-0111", "rania.haddad@example.com", (Place("2075, rue Decelles", "Montréal", "H4M 1B3"),)),
    "charbonneau": Someone(PERSON, "Gilles Charbonneau", "450 555-0112", "gilles.charbonneau@example.org", (Place("8620, rang Saint-Hyacinthe", "Mirabel", "J7N 2V6", "Maison"), Place("8626, rang Saint-Hyacinthe", "Mirabel", "J7N 2V6", "Atelier", access_notes="Grande porte à gauche, chauffage à côté du compresseur.")), notes="Producteur maraîcher : l’appeler à l’heure du dîner."),
    "levesque": Someone(PERSON, "Sophie Lévesque", "579 555-0113", "sophie.levesque@example.net", (Place("2244, rue Brompton", "Mascouche", "J7L 3R1"),)),
    "papineau": Someone(PERSON, "Denis Papineau", "450 555-0114", "dpapineau@example.org", (Place("215, rue Saint-Laurent", "Saint-Eustache", "J7P 4W3", "Maison"), Place("57, chemin du Mont-Sauvage", "Sainte-Adèle", "J8B 2N1", "Chalet", "Huguette Papineau", "450 555-0115", "Clé sous la troisième marche; couper l’eau en partant.")), other_phone="514 555-0114"),
    "rank": Someone(COMPANY, "Northern Rank Media", "514 555-0116", "grow@northernrank.example.com", (Place("1200 McGill College Avenue", "Montréal", "H3B 4G7"),), EN, contact_name="Brad Hill", prospect=True),
    "ouellet": Someone(PERSON, "Véronique Ouellet", "450 555-0117", "v.ouellet@example.org", (Place("134, 20e Avenue", "Deux-Montagnes", "J7R 4B2"),)),
    "paquette": Someone(PERSON, "Normand Paquette", "450 555-0118", "normand.paquette@example.com", (Place("385, rang du Bas-de-l’Assomption Nord", "L’Assomption", "J5W 2A1"),)),
    "silva": Someone(PERSON, "João Silva", "450 555-0119", "joao.silva@example.org", (Place("761, rue Notre-Dame", "Repentigny", "J6A 2X5"),)),
    "beaulieu": Someone(PERSON, "Anne Beaulieu", "450 555-0120", "anne.beaulieu@example.net", (Place("22, avenue de la Gare", "Saint-Sauveur", "J0R 1R0"),)),
    "trudel": Someone(PERSON, "Mathieu Trudel", "450 555-0124", "mathieu.trudel@example.org", (Place("40, 37e Avenue", "Bois-des-Filion", "J6Z 2H8"),)),
    "gestion": Someone(
        COMPANY, "Gestion immobilière Rive-Nord inc.", "450 555-0125", "gestion@rivenord.example.com",
        (
            Place("1715, boul. Curé-Labelle, app. 4", "Laval", "H7T 1L1", "Curé-Labelle, app. 4", "Sandra Villeneuve, locataire", "438 555-0126"),
            Place("1715, boul. Curé-Labelle, app. 11", "Laval", "H7T 1L1", "Curé-Labelle, app. 11", "Oumar Diallo, locataire", "438 555-0127"),
            Place("240, rue Blainville Est", "Sainte-Thérèse", "J7E 1M9", "Blainville Est", "Pauline Drouin, locataire", "450 555-0128", "Tapis au sous-sol : couvre-chaussures."),
            Place("12, place Fabien-Drapeau", "Sainte-Thérèse", "J7E 5W6", "Local commercial", "Hugo Lemire, locataire", "450 555-0129"),
        ),
        contact_name="Martine Dupras", billing_email="factures@rivenord.example.com", terms_days=30,
        office=Place("500, boul. Saint-Martin Ouest, bureau 310", "Laval", "H7M 3Y2"),
        notes="Aucun travail de plus de 500 $ sans bon de commande de Martine.",
    ),
    "tandem": Someone(
        COMPANY, "Immeubles Tandem s.e.n.c.", "514 555-0130", "bureau@tandem.example.com",
        (
            Place("6630, rue Saint-Denis, app. 2", "Montréal", "H2S 2R8", "Saint-Denis, app. 2", "Léa Marchand, locataire", "514 555-0131"),
            Place("1895, rue Bélanger", "Montréal", "H2G 1B8", "Bélanger", "Carlos Ibarra, locataire", "438 555-0133"),
            Place("780, rue de Castelnau Est", "Montréal", "H2R 1R1", "Castelnau", "Mme Pham, locataire", "438 555-0134"),
        ),
        contact_name="Benoît Archambault", terms_days=30, office=Place("1010, rue Jean-Talon Est, bureau 5", "Montréal", "H2R 1V5"),
    ),
    "garderie": Someone(COMPANY, "CPE Les Petits Flocons", "450 555-0135", "direction@petitsflocons.example.org", (Place("75, rue de l’Église", "Saint-Eustache", "J7R 2L4", access_notes="Travaux bruyants hors de la sieste (13 h à 15 h)."),), contact_name="Josée Labrecque", terms_days=30),
    "clinique": Someone(COMPANY, "Clinique dentaire du Vieux-Sainte-Rose", "450 555-0136", "accueil@dentairesr.example.com", (Place("201, boul. Sainte-Rose", "Laval", "H7L 1L6", access_notes="Fermée le vendredi : meilleur jour pour les travaux."),), contact_name="Dre Isabelle Caron", terms_days=30),
    "resto": Someone(COMPANY, "Restaurant Le Bivouac", "450 555-0137", "chef@bivouac.example.com", (Place("88, rue Principale", "Saint-Sauveur", "J0R 1R6", access_notes="Cuisine libre avant 10 h 30."),), contact_name="Thomas Hébert", terms_days=15),
    "garage": Someone(COMPANY, "Garage Desjarlais et fils", "450 555-0138", "garage.desjarlais@example.com", (Place("1945, boul. Sainte-Sophie", "Saint-Lin–Laurentides", "J5M 2H4"),), contact_name="Yvan Desjarlais", terms_days=30),
    "condo": Someone(
        COMPANY, "Syndicat de copropriété Les Jardins de Rosemère", "450 555-0139", "ca@jardinsrosemere.example.org",
        (
            Place("150, rue de l’Île-Bélair Ouest", "Rosemère", "J7A 4M1", "Bâtiment 150", "Roger Lefebvre, administrateur", "450 555-0140", "Salle mécanique au P1, code 2580#."),
            Place("160, rue de l’Île-Bélair Ouest", "Rosemère", "J7A 4M1", "Bâtiment 160", "Roger Lefebvre, administrateur", "450 555-0140"),
        ),
        contact_name="Roger Lefebvre", terms_days=30,
    ),
    "lakeside": Someone(COMPANY, "Lakeside Veterinary Clinic", "514 555-0141", "frontdesk@lakesidevet.example.com", (Place("255 St. Charles Boulevard", "Pointe-Claire", "H9R 3J2", access_notes="Enter by the back door; no noise near the kennels before 9 a.m."),), EN, contact_name="Dr. Fiona Grant", terms_days=30),
    "marche": Someone(COMPANY, "Épicerie Marché Duquette", "450 555-0142", "gerance@marcheduquette.example.com", (Place("640, rue Principale", "Sainte-Anne-des-Plaines", "J5N 1L5"),), contact_name="Éric Duquette", terms_days=30),
    "belkacem": Someone(PERSON, "Karim Belkacem", "438 555-0144", "karim.belkacem@example.org", (Place("3055, boul. Notre-Dame", "Laval", "H7V 3V5"),), prospect=True),
    "nathalie": Someone(PERSON, "N. Bergeron", "450 555-0168", "nbergeron@example.org", (Place("905 montée Masson", "Mascouche", "J7K 2L6"),), prospect=True),
    "stewart": Someone(PERSON, "Emily Stewart", "514 555-0145", "emily.stewart@example.com", (Place("16 Argyle Street", "Kirkland", "H9H 3L6"),), EN, prospect=True),
    "lajoie": Someone(PERSON, "Stéphane Lajoie", "450 555-0146", "s.lajoie@example.net", (Place("9, boul. De Gaulle", "Lorraine", "J6Z 3M7"),), prospect=True),
    "moulin": Someone(COMPANY, "Café Torréfaction du Moulin", "450 555-0147", "bonjour@cafedumoulin.example.com", (Place("866, rue Saint-Pierre", "Terrebonne", "J6W 1E4"),), contact_name="Maude Ricard", prospect=True),
}  # fmt: skip
