"""The client's signature, drawn on the glass: read strictly, written anew, kept for ever."""

import hashlib
from base64 import b64decode
from io import BytesIO

from flask_babel import lazy_gettext as _l
from PIL import Image

from sercom.core import journal
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, DomainError
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.entities.visits.proof import Signature

PREFIX = "data:image/png;base64,"
#: Of what is sent, before it is decoded.
MAX_LENGTH, MAX_EDGE = 400_000, 3000
#: What is kept: trimmed, at most so large, with so much white around (pixels).
KEPT, MARGIN = (640, 240), 6
#: A stroke: darker than this of 255, so many pixels, a part of the glass's width, and no black plate.
DARK, MIN_INK, MIN_SPREAD, MAX_SHARE = 128, 60, 0.06, 0.5
NAME_LENGTH = 160


def read_drawing(sent: str, field: str = "drawing") -> bytes:
    """A PNG of the strokes alone from what the glass sent, a data address.

    Raises ``DomainError`` where nothing, a dot, or no picture was sent.
    """
    if not sent.strip():
        raise DomainError(_l("Sign on the glass first. Signing needs JavaScript."), field)
    try:
        if len(sent) > MAX_LENGTH or not sent.startswith(PREFIX):
            raise ValueError  # noqa: TRY301  # told like any other that is none
        ink = _ink(b64decode(sent[len(PREFIX) :], validate=True))
    except Exception:  # noqa: BLE001  # a decoder given hostile bytes raises what it likes
        raise DomainError(_l("The signature could not be read. Clear it and sign again."), field) from None
    _require_strokes(ink, field)
    return _written(ink)


def _ink(raw: bytes) -> Image.Image:
    """Where the pen was: white on black."""
    with Image.open(BytesIO(raw), formats=("PNG",)) as image:
        if max(image.size) > MAX_EDGE:
            raise ValueError
        layer = image.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    paper.alpha_composite(layer)
    return paper.convert("L").point(lambda level: 255 if level < DARK else 0)


def _require_strokes(ink: Image.Image, field: str) -> None:
    box, count = ink.getbbox(), ink.histogram()[255]
    width = box[2] - box[0] if box else 0
    if count < MIN_INK or width < ink.width * MIN_SPREAD:
        raise DomainError(_l("This is no signature yet: sign with the finger, over the whole width."), field)
    if count > ink.width * ink.height * MAX_SHARE:
        raise DomainError(_l("The signature could not be read. Clear it and sign again."), field)


def _written(ink: Image.Image) -> bytes:
    """Dark strokes on white, trimmed."""
    box = ink.getbbox()
    assert box is not None
    strokes = ink.crop(box)
    plain = Image.new("L", (strokes.width + 2 * MARGIN, strokes.height + 2 * MARGIN), 255)
    plain.paste(20, (MARGIN, MARGIN), strokes)
    plain.thumbnail(KEPT)
    buffer = BytesIO()
    plain.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def sign(session: AnySession, visit: Visit, actor: Actor, *, name: str, png: bytes, about: str = "") -> Signature:
    """Keep a signature with the visit; the same drawing again is the one that is kept.

    Raises ``ConflictError`` where nobody has been there, ``DomainError`` without a name.
    """
    if not visit.has_started or visit.status in {VisitStatus.ON_THE_WAY, VisitStatus.CLIENT_ABSENT}:
        raise ConflictError(_l("The client signs for work: start the visit first."))
    signer = " ".join(name.split())
    if not signer:
        raise DomainError(_l("Write who signs."), "name")
    sha256 = hashlib.sha256(png).hexdigest()
    known = next((one for one in visit.signatures if (one.sha256, one.about) == (sha256, about)), None)
    if known is not None:
        return known
    told = {"name": signer[:NAME_LENGTH], "data": png, "sha256": sha256, "about": about[:200]}
    signature = Signature(**told, signed_at=utcnow(), taken_by_id=actor.user_id)
    visit.signatures.append(signature)
    session.flush()
    journal.record(session, actor, "signed", visit, {"name": [None, signature.name]})
    return signature
