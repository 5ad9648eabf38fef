"""What waits for an answer, and what came to nothing."""

from sercom.demo.works.work import AIR, CAMERA, DRAINS, EMAIL, FORM, HEATER, HEATING, OTHER, PLUMBING, SOON, Work

WAITING = (
    # --- quotes that wait, or were answered ---------------------------------------------------
    Work("julie", -117, "RQJI", "Plancher chauffant de la salle de bain", "On refait la salle de bain en mars, est-ce que ça se chauffe par le plancher?", "THERM; MO 8; RACC 2; DEP", end="declined:price", service=HEATING, found="Salle de bain 2,4 × 2,1 m, solives accessibles par-dessous.", crew="tech2"),
    Work("belkacem", -64, "RQJI", "Thermopompe pour un duplex", "Deux logements, un appareil par étage si possible.", "TP-12 2; SUP 2; SECT 2; LIG 40; MO 12; APP 12; DEP", end="declined:competitor", origin=FORM, found="Cour arrière étroite : deux supports muraux superposés."),
    Work("trudel", -88, "QJI", "Adoucisseur et filtre à l’entrée d’eau", lines="CUIV 10; RACC 2; MO 4; DEP", end="archived"),
    Work("levesque", -55, "RQJI", "Chauffe-eau 60 gallons", "On est cinq maintenant, le 40 ne suffit plus.", "CE-60; SOUP-T; BAC; RACC; DISP; MO 3; DEP", end="sent", service=HEATER, found="Dégagement de 22 po, 60 gallons étroit seulement."),
    Work("stewart", -46, "RQJI", "Heat pump for a split-level house", "We are comparing three companies; quiet operation matters most.", "= Main floor; TP-18; SUP; SECT; LIG 20; = Lower level; TP-12; SUP; SECT; LIG 16; = Labour; MO 11; APP 11; DEP; ? THERM-WIFI; ? POMPE-C 2", asks=30, end="sent", origin=FORM, found="Split-level, two zones; breaker space for two units."),
    Work("paquette", -19, "RQJI", "Remplacer la fournaise au bois", "La fournaise au bois n’est plus assurable.", "FOUR-20; DISJ 2; ?Thermostat THERM; ?Thermostat THERM-WIFI; MO 10; APP 10; DEP; DISP; ? ECH-AIR", asks=25, end="sent", service=HEATING, urgency=SOON, found="Cheminée à condamner, conduits à rallonger de 12 pi. Panneau 200 A.", notes=("Son assureur lui donne jusqu’au 15 janvier.",)),
    Work("condo", -12, "RQJI", "Remplacement de deux aérothermes du garage", "Les aérothermes du P1 ont trente ans.", "CONT-40 2; MO 8; APP 8; RACC 2; DEP", end="sent", site=1, service=HEATING, origin=EMAIL, found="Deux aérothermes 10 kW, 600 V. Alimentation récupérable.", notes=("Le conseil se réunit mardi prochain : relancer mercredi.",)),
    Work("coop", -8, "QJI", "Trois thermopompes pour les logements du toit", lines="= Logements 11, 12 et 13; TP-12 3; SUP 3; SECT 3; LIG 60; MO 15 -200; APP 15; DEP; - Étalé sur deux jours, un logement à la fois.", end="sent", notes=("Ginette présente la soumission à l’assemblée des membres de décembre.", "@Le prix comprend la protection des planchers et le ménage.")),
    Work("ouellet", -30, "RQJI", "Clapet antiretour et drain", "La ville exige un clapet.", "CLAP 2; CAM; MO 6; DEP", end="changes", service=DRAINS, found="Drain en ABS, regard accessible, deux appareils à protéger.", change="Garder seulement le clapet principal, et refaire le ciment du plancher."),
    Work("nguyen", -24, "RQJI", "Climatisation de la chambre principale", "Un appareil discret, la chambre donne sur le voisin.", "TP-12; SUP-SOL; SECT; LIG 28; GOUL 2; MO 6; APP 6; DEP", end="changes", origin=FORM, found="Mur mitoyen : unité dans la cour, 28 pi de ligne.", change="Est-ce possible de passer par le grenier plutôt que sur la façade?"),
    Work("charbonneau", -6, "RQJI", "Chauffe-eau pour la laiterie de l’atelier", "Il faut de l’eau à 60 degrés pour laver les bacs.", "CE-60; SOUP-T; CUIV 20; RACC; MO 5; NORD", end="approved", deposit=800, site=1, service=HEATER, found="Alimentation d’eau à 30 pi, 240 V au panneau de l’atelier.", notes=("@Eau chaude coupée environ trois heures pendant le raccordement.",)),
    Work("garderie", -7, "QJI", "Thermopompe du local des poupons", lines="TP-12; SUP; SECT; LIG 18; GOUL 2; MO 6; APP 6; DEP; - À faire un samedi.; ? THERM-WIFI", end="approved", notes=("Josée ouvre le CPE elle-même : l’appeler la veille.",)),
    Work("lajoie", -5, "RQJI", "Échangeur d’air et purification", "Sous-sol humide, enfant asthmatique.", "ECH-AIR; FILT-HRV 2; MO 6; DEP", end="draft", origin=FORM, service=AIR, found="Sous-sol fini, 64 % d’humidité. Place au plafond de la salle mécanique.", photos=("furnace 20 before Salle mécanique",)),
    Work("cote", -3, "RQJI", "Remplacement de la thermopompe de 2009", "Après la panne du mois passé, on préfère la changer.", "?A TP-12; ?A TP-18; ?A TP-24; SUP; SECT; LIG 18; MO 6; APP 6; DEP; DISP; ? THERM-WIFI; ? GOUL 2", asks=30, end="draft", found="Lignes à remplacer : R-22 d’origine. Support existant rouillé.", notes=("Lui parler de l’aide financière pour le remplacement.",)),
    Work("tandem", -4, "QJI", "Mise aux normes du chauffe-eau, 780 de Castelnau", lines="CE-40; SOUP-T; BAC; RACC; DISP; MO 3; DEP", site=2, end="draft"),
    # --- jobs that wait -----------------------------------------------------------------------
    Work("silva", -11, "RJI", "Déplacer la sortie d’eau du réfrigérateur", "Nouveau frigo avec distributeur.", "CUIV 8; RACC; MO 2; DEP", end="unplanned", service=PLUMBING),
    Work("fortin", -4, "JI", "Nettoyage de deux thermopompes murales", "Avant le temps froid.", "NET-TP 2 -38; DEP", end="unplanned"),
    Work("beaulieu", -9, "JI", "Ajout d’un chauffage d’appoint au sous-sol", "Sa fille s’installe en bas en janvier.", "THERM; DISJ; MO 4; NORD", end="hold:client", notes=("Attend la réponse de l’électricien pour le circuit.",)),
    Work("garage", -13, "JI", "Remplacer les filtres des aérothermes", "Une fois par saison.", "FILT-16 6; MO 1.5; NORD", end="late_job", crew="tech2"),
    Work("marche", -9, "RJI", "Fuite sous le comptoir à viande", "Flaque chaque matin sous le comptoir réfrigéré.", "POMPE-C; MO 2; DEP", end="late_job", service=PLUMBING, crew="tech"),
    Work("lavallee", -50, "JI", "Nettoyage de l’échangeur d’air", "Demandé avec le chauffe-eau.", "ENT-AN; DEP", end="cancelled", notes=("A vendu la maison : annulé par téléphone.",)),
    Work("gauthier", -2, "RJI", "Installer une borne de thermostat au sous-sol", "Le sous-sol reste à 17.", "THERM; MO 2; DEP", end="cancelled", service=HEATING),
    # --- requests that wait, or ended ---------------------------------------------------------
    Work("morin", -7, "RQJI", "Isolation des tuyaux de la cave", "Les tuyaux gèlent près de la porte.", end="late_look", service=PLUMBING),
    Work("resto", -4, "RQJI", "Climatiser la salle à manger", "Trente places, on perd les clients du midi en été.", end="assessed", origin=EMAIL, found="Salle 11 × 7 m, plafond suspendu, deux cassettes 24 000 BTU; toit plat accessible.", photos=("tape 21 before Plafond de la salle",)),
    Work("okafor", -3, "RQJI", "Échangeur d’air à ajouter", "Les fenêtres suintent tous les matins.", end="assessed", service=AIR, found="Humidité 58 % à 20 °C, aucune évacuation au deuxième. Place près de la fournaise."),
    Work("moulin", -3, "RQJI", "Ventilation du torréfacteur", "La fumée reste dans le café; il nous faut une hotte et un apport d’air.", end="to_schedule", origin=FORM, service=AIR),
    Work("desrochers", -6, "RQJI", "Pression d’eau qui tombe", "La douche s’arrête quand la laveuse part.", end="to_schedule", service=PLUMBING),
    Work("papineau", -2, "RQJI", "Chauffe-eau du chalet à remplacer", "On a trouvé de la rouille autour des raccords.", look=2, site=1, service=HEATER, notes=("Clé sous la troisième marche, prévenir Huguette.",)),
    Work("haddad", -2, "RJI", "Bruit dans la colonne de plomberie", "Cogne quand l’étage ouvre l’eau.", look=1, service=PLUMBING, crew="tech2"),
    Work("levesque", -70, "RQJI", "Spa extérieur : raccord d’eau et drain", "On a acheté un spa.", end="lost", service=PLUMBING, notes=("A choisi de le faire lui-même.",)),
    Work("benali", -49, "RQJI", "Climatiseur en panne encore", "C’est la même demande que par téléphone ce matin.", end="duplicate", origin=FORM),
    Work("belkacem", -33, "RQJI", "Puits artésien et pompe", "Terrain à Rawdon, pompe à 180 pieds.", end="out_of_area", origin=FORM, service=OTHER),
    Work("gauthier", -41, "RQJI", "Chauffage du garage", "Un aérotherme pour travailler l’hiver.", end="too_late", service=HEATING, change="J’ai trouvé quelqu’un pour cette semaine."),
    Work("stpierre", -37, "RQJI", "Gazinière à raccorder", "On vient de l’acheter.", end="elsewhere", origin=FORM, service=PLUMBING, change="Le magasin l’installe."),
    Work("walker", -29, "RQJI", "Rattling vent in the bedroom", "Only when the wind blows from the lake.", end="not_needed", origin=FORM, service=AIR, change="A loose screw: my son fixed it."),
    Work("morin", -21, "RQJI", "Déshumidificateur au sous-sol", "Il fait humide depuis octobre.", end="other", service=AIR),
    Work("rank", -26, "RQJI", "Best SEO prices for your website", "Dear sir, we can put your company on page one of Google.", end="spam", origin=FORM, service=OTHER),
    Work("lajoie", -1, "RQJI", "Soumission pour un deuxième appareil au garage", "En plus de l’échangeur : un appareil pour le garage double.", end="new", origin=EMAIL),
    Work("mackenzie", -1, "RQJI", "Camera inspection of the sewer line", "We are replacing the driveway and want to check the drain first.", end="new", origin=FORM, service=CAMERA, notes=("<Could somebody come before Friday? The paving crew arrives on Monday.",)),
    Work("coop", -1, "RQJI", "Thermostats des logements à remplacer", "Douze logements, thermostats de 1994.", end="new", origin=EMAIL, service=HEATING, notes=("Demander la liste des logements au concierge.",)),
)  # fmt: skip
