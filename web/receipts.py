"""`/r/<code>`: what anyone may know of a gift, and its entry in the ledger; the donor only as they chose to be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from giving.money import Money, sum_of
from giving.pledges import normal_number
from giving.receipts import normal_code
from giving.tips import TipState
from services.tips import Receipt
from web import certificates
from web.language import PARAMETER, named_language
from web.pages import Pages
from web.parts import WebParts

EXAMPLE: Final = "YZ-7K3QF-9M2XT-4BD"
SHOWN: Final = (TipState.PAID, TipState.REFUNDED)


@dataclass(frozen=True, slots=True)
class Row:
    """A posting as a table shows it: either a debit or a credit."""

    account: str
    label_key: str
    rail: str
    debit: Money | None
    credit: Money | None


class ReceiptPages:
    """Receipts, and the form to look one up."""

    def __init__(self, parts: WebParts, pages: Pages) -> None:
        """Keep what the pages are made from."""
        self._parts = parts
        self._pages = pages

    def routes(self) -> list[web.RouteDef]:
        """Where the pages are."""
        return [web.get("/r", self.look_up), web.get("/r/{code}", self.receipt)]

    async def look_up(self, request: web.Request) -> web.Response:
        """The form; with `?code=` on to the receipt."""
        typed = request.query.get("code", "")
        if code := normal_code(typed):
            return self._elsewhere(request, code)
        if number := normal_number(typed):
            return certificates.elsewhere(request, number)
        return self._form(request, status=404 if typed.strip() else 200)

    async def receipt(self, request: web.Request) -> web.Response:
        """One receipt at its one address; any other spelling is sent there."""
        typed = request.match_info["code"]
        code = normal_code(typed)
        if code is not None and code != typed:
            return self._elsewhere(request, code)
        receipt = await self._parts.tips.receipt(code) if code else None
        if receipt is None or receipt.state not in SHOWN:
            return self._form(request, status=404)
        title = self._pages.say(request, "web-receipt-title", code=receipt.code)
        return self._pages.answer(
            request,
            "receipt.html",
            title=title,
            description=self._pages.say(request, "web-receipt-description"),
            cache="no-store",
            indexed=False,
            test_money=receipt.test_money,
            receipt=receipt,
            rows=rows_of(receipt),
            total=total_of(receipt),
            refunded=receipt.state is TipState.REFUNDED,
        )

    def _form(self, request: web.Request, *, status: int) -> web.Response:
        key = "web-receipt-unknown-title" if status == 404 else "web-look-up-title"
        return self._pages.answer(
            request,
            "look_up.html",
            title=self._pages.say(request, key),
            status=status,
            cache="no-store",
            indexed=False,
            example=EXAMPLE,
            named=named_language(request),
        )

    @staticmethod
    def _elsewhere(request: web.Request, code: str) -> web.Response:
        language = named_language(request)
        address = f"/r/{code}?{PARAMETER}={language}" if language else f"/r/{code}"
        return web.Response(status=302, headers={"Location": address, "X-Robots-Tag": "noindex"})


def rows_of(receipt: Receipt) -> tuple[Row, ...]:
    """The entry's postings; none if the donor hides the amount, since each of them tells it."""
    if receipt.amount is None:
        return ()
    rows = []
    for account, amount in receipt.postings:
        credited = amount.minor < 0
        rows.append(Row(account, *_label(account), None if credited else amount, -amount if credited else None))
    return tuple(rows)


def total_of(receipt: Receipt) -> Money | None:
    """What both columns add up to; None if it is hidden or there is more than one currency."""
    amounts: Sequence[Money] = [amount for _, amount in receipt.postings]
    if receipt.amount is None or len({amount.currency for amount in amounts}) != 1:
        return None
    return sum_of((amount for amount in amounts if amount.minor > 0), amounts[0].currency)


def _label(account: str) -> tuple[str, str]:
    """The message that says what an account is, and the rail it names."""
    match account.split(":"):
        case ["project", _, "credited"]:
            return "web-account-credited", ""
        case ["project", _, "matched"]:
            return "web-account-matched", ""
        case ["rail", rail, "clearing"]:
            return "web-account-clearing", rail
        case ["organisation", _, "received", rail]:
            return "web-account-received", rail
        case ["expense", "fees", rail]:
            return "web-account-fees", rail
        case _:
            return "web-account-other", ""
