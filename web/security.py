"""Headers that every answer carries, errors and static files too."""

from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# A page with our own script, which may ask this site for more.
SCRIPTED: Final = f"{POLICY}; script-src 'self'; connect-src 'self'"
CSP: Final = "Content-Security-Policy"
REFERRER: Final = "Referrer-Policy"
LOOSENED: Final = (CSP, REFERRER)  # those that a page may loosen
HEADERS: Final = {
    CSP: POLICY,
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
        told = {name: response.headers.get(name, HEADERS[name]) for name in LOOSENED}
        response.headers.update(self._headers | told)
        response.headers.setdefault("Cache-Control", "no-store")
