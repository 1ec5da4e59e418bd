"""How often one address may ask for pages, and for receipts and pages that don't exist (guesses)."""

from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from giving.budgets import NONE, in_seconds
from giving.errors import GivingError
from services.clock import Clock, utc_now
from services.guard import SLOWED, AddressRules, Keyed
from web.errors import HOOKS, STATUSES, TooOften

FORWARDED: Final = "X-Forwarded-For"
# Providers and Telegram come from few addresses, many times a second; they are known by their signatures.
UNCOUNTED: Final = (HOOKS, "/static/", "/healthz", "/readyz")


class Addresses:
    """A middleware that tells an address which asks too often to wait.

    Addresses of our own network are never limited: behind a proxy that `proxies` does not tell of, everybody has one.
    """

    def __init__(self, rules: AddressRules, *, now: Clock = utc_now) -> None:
        """Count in this process."""
        self._rules, self._now = rules, now
        self._pages: Keyed[str] = Keyed(rules.pages)
        self._misses: Keyed[str] = Keyed(rules.misses)

    def middleware(self) -> Middleware:
        """For `web.Application(middlewares=…)`, inside of the error pages, which show the refusal."""

        @web.middleware
        async def addresses(request: web.Request, handler: Handler) -> web.StreamResponse:
            address = None if request.path.startswith(UNCOUNTED) else address_of(request, self._rules.proxies)
            if address is None:
                return await handler(request)
            now = self._now()
            self._wait_for(self._pages.spend(address, now), "pages")
            self._wait_for(self._misses.waits(address, now), "misses")
            try:
                response = await handler(request)
            except (web.HTTPNotFound, GivingError) as error:
                if isinstance(error, web.HTTPNotFound) or STATUSES.get(type(error)) == 404:
                    self._misses.spend(address, now)
                raise
            if response.status == 404:
                self._misses.spend(address, now)
            return response

        return addresses

    def _wait_for(self, wait: timedelta, what: str) -> None:
        """Raises: TooOften."""
        if wait > NONE:
            SLOWED.labels(what).inc()
            raise TooOften(in_seconds(wait))


def sender_of(request: web.BaseRequest, proxies: int) -> IPv4Address | IPv6Address | None:
    """Whose request it is: the address the outermost of our proxies heard. None if nobody says.

    Raises: ValueError for what is no address.
    """
    heard = [part.strip() for line in request.headers.getall(FORWARDED, []) for part in line.split(",")]
    said = request.remote or ""
    if proxies:
        said = heard[-proxies] if len(heard) >= proxies else said
    if not said:
        return None
    address = ip_address(said.strip("[]"))
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def address_of(request: web.BaseRequest, proxies: int) -> str | None:
    """Who is counted for a request: its sender, for IPv6 their network; None for our own."""
    try:
        address = sender_of(request, proxies)
    except ValueError:
        return "?"
    if address is None:
        return None
    if not address.is_global and not proxies:
        return None
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)
