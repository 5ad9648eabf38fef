"""Quote or job first: contracts of maintenance, drains, small works that nobody had to ask for twice."""

from sercom.demo.works.work import Work

UPKEEP = (
    # --- contracts: quote, job, invoice -------------------------------------------------------
    Work("tilleuls", -159, "QJI", "Entretien de printemps, deux pavillons", "Six têtes murales et deux systèmes centraux.", "= Pavillon principal; NET-TP 4; ENT-AN; = Pavillon B; NET-TP 2; ENT-AN; DEP", done="Six têtes et deux centraux nettoyés, pressions notées sur les fiches.", crew="service", hours=8, discount=100, pay="transfer 22"),
    Work("coop", -139, "QJI", "Nettoyage des quatre thermopompes des logements", "Logements 2, 5, 6 et 9.", "NET-TP 4 -60; DEP", done="Quatre têtes nettoyées. Logement 6 : filtre à changer au prochain passage.", crew="service", hours=4, pay="cheque 25"),
    Work("garderie", -125, "QJI", "Entretien annuel de la ventilation", "Deux échangeurs et une thermopompe.", "ENT-AN; FILT-HRV 2; NET-TP; DEP", done="Fait pendant les vacances de la construction, filtres datés.", crew="service", hours=4, pay="cheque 17"),
    Work("marche", -99, "QJI", "Remplacement du chauffe-eau de l’arrière-boutique", "60 gallons, à faire un lundi.", "CE-60; SOUP-T; BAC; CUIV 8; RACC; DISP; MO 3; DEP", done="Remplacé avant l’ouverture.", crew="tech2", hours=4, pay="cheque 28"),
    Work("lakeside", -57, "QJI", "Fall maintenance, rooftop and wall units", "One central system, three wall units.", "ENT-AN; NET-TP 3; FILT-16 4; DEP", done="All units cleaned; filters dated; drain of unit 2 flushed.", crew="service", hours=4, percent_off=5, end="unpaid"),
    Work("gestion", -38, "QJI", "Mise en marche du chauffage, place Fabien-Drapeau", "Local commercial, deux centrales.", "ENT-AN 2; FILT-16 6; DEP", site=3, done="Deux systèmes basculés en chauffage, filtres changés.", crew="service", hours=4, end="invoiced", pay="transfer 16"),
    Work("condo", -22, "QJI", "Entretien d’automne des deux bâtiments", "Échangeurs et aérothermes des garages.", "= Bâtiment 150; ENT-AN 2; FILT-HRV 2; = Bâtiment 160; ENT-AN 2; FILT-HRV 2; DEP", done="Bâtiment 150 complété; bâtiment 160 complété.", crew="service", hours=8, end="partly", notes=("Le trésorier veut une facture par bâtiment.",)),
    Work("antoine", -16, "QJI", "Nettoyage de la thermopompe de la boutique", "Farine dans le serpentin, comme chaque année.", "NET-TP; MO 1; DEP", done="Serpentin démonté et lavé, ventilateur équilibré.", crew="service", end="done", visit=-3, notes=("Facturer avec le rappel d’entretien au printemps.", "@Prochain nettoyage suggéré : mai."), work_photos=("filters 4 before Filtre plein de farine",)),
    Work("clinique", -9, "QJI", "Contrat d’entretien annuel, trois systèmes", "Deux visites par année, filtres compris.", "ENT-AN 1; NET-TP 2; FILT-16 4; DEP", crew="service", hours=4, visit=1),
    # --- jobs that came by phone --------------------------------------------------------------
    Work("paquette", -162, "JI", "Ouverture du système de climatisation", lines="ENT-AN; DEP", text="Mise en marche du printemps.", done="Système propre, 18 °F de différentiel.", crew="tech2"),
    Work("antoine", -150, "JI", "Inspection du drain par caméra", lines="CAM; DEP", text="Avant le bail : voir l’état du drain.", done="Racines à 11 m du regard, drain en bon état ailleurs.", crew="tech2", pay="interac 5"),
    Work("papineau", -140, "JI", "Nettoyage de la thermopompe de la maison", lines="NET-TP; DEP", text="Comme l’an passé.", done="Tête et unité nettoyées.", crew="tech"),
    Work("lakeside", -131, "JI", "Spring cleaning of two wall units", lines="NET-TP 2 -38; DEP", text="Reception and office.", done="Both cleaned, filters washed.", crew="tech", pay="card 0"),
    Work("morin", -116, "JI", "Purge et vérification des radiateurs", lines="MO 3; DEP", text="Eau chaude, neuf radiateurs de fonte.", done="Air purgé, pression remontée à 14 lb.", crew="tech2"),
    Work("resto", -106, "JI", "Dégraissage du drain de la plonge", lines="HP-DR; NORD", text="Entretien aux trois mois.", done="Haute pression sur 18 m, trappe nettoyée.", crew="tech2", pay="card 0"),
    Work("silva", -89, "JI", "Nettoyage de thermopompe et filtre", lines="NET-TP; FILT-16 2; DEP", text="Allergies : filtre plus fin demandé.", done="Nettoyée, filtre MERV 8 posé.", crew="tech"),
    Work("charbonneau", -76, "JI", "Réparation de la pompe à condensat de la maison", lines="POMPE-C; MO 1; NORD", text="Flotteur coincé.", done="Pompe remplacée.", crew="tech2", pay="cash 0"),
    Work("garage", -68, "JI", "Débouchage du drain de plancher de l’atelier", lines="DEB; MO 1; NORD", text="Sable et calcium.", done="Puisard vidé, drain libre.", crew="tech2", end="bad_debt"),
    Work("walker", -54, "JI", "Fall check of the heat pump", lines="NET-TP; DEP", text="First heating season with the new unit.", done="Clean, defrost cycle checked.", crew="tech", pay="interac 1"),
    Work("gauthier", -46, "JI", "Entretien de la thermopompe murale", lines="NET-TP; DEP", text="Rappel d’automne.", done="Nettoyée, rien à signaler.", crew="tech"),
    Work("desrochers", -39, "JI", "Calfeutrage et déplacement du thermostat", lines="THERM-WIFI; MO 2; NORD", text="Le thermostat est dans un courant d’air.", done="Déplacé au corridor, ancien trou bouché.", crew="tech", pay="interac 4", end="invoiced"),
    Work("marche", -29, "JI", "Vérification des rideaux d’air", lines="MO 2; DEP", text="Avant le froid.", done="Deux rideaux réglés, un moteur à surveiller.", crew="service", end="unpaid"),
    Work("haddad", -17, "JI", "Nettoyage de l’échangeur d’air", lines="ENT-AN; FILT-HRV; DEP", text="Jamais fait depuis l’achat.", done="Noyau lavé, équilibrage refait.", crew="tech2", end="invoiced", pay="card 0"),
    Work("benali", -7, "JI", "Inspection du drain par caméra avant l’achat", lines="CAM; DEP", text="Vente de la maison : rapport pour le notaire.", done="Drain en fonte, fissure longitudinale à 6 m. Rapport et vidéo remis.", crew="tech2", end="unpaid", work_photos=("drain 11 during Passage de la caméra",)),
    Work("bergeron", -6, "JI", "Nettoyage de la thermopompe", lines="NET-TP; DEP", text="Avant l’hiver.", crew="tech", visit=0),
)  # fmt: skip
