"""What forms post besides their fields: ids, row versions, and where to go back to. Read strictly."""

import re
from urllib.parse import urlencode

from flask import abort, request

from sercom.core.base import read_whole

#: An address of this application: one slash, then a plain path. What a browser would read as
#: another host (``//host``, ``/\\host``, ``/<tab>/host``) is none.
LOCAL_PATH = re.compile(r"/([A-Za-z0-9][!-\[\]-~]*)?")


def read_id(text: str | None) -> int:
    """A row's id; 404 for what is none."""
    return read_whole(text or "") or abort(404)


def read_version(text: str | None = None) -> int:
    """The row version that the page was shown with; 400 where it is missing or none."""
    version = read_whole(request.form.get("version", "") if text is None else text)
    return abort(400) if version is None else version


def read_back(default: str) -> str:
    """The page that the form stood on, where it is one of ours."""
    back = request.form.get("back", "")
    return back if LOCAL_PATH.fullmatch(back) else default


def address(**changes: object) -> str:
    """This page's own address, what it asks for changed: another page of the same list."""
    return f"{request.script_root}{request.path}?{urlencode(request.args.to_dict() | changes)}"
