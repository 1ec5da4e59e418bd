"""Headers that every answer carries, errors and static files too."""

from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
REFERRER: Final = "Referrer-Policy"  # the one that a page may loosen
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    REFERRER: "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Server": "Yizan",  # not our versions
}
ONE_YEAR_S: Final = 31_536_000


class SecurityHeaders:
    """Sets the headers just before an answer is written; HSTS where our public address is https."""

    def __init__(self, public_url: str) -> None:
        """`public_url` is what people type."""
        self._headers = dict(HEADERS)
        if urlsplit(public_url).scheme == "https":
            self._headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR_S}"

    async def __call__(self, _request: web.Request, response: web.StreamResponse) -> None:
        """For `Application.on_response_prepare`."""
        told = response.headers.get(REFERRER, HEADERS[REFERRER])
        response.headers.update(self._headers | {REFERRER: told})
        response.headers.setdefault("Cache-Control", "no-store")
