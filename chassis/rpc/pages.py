"""Answers that a browser shows: a page, a picture, a way to somewhere else.

What HTTP needs besides the bytes travels as `google.rpc.HttpResponse` in the extensions of the body; the gateway knows
it (`gateway/transcoding/pages.py`).
"""

import html

from google.api.httpbody_pb2 import HttpBody
from google.rpc.http_pb2 import HttpResponse

OK, FOUND, NOT_FOUND = 200, 302, 404


def page(*, title: str, text: str, button: str = "", locale: str = "zh", status: int = OK) -> HttpBody:
    """A plain page: a sentence, and where it has a `button`, a form that is sent to the page's own address."""
    form = f'<form method="post"><p><button>{html.escape(button)}</button></p></form>' if button else ""
    whole = (
        f'<!doctype html>\n<html lang="{html.escape(locale)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<title>{html.escape(title)}</title></head>"
        f"<body><main><h1>{html.escape(title)}</h1><p>{html.escape(text)}</p>{form}</main></body></html>\n"
    )
    return shown(HttpBody(content_type="text/html; charset=utf-8", data=whole.encode()), status=status)


def redirect(url: str) -> HttpBody:
    """The way to an address that is ours to lead to."""
    return shown(HttpBody(content_type="text/plain; charset=utf-8"), status=FOUND, location=url)


def shown(body: HttpBody, *, status: int = OK, location: str = "") -> HttpBody:
    """The body as something that is shown where it is, not a file to be kept."""
    told = HttpResponse(status=status)
    if location:
        told.headers.add(key="location", value=location)
    body.extensions.add().Pack(told)
    return body
