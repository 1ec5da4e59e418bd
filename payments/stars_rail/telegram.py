"""What the rails need of Telegram; bot/stars.py does it, since payments know no Bot API."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from payments.provider import PaymentIntent

Tell = Callable[[str, str], Awaitable[object]]
"""Takes an event by the rail's name and its body, as the inbox keeps it (services/payments.py, `found`)."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One line of Telegram's own list of a bot's Stars. `id` is Telegram's charge id, for a refund that of its charge.

    `payload`: the invoice's, where it was one and Telegram names it; `payer`: their Telegram id; `invoice`: whether an
    invoice was paid or given back, and nothing else (a withdrawal, advertising, paid messages, a gift). `taken`: Stars
    left for something else than an invoice or a withdrawal.
    """

    id: str
    stars: int
    at: datetime
    incoming: bool
    invoice: bool
    payload: str | None = None
    payer: int | None = None
    taken: bool = False


class TelegramPayments(Protocol):
    """Telegram's own payments. Each call raises RailDown (no answer) or RailRefused (its code)."""

    async def invoice_link(
        self, intent: PaymentIntent, *, payload: str, provider_token: str, period: timedelta | None = None
    ) -> str:
        """A link to pay; each call makes another one, which anybody may open. Without a token it is paid in Stars.

        `period`: it is a subscription, and paid again after so long.
        """
        ...

    async def end_subscription(self, payer: int, charge: str) -> None:
        """Take no more; `charge`: the first one's id. RailRefused: CHARGE_ID_INVALID, and others."""
        ...

    async def refund(self, payer: int, charge: str) -> None:
        """Give Stars back, the whole charge (Telegram's id of it). RailRefused: CHARGE_ALREADY_REFUNDED, and others."""
        ...

    async def transactions(self, *, offset: int, limit: int) -> Sequence[Transaction]:
        """The bot's Stars in the order of time, the oldest first: at most `limit` (1 to 100), after so many others."""
        ...
