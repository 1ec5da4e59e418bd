"""`/certificates/<number>`: whether a certificate is ours, and whether the ledger still holds what it says.

Nothing but what stands on the picture: its owner decides on the name, and whether amounts are told.
"""

from aiohttp import web

from giving.errors import CertificateUnknown
from giving.pledges import normal_number
from services.certificates import CertificateService
from web.language import PARAMETER, named_language
from web.pages import Pages
from web.parts import WebParts


class CertificatePages:
    """By the number alone; there is no list of them."""

    def __init__(self, parts: WebParts, pages: Pages, certificates: CertificateService) -> None:
        """Keep what the pages are made from."""
        self._parts, self._pages, self._certificates = parts, pages, certificates

    def routes(self) -> list[web.RouteDef]:
        """Where the page is."""
        return [web.get("/certificates/{number}", self.certificate)]

    async def certificate(self, request: web.Request) -> web.Response:
        """One at its one address; any other spelling is sent there. Raises: CertificateUnknown."""
        typed = request.match_info["number"]
        number = normal_number(typed)
        if number is None:
            raise CertificateUnknown
        if number != typed:
            return elsewhere(request, number)
        proof = await self._certificates.checked(number)
        return self._pages.answer(
            request,
            "certificate.html",
            title=self._pages.say(request, "web-certificate-title", number=number),
            description=self._pages.say(request, "web-certificate-description"),
            cache="no-store",
            indexed=False,
            test_money=self._parts.test_money,
            proof=proof,
            its=proof.certificate,
            project=proof.project,
        )


def elsewhere(request: web.Request, number: str) -> web.Response:
    """To the page of this number."""
    language = named_language(request)
    address = f"/certificates/{number}" + (f"?{PARAMETER}={language}" if language else "")
    return web.Response(status=302, headers={"Location": address, "X-Robots-Tag": "noindex"})
