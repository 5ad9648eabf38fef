"""Registration numbers: their shapes, which tax each goes with, and check digits."""

from sercom.entities.sites.model import Province

#: Shape without spaces, printed form, example.
NUMBERS = {
    "gst_number": (r"(\d{9})(RT\d{4})", r"\1 \2", "123456782 RT0001"),
    "qst_number": (r"(\d{10})(TQ\d{4})", r"\1 \2", "1234567892 TQ0001"),
    "neq": (r"(\d{10})", r"\1", "1234567890"),
    "rbq_licence": (r"(\d{4})(\d{4})(\d{2})", r"\1-\2-\3", "1234-5678-90"),
}
#: Taxes charged by every registrant, and the number that goes with each.
TAX_NUMBERS = {"GST": "gst_number", "HST": "gst_number", "QST": "qst_number"}
#: Provincial sales taxes need a registration of their own.
PROVINCIAL_NUMBERS = {
    ("PST", Province.BC): "pst_bc_number",
    ("PST", Province.SK): "pst_sk_number",
    ("RST", Province.MB): "rst_mb_number",
}
PROVINCIAL_SHAPES = {
    "pst_bc_number": (r"(?:PST)?(\d{4})(\d{4})", r"PST-\1-\2", "PST-1234-5678"),
    "pst_sk_number": (r"(\d{7})", r"\1", "1234567"),
    "rst_mb_number": (r"(\d{9})(MT\d{4})", r"\1 \2", "123456789 MT0001"),
}
QST_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2)


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others (business numbers of the Canada Revenue Agency)."""
    doubled = [int(digit) * (2 if position % 2 else 1) for position, digit in enumerate(reversed(digits))]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def qst_check(digits: str) -> bool:
    """Whether the tenth digit of a QST number checks the nine before it."""
    weighted = sum(int(digit) * weight for digit, weight in zip(digits[:9], QST_WEIGHTS, strict=True))
    return (11 - weighted % 11) % 10 == int(digits[9])
