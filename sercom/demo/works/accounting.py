"""What an accountant looks for: a progress invoice with its holdback, another province's tax, an invoice taken back whole."""

from sercom.demo.works.work import Work

ACCOUNTING = (
    Work("condo", -71, "QJI", "Réfection de la ventilation des deux garages", "En trois étapes, facturées à mesure; retenue jusqu’à l’essai d’équilibrage.", "= Bâtiment 150; ECH-AIR 2; FILT-HRV 4; MO 16 -10%; APP 16; = Bâtiment 160; ECH-AIR 2; FILT-HRV 4; MO 16 -10%; APP 16; DISP 4; DEP", done="Échangeurs des deux garages posés; reste l’essai d’équilibrage par temps froid.", crew="service", hours=8, progress=(40, 35), holdback=10, pay="cheque 12", end="progress"),
    Work("mackenzie", -60, "JI", "Heat pump check at the cottage", lines="NET-TP; MO 1; NORD", text="Before the cottage is closed for the winter.", site=1, done="Cleaned, set to frost protection at 10 °C.", crew="tech", hours=4, pay="interac 6"),
    Work("stpierre", -33, "JI", "Réglage du débit d’air de l’échangeur", lines="MO 1; DEP", text="Courant d’air dans la chambre.", done="Débit réduit d’un cran, bouche réorientée.", crew="tech", detour="credited", end="unpaid"),
)  # fmt: skip
