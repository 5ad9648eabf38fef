"""The access log, without what opens a door: no query string, no token of a client's link."""

import re
from typing import Any

from gunicorn.glogging import Logger

#: A word of our own addresses, or an id. Tokens are longer or of other characters, and so is what strangers try.
PLAIN = re.compile(r"[a-z_-]{1,24}|[0-9]{1,10}", re.ASCII)
MASK = "~"


def masked(path: str) -> str:
    """``/merci/~`` for ``/merci/ImZ4R…``."""
    return "/".join(part if not part or PLAIN.fullmatch(part) else MASK for part in path.split("/"))


class MaskedLogger(Logger):
    """gunicorn's logger, which is given no more of a request than its masked path."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        """The fields that ``access_log_format`` may name."""
        fields = super().atoms(resp, req, environ, request_time)
        kept = {name: fields[name] for name in ("h", "m", "s", "B", "M")}
        return kept | {"U": masked(environ.get("PATH_INFO", ""))}
