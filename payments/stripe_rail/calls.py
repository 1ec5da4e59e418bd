"""Asking Stripe: one client, opened at the first call; its errors become the port's; lists are read page by page."""

import contextlib
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Final

import aiohttp
import stripe

from payments.provider import Declined, RailDown, RailOdd, RailRefused

API_VERSION: Final = "2026-10-28.endive"  # what stripe 16.1 speaks; a test holds it to the library
PAGE: Final = 100
_TIMEOUT: Final = aiohttp.ClientTimeout(total=8)
_RETRIES: Final = 1  # the library's own, on no answer, 409 and 5xx; with the same idempotency key
_REFUSED: Final = (stripe.InvalidRequestError, stripe.AuthenticationError, stripe.PermissionError)
# The library logs what is sent at `debug`: people's gifts are no business of a log.
logging.getLogger("stripe").setLevel(logging.WARNING)

Json = dict[str, Any]
Asked = Awaitable[stripe.StripeObject]


class Calls:
    """Stripe's API for one platform key."""

    def __init__(self, *, api_base: str, api_key: str) -> None:
        """Nothing is opened before the first call."""
        self._base, self._key = api_base, api_key
        self._client: stripe.StripeClient | None = None
        self._http: stripe.AIOHTTPClient | None = None

    @property
    def client(self) -> stripe.StripeClient:
        """The library's own."""
        if self._client is None:
            self._http = stripe.AIOHTTPClient(timeout=_TIMEOUT)
            self._client = stripe.StripeClient(
                self._key, stripe_version=API_VERSION, base_addresses={"api": self._base}, http_client=self._http,
                max_network_retries=_RETRIES,
            )  # fmt: skip
        return self._client

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close_async()  # type: ignore[no-untyped-call]  # theirs
        self._client = self._http = None

    async def ask(self, asked: Asked) -> Json:
        """The answer as plain data. Raises: RailDown, RailRefused."""
        try:
            return (await asked).to_dict()
        except stripe.StripeError as error:
            raise _in_our_words(error) from error
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:  # while the answer was read
            raise RailDown from error

    async def each(self, page: Callable[[str | None], Asked], most: int | None = None) -> AsyncIterator[Json]:
        """What a list holds, newest first, `most` pages of it; `page` asks for what comes after an id."""
        after, read = None, 0
        while True:
            got = await self.ask(page(after))
            for one in got["data"]:
                yield one
            read += 1
            if not got["has_more"] or not got["data"] or read == most:
                return
            after = str(got["data"][-1]["id"])

    async def at_either(self, places: tuple[str | None, ...], ask: Callable[[str | None], Asked]) -> Json:
        """The answer of the first of these accounts that knows what is asked for."""
        for place in places[:-1]:
            try:
                return await self.ask(ask(place))
            except RailRefused as refused:
                if str(refused) != "resource_missing":
                    raise
        return await self.ask(ask(places[-1]))


def options(account: str | None = None, key: str | None = None) -> stripe.RequestOptions:
    """On whose account, and under which idempotency key."""
    found: stripe.RequestOptions = {}
    if account is not None:
        found["stripe_account"] = account
    if key is not None:
        found["idempotency_key"] = key
    return found


@contextlib.contextmanager
def understood() -> Iterator[None]:
    """An answer that is not as documented says nothing. Raises: RailOdd."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise RailOdd from error


def _in_our_words(error: stripe.StripeError) -> Exception:
    """RailRefused where Stripe understood and said no; nothing is known after all else, a replayed 500 among it."""
    if isinstance(error, stripe.IdempotencyError):
        return RailRefused("idempotency_error")
    if isinstance(error, stripe.CardError):
        return Declined(_code(error))
    if isinstance(error, _REFUSED):
        return RailRefused(_code(error))
    return RailDown()


def _code(error: stripe.StripeError) -> str:
    """Stripe's own code; never its words, and never why a card was declined."""
    if isinstance(error.code, str) and re.fullmatch("[a-z0-9_]{1,64}", error.code):
        return error.code
    if isinstance(error, stripe.CardError):
        return "card_declined"
    if error.http_status == 404:
        return "resource_missing"
    if isinstance(error, stripe.AuthenticationError):
        return "api_key_refused"
    return "not_permitted" if isinstance(error, stripe.PermissionError) else "invalid_request"
