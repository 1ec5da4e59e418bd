"""The rail `sandbox_card`: the same test provider's card, which carries no small change and can be saved."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from giving.money import DECIMALS, Money
from giving.payments import EventKind, RailEvent, SavedMethod
from payments.provider import Capabilities, Declined, Found, PaymentIntent, PaymentLink, PaymentRef, RailRefused
from payments.sandbox import SandboxRail, body_of, reference_of

LEAST: Final = 4  # in whole units: about half a dollar, as card schemes want it
_SAVED: Final = "method.saved"


class SandboxCardRail(SandboxRail):
    """Test payments that behave like a card's: ¥4 at the least, so that ¥1 goes on the tab."""

    name = "sandbox_card"
    till = "/card"
    capabilities = Capabilities(
        limits={c: (Money(LEAST * 10**d, c), Money(100_000_000, c)) for c, d in DECIMALS.items() if c != "XTR"},
        real_money=False,
        saves=True,
    )

    async def save_method(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        """A page on which a test card is saved; `method.saved` follows."""
        asked = body_of(intent)
        words = {name: asked[name] for name in ("reference", "description", "return_url", "language")}
        answer = await self._call("POST", f"{self.till}/methods", words, key=key)
        return PaymentLink(their_id=answer["id"], url=answer["url"])

    async def charge_saved(self, intent: PaymentIntent, method: SavedMethod, *, key: str) -> PaymentLink:
        """Charge it now; `payment.paid` follows. Raises: Declined."""
        asked = f"{self.till}/methods/{method.method}/charges"
        try:
            answer = await self._call("POST", asked, body_of(intent), key=key)
        except RailRefused as refused:
            raise (Declined("card_declined") if str(refused) == "card_declined" else refused) from refused
        return PaymentLink(their_id=answer["id"], url="")

    async def forget_method(self, method: SavedMethod) -> None:
        """It is never charged again."""
        await self._call("DELETE", f"{self.till}/methods/{method.method}")

    async def fetch(self, payment: PaymentRef) -> Found:
        """A payment, or a request to save a method, which is known by our reference only."""
        found = await super().fetch(payment)
        if found.their_id is not None or payment.their_id is not None:
            return found
        answer = await self._call("GET", f"{self.till}/methods?reference={payment.reference}")
        return replace(found, events=tuple(_told(one) for one in answer["methods"] if one["status"] == "saved"))

    def _decoded(self, event: dict[str, Any]) -> RailEvent:
        if event["type"] != _SAVED:
            return super()._decoded(event)
        method = event["data"]["method"]
        return RailEvent(
            rail=self.name,
            event_id=str(event["id"]),
            kind=EventKind.SAVED,
            occurred_at=datetime.fromtimestamp(int(event["created_at"]), UTC),
            reference=reference_of(method["reference"]),
            method=SavedMethod(customer="", method=str(method["id"]), label=str(method["label"])),
        )


def _told(method: dict[str, Any]) -> str:
    """The event that tells of a saved method, as a look-up finds it."""
    event = {"id": f"found_{method['id']}", "type": _SAVED, "created_at": method["created_at"], "livemode": False}
    return orjson.dumps(event | {"data": {"method": method}}).decode()
