"""This week: today's calls, visits under way, tomorrow's and those of the days after."""

from sercom.demo.works.work import AIR, DRAINS, EMAIL, FORM, HEATER, HEATING, PLUMBING, SOON, TODAY, Work

THIS_WEEK = (
    # --- called today -------------------------------------------------------------------------
    Work("fortin", 0, "RQJI", "Plus de chauffage depuis la nuit", "Il fait 15 degrés dans la maison, ma mère de 84 ans est avec moi. La fournaise ne part pas du tout.", ago=34, end="new", urgency=TODAY, origin=FORM, service=HEATING, notes=("<La fournaise fait trois clics, puis plus rien. Le disjoncteur est bien enclenché.",), photos=("thermostat 14 before Ce qu’affiche le thermostat",)),
    Work("stpierre", 0, "RQJI", "Eau au plancher du sous-sol", "Le drain refoule, j’ai fermé l’eau. Je suis à la maison toute la journée.", ago=71, end="new", urgency=TODAY, service=DRAINS, photos=("drain 14 before Drain du sous-sol",)),
    Work("walker", 0, "RQJI", "Heat pump shows a blinking light", "Green light blinks five times, then stops. The house is still warm.", ago=128, end="new", notes=("Five blinks is the outdoor sensor on this model.", "<Now it blinks red as well. Should I turn it off?", "@Yes, please: off at the breaker until we have seen it. Five blinks is the outdoor sensor; we bring one."), urgency=SOON, origin=FORM, photos=("wall_unit 9 before Blinking light",)),
    Work("bergeron", 0, "RQJI", "Prix pour une deuxième thermopompe", "Contente de la première; combien pour l’étage?", ago=205, end="new", origin=EMAIL),
    Work("nathalie", 0, "RQJI", "Soumission pour un échangeur d’air", "La maison est trop humide; combien pour installer un échangeur?", ago=52, end="new", origin=FORM, service=AIR, notes=("<thu_pm fri_am|Je suis plus souvent à la maison ces jours-là.",)),
    Work("julie", 0, "RQJI", "Dégât d’eau près du chauffe-eau", "Le bac déborde, j’ai coupé l’électricité du réservoir.", ago=118, end="on_the_way", urgency=TODAY, service=HEATER, photos=("water_heater 13 before Le bac ce matin",), notes=("Cliente seule avec deux enfants : prioriser.",)),
    Work("gestion", 0, "RJI", "Panne de chauffage, 240, rue Blainville Est", "La locataire n’a plus de chaleur dans les chambres.", "CONT-40; URG 2; DEP", ago=165, end="under_way", site=2, urgency=TODAY, service=HEATING, notes=("Bon de commande verbal de Martine, confirmation à venir.",), work_photos=("furnace 23 before Centrale à notre arrivée",)),
    Work("clinique", 0, "JI", "Pompe de relevage arrêtée", "La salle de stérilisation n’évacue plus.", "POMPE-C; MO 2; DEP", ago=190, end="paused", crew="owner", service=PLUMBING, hours=4, notes=("Sylvie y est; la pompe arrive du fournisseur vers midi.",)),
    # --- today's visits -----------------------------------------------------------------------
    Work("silva", -5, "RJI", "Thermopompe : entretien et bruit au démarrage", "Un claquement au départ le matin.", "NET-TP; CONT-40; MO 1; DEP", visit=0, crew="tech", done="Contacteur remplacé, tête nettoyée."),
    Work("tilleuls", -6, "RJI", "Eau tiède au deuxième étage", "Les résidents du deuxième se plaignent depuis lundi.", "ELEM 2; MO 2; DEP", visit=0, notes=("Diane attend un appel avant le dîner.",), crew="tech2", service=HEATER, urgency=SOON, done="Deux éléments remplacés, 58 °C à la sortie."),
    Work("cote", -4, "RJI", "Robinet de lavabo qui fuit", "Salle de bain du haut.", "RACC; MO 1; DEP", visit=0, crew="tech2", service=PLUMBING, done="Cartouche changée."),
    Work("coop", -5, "JI", "Débouchage de l’évier du logement 3", "Le concierge a essayé le furet.", "DEB; DEP", visit=0, crew="service", done="Bouchon de graisse à 4 m, débouché."),
    Work("trudel", -3, "RQJI", "Thermopompe pour le cabanon-bureau", "Je travaille dans le cabanon, 12 × 14 pi.", look=0, found="Cabanon isolé R-14, alimentation 15 A à remonter.", crew="tech"),
    Work("antoine", -2, "RQJI", "Climatisation du local du fond", "On agrandit la production au printemps.", look=0, found="Local 6 × 5 m, 400 A, toit plat.", crew="tech2", origin=EMAIL),
    # --- tomorrow and after -------------------------------------------------------------------
    Work("walker", -4, "JI", "Filter change and duct check", "Twice a year.", "FILT-16 2; MO 1; DEP", visit=1, crew="tech2"),
    Work("morin", -5, "JI", "Entretien des deux têtes de l’étage", "Première année, avant l’hiver.", "NET-TP 2; DEP", visit=1, crew="tech2"),
    Work("nguyen", -3, "RJI", "Chauffe-eau : bruit de bouilloire", "Ça siffle à chaque chauffe.", "ELEM; MO 1.5; DEP", visit=1, crew="service", service=HEATER),
    Work("garage", -3, "JI", "Purge du compresseur et des lignes d’eau", "Avant le gel.", "MO 2; NORD", visit=2, crew="tech2"),
    Work("lakeside", -6, "RJI", "Kennel fan makes noise", "Bearing noise at high speed.", "VENT; MO 2; DEP", visit=2, crew="service", service=AIR),
    Work("condo", -5, "JI", "Nettoyage des drains du stationnement", "Quatre puisards.", "HP-DR 2; DEP", visit=2, crew="service", hours=4, site=1),
    Work("charbonneau", -4, "JI", "Vérification des têtes de l’atelier", "Avant la saison des légumes d’hiver.", "NET-TP 2; NORD", visit=3, crew="tech", site=1),
    Work("levesque", -3, "JI", "Contrôle de la thermopompe après un mois", "Compris dans l’installation.", "DEP -65", visit=3, crew="tech"),
    Work("okafor", -4, "JI", "Remplacement du filtre et du tampon d’humidificateur", "Suite de la visite.", "FILT-16; RACC; MO 0.5; DEP", visit=4, crew="tech2"),
    Work("papineau", -3, "JI", "Hivernage du chalet", "Vidange des lignes, antigel.", "MO 3; NORD", visit=5, crew="tech2", site=1, service=PLUMBING, hours=4),
    Work("tandem", -6, "RQJI", "Chauffage d’un logement rénové", "Le 780 est vide jusqu’en janvier.", look=3, site=2, service=HEATING, crew="tech"),
    Work("moulin", -2, "RQJI", "Climatiseur de la terrasse vitrée", "La verrière est une étuve dès mai.", look=4, origin=FORM, crew="tech"),
    Work("julie", -3, "JI", "Entretien d’automne de la thermopompe", "Contrat annuel.", "NET-TP; DEP", visit=6, crew="tech", end="freed", notes=("Annulé au téléphone : elle rappelle après ses vacances.",)),
    Work("okafor", -2, "JI", "Équilibrage de la nouvelle thermopompe", "Le salon reste plus frais que la cuisine.", "MO 1; DEP", end="unplanned", hours=1),
    Work("clinique", -3, "RJI", "Thermostat de la salle d’attente", "Il affiche 24, il fait 19.", "THERM; MO 1; DEP", end="unplanned", service=HEATING, hours=1.5),
    Work("paquette", -1, "JI", "Ramonage de la sortie de sécheuse", "Avec l’entretien.", "MO 1; DEP", end="unplanned"),
)  # fmt: skip
