"""Request, quote, job, invoice: new equipment."""

from sercom.demo.works.work import AIR, EMAIL, FORM, HEATER, HEATING, SOON, Work

INSTALLATIONS = (
    Work(
        "gauthier", -168, "RQJI", "Thermopompe murale au salon", "Plinthes électriques partout, factures qui montent. On veut chauffer et climatiser l’étage principal.",
        "= Équipement; TP-18; SUP; SECT; = Installation; LIG 18; GOUL 2; MO 6; APP 6; DEP; - Garantie du fabricant : 10 ans compresseur et pièces.",
        origin=FORM, found="Salon 5,2 × 4,1 m, plafond 8 pi. Mur extérieur ouest, brique. Panneau 200 A, deux espaces libres. Tête au-dessus de la porte-patio.",
        done="Tête et unité posées, mise à vide 300 microns, essais chaud et froid. Client formé à la télécommande.", crew="install", hours=8,
        photos=("panel 1 before Panneau 200 A",), work_photos=("summer 1 after Unité extérieure posée",),
    ),
    Work(
        "tilleuls", -161, "RQJI", "Remplacement du chauffe-eau de la buanderie", "Le chauffe-eau de la buanderie du pavillon principal a douze ans et coule par le bas.",
        "CE-60; SOUP-T; BAC; CUIV 12; RACC; DISP; MO 3; DEP", service=HEATER, urgency=SOON,
        found="Réservoir 2013, fuite à la jupe. Accès facile, vanne d’arrêt grippée à changer.", done="Chauffe-eau 60 gallons raccordé, bac et drain, vanne neuve. Pression et température vérifiées.",
        crew="tech2", hours=4, photos=("water_heater 1 before Fuite au bas du réservoir",), pay="transfer 21",
    ),
    Work(
        "clinique", -152, "RQJI", "Deux thermopompes pour les salles de traitement", "Les salles 2 et 3 surchauffent l’après-midi avec les appareils de stérilisation.",
        "= Salles 2 et 3; TP-12 2; SUP 2; LIG 44; GOUL 4; SECT 2; = Main-d’œuvre; MO 12 -120; APP 12; DEP; - Travaux un vendredi, clinique fermée.",
        origin=EMAIL, found="Deux murs extérieurs nord, stationnement dessous : supports muraux. Condensat par gravité vers la gouttière.",
        done="Deux systèmes en service, bruit mesuré 38 dB à un mètre. Réglages remis à l’accueil.", crew="install", hours=8,
        photos=("wall_unit 2 during Tête de la salle 2",), work_photos=("summer 4 after Deux unités au mur nord",), pay="cheque 18",
    ),
    Work(
        "walker", -143, "RQJI", "Heat pump for the main floor", "Open plan, about 90 square metres. We want quiet, and heat down to −25.",
        "= Equipment; TP-24; SUP-SOL; SECT; = Installation; LIG 22; GOUL 2; MO 7; APP 7; DEP; - Ten-year manufacturer’s warranty, parts and compressor.",
        origin=FORM, found="Living room 8.2 × 5.4 m; 200 A panel with two free spaces; wall facing north, gravel bed below.",
        done="Unit on a raised stand, lines covered, vacuum held at 280 microns. Filters and remote explained.", crew="install", hours=8, notes=("Prefers e-mail; answers the same evening.",),
    ),
    Work(
        "condo", -136, "RQJI", "Échangeur d’air du bâtiment 150", "Humidité et odeurs dans les corridors depuis que l’ancien échangeur est arrêté.",
        "ECH-AIR 2; FILT-HRV 2; MO 9; APP 9; DEP; DISP 2", service=AIR, found="Deux appareils de 1998, moteurs morts. Conduits récupérables, à nettoyer. Accès par le P1.",
        done="Deux échangeurs équilibrés, 180 pi³/min chacun. Ancien matériel sorti.", crew="service", hours=8, photos=("furnace 2 before Ancien appareil, salle mécanique",), pay="cheque 26",
        change="Ajouter le nettoyage des conduits du rez-de-chaussée.", revised="ECH-AIR 2; FILT-HRV 2; MO 13; APP 13; DEP; DISP 2",
    ),
    Work(
        "charbonneau", -129, "RQJI", "Chauffage de l’atelier", "L’atelier est chauffé au propane; je veux passer à la thermopompe avant l’hiver prochain.",
        "TP-24 2; SUP-SOL 2; SECT 2; DISJ 2; LIG 50; MO 14; APP 14; NORD", site=1, service=HEATING, found="Bâtiment 40 × 60 pi, R-20, plafond 14 pi. Panneau 100 A dédié, suffisant. Deux têtes face à face.",
        done="Deux systèmes jumelés, vitesse forte. 21 °C en 40 minutes au départ de 9 °C.", crew="install", hours=8, discount=350, deposit=1500, pay="cheque 9",
    ),
    Work(
        "okafor", -118, "RQJI", "Climatiseur central à remplacer", "L’unité dehors fait un bruit de ferraille et disjoncte. Elle date de la construction, 2004.",
        "CLIM-2; SECT; LIG 25; THERM-WIFI; MO 8; APP 8; DEP; DISP", urgency=SOON, origin=FORM, found="Compresseur à la masse, R-22. Serpentin à changer aussi : inclus avec l’appareil. Fournaise bonne, moteur récent.",
        done="Système neuf en service, sous-refroidissement 10 °F, différentiel d’air 19 °F. Thermostat Wi-Fi jumelé au téléphone.", crew="install", hours=8,
    ),
    Work(
        "fortin", -104, "RQJI", "Chauffe-eau dans la salle de lavage", "Chauffe-eau de 2010, l’assureur demande de le changer.", "CE-40; SOUP-T; BAC; RACC; DISP; MO 2.5; DEP", service=HEATER, origin=EMAIL,
        found="40 gallons, 240 V, accès serré : sortir la sécheuse. Tuyauterie saine.", done="Remplacé, étiquette de conformité remise pour l’assureur.", crew="tech2", hours=4, notes=("@La facture porte la date de fabrication du chauffe-eau pour votre assureur.",),
    ),
    Work(
        "papineau", -92, "RQJI", "Thermopompe murale au chalet", "On veut garder 10 °C au chalet l’hiver et pouvoir monter le chauffage à distance.",
        "TP-12; SUP-SOL; SECT; DISJ; LIG 16; GOUL; THERM-WIFI; MO 6; APP 6; NORD", site=1, service=HEATING, found="Mur arrière en déclin, 1,4 m de dégagement, neige jusqu’à la fenêtre selon Mme Papineau : support surélevé. Signal Wi-Fi correct.",
        done="En service, mode hors gel à 10 °C programmé, application installée sur le téléphone de M. Papineau.", crew="install", hours=8, photos=("tape 5 before Dégagement sous la fenêtre",),
    ),
    Work(
        "lakeside", -83, "RQJI", "Cooling for the surgery room", "The surgery runs hot all summer and we cannot open a window there.", "TP-12; SUP; LIG 20; POMPE-C; SECT; MO 6; APP 6; DEP; - Work before 9 a.m. away from the kennels.",
        origin=EMAIL, found="Interior room, lines through the corridor ceiling, condensate pump needed.", done="Running, 19 °C held with lights on. Pump alarm tested.", crew="install", hours=8, pay="transfer 24",
    ),
    Work(
        "morin", -71, "RQJI", "Thermopompe bibloc pour l’étage", "Deux chambres sous les combles, invivables en juillet.", "= Deux têtes; TP-DUO; SUP; SECT; = Installation; LIG 52; GOUL 3; MO 9; APP 9; DEP; - Percement de la pierre compris.",
        found="Mur de pierre 50 cm côté jardin, percement au diamant. Combles accessibles par la trappe.", done="Deux têtes en service, percement scellé au mortier de chaux comme demandé.", crew="install", hours=8, pay="part 12", end="part",
    ),
    Work(
        "desrochers", -61, "RQJI", "Thermopompe centrale 3 tonnes", "Fournaise électrique seulement. On veut une centrale avec appoint, maison de 2 400 pi².",
        "= Thermopompe; TPC-3; SUP-SOL; SECT; DISJ; = Raccordement; LIG 30; THERM-WIFI; MO 12; APP 12; NORD; - Admissible aux aides à l’efficacité énergétique : formulaire remis avec la facture.",
        origin=FORM, found="Fournaise 20 kW 2016 compatible. Conduits étanches. Panneau 200 A complet : un double à libérer.", done="Centrale en service, appoint verrouillé à −18 °C. Rapport de mise en service laissé sur la fournaise.",
        crew="install", hours=8, work_photos=("gauges 2 during Mise en service, pressions", "summer 20 after Unité sur support de sol"), end="unpaid",
    ),
    Work(
        "silva", -48, "RQJI", "Fournaise électrique et filtre", "La fournaise à l’huile sort cet automne, l’inspecteur l’exige.", "FOUR-20; DISJ 2; THERM; FILT-16 4; MO 9; APP 9; DEP; DISP", service=HEATING,
        found="Réservoir d’huile intérieur à faire retirer par d’autres. Panneau changé en mars, 200 A.", done="Fournaise électrique en service, 4 étages testés, 78 A à pleine charge.", crew="install", hours=8,
        photos=("furnace 8 before Ancienne fournaise à l’huile",), work_photos=("thermostat 5 after Nouveau thermostat",), detour="time", end="invoiced", pay="interac 6",
    ),
    Work(
        "levesque", -34, "RQJI", "Thermopompe murale 12 000 BTU à la chambre", "La chambre au-dessus du garage est froide.", "TP-12; SUP; SECT; LIG 20; GOUL 2; MO 6; APP 6; DEP", found="Dessus de garage, isolant R-20. Mur sud dégagé.",
        done="Installée, chauffage stable à 21 °C.", crew="install", hours=8, work_photos=("winter 2 after Unité posée au mur sud",), change="Une tête plus discrète et un cache-ligne de la couleur du mur.",
        revised="TP-12; SUP; SECT; LIG 24; GOUL 3; MO 6.5; APP 6.5; DEP", end="unpaid",
    ),
    Work(
        "haddad", -27, "RQJI", "Thermopompe pour le rez-de-chaussée", "Duplex, je vis en bas. Plinthes et gros comptes d’électricité.", "TP-18; SUP; SECT; LIG 20; GOUL 2; MO 6; APP 6; DEP", origin=FORM,
        found="Mur de brique côté ruelle, accès par la cour. Panneau 125 A : un espace double libre.", done="Installée, locataire de l’étage avertie du bruit : aucun.", crew="install", hours=8, photos=("panel 7 before Panneau 125 A",), work_photos=("winter 6 after Côté ruelle",), end="invoiced", pay="card 0",
    ),
    Work(
        "beaulieu", -20, "RQJI", "Échangeur d’air à remplacer", "L’échangeur vibre et laisse la maison humide.", "ECH-AIR; FILT-HRV; MO 4; NORD; DISP", service=AIR, found="Moteur d’évacuation usé, noyau déformé. Remplacement conseillé.",
        notes=("Vieux moteur gardé au camion pour la garantie.",), done="Remplacé et équilibré à 110 pi³/min.", crew="service", hours=4, work_photos=("filters 2 before Filtres de l’ancien appareil",), end="done",
    ),
    Work(
        "mackenzie", -15, "RQJI", "Heat pump for the sunroom", "Sunroom added in 2019, only a baseboard there.", "TP-12; SUP; SECT; LIG 14; GOUL; MO 5; APP 5; DEP", origin=EMAIL, found="Sunroom 4.0 × 3.6 m, glass on three sides; outdoor unit below the window.", notes=("Wants the unit away from the bedroom window.", "@We will protect the hardwood floor; please clear two metres along the wall."),
        crew="install", hours=8, photos=("tape 12 before Space below the window",), visit=0,
    ),
    Work(
        "ouellet", -13, "RQJI", "Thermopompe murale et retrait d’une plinthe", "On refait la cuisine, la plinthe doit partir.", "TP-18; SUP; SECT; LIG 18; GOUL 2; MO 7; APP 6; DEP", found="Cuisine ouverte 6 × 4 m, mur nord. Plinthe 1 500 W à débrancher.", notes=("Coordonner avec le cuisiniste : comptoir posé vendredi.",), crew="install", hours=8, visit=1,
    ),
    Work(
        "trudel", -11, "RQJI", "Thermopompe bibloc, salon et chambre", "Maison neuve de 2021 sans climatisation.", "TP-DUO; SUP-SOL; SECT; LIG 46; GOUL 3; MO 9; APP 9; DEP", origin=FORM, found="Prise d’air et conduits prévus par le constructeur. Deux murs adossés.", crew="install", hours=8, visit=2,
        photos=("tape 15 before Mur du salon",), notes=("@L’installation prend une journée; prévoir l’accès au garage.",),
    ),
)  # fmt: skip
