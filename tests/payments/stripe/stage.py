"""What the Stripe tests share: a rail on our Stripe, wishes, and what its webhooks say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from giving.money import Money
from giving.payments import EventKind, RailEvent
from payments.provider import Found, Line, PaymentIntent, PaymentRef, TransferAsk
from payments.stripe_rail import Mode, Modes, StripeRail, StripeWords
from storage.ids import new_id
from tests.payments.stripe.our_stripe import API_KEY, CONNECT_SECRET, SECRET, OurStripe

On = Callable[..., StripeRail]
ANNA, BEN = "acct_anna", "acct_ben"
LEAST = {"CNY": 400, "USD": 50}
WORDS = StripeWords(api_key=API_KEY, secrets=[SECRET, CONNECT_SECRET], least=LEAST)
BACK = "https://t.me/yizan_bot?start=t_x"


def rail_on(
    our: OurStripe, mode: Mode = Mode.DIRECT, others: dict[str, Mode] | None = None, **words: Any
) -> StripeRail:
    """A rail that asks our Stripe, at our Stripe's time."""
    said = replace(WORDS, api_base=our.url, modes=Modes(mode, others or {}), **words)
    return StripeRail(said, now=lambda: datetime.fromtimestamp(our.books.clock, UTC))


def wish(minor: int = 3000, account: str | None = ANNA, *, lines: tuple[Line, ...] = (), **about: Any) -> PaymentIntent:
    """A payment of some yuan."""
    said: dict[str, Any] = {
        "reference": new_id(),
        "amount": Money(minor, "CNY"),
        "description": "乡村图书馆",
        "language": "zh-CN",
    }
    return PaymentIntent(return_url=BACK, account=account, lines=lines, **(said | about))


def ref(intent: PaymentIntent, their_id: str | None) -> PaymentRef:
    return PaymentRef(intent.reference, their_id, intent.account)


def read(rail: StripeRail, our: OurStripe) -> list[RailEvent]:
    """What the webhooks since last time say, but for what we don't use."""
    events = [rail.read_event(*our.delivered(event)) for event in our.take_told()]
    return [event for event in events if event.kind is not EventKind.OTHER]


def events_in(rail: StripeRail, found: Found) -> list[RailEvent]:
    return [rail.event_of(body) for body in found.events]


def brief(events: list[RailEvent]) -> list[tuple[EventKind, str | None, int | None]]:
    """Kind, their id, minor units."""
    return [(one.kind, one.their_id, one.amount.minor if one.amount else None) for one in events]


def ours_of(events: list[RailEvent]) -> set[UUID | None]:
    return {event.reference for event in events}


def part(reference: UUID, charge: str, account: str, cents: int, **about: Any) -> TransferAsk:
    """Part of a charge for an organisation, in the currency it arrived in."""
    return TransferAsk(new_id(), reference, charge, account, Money(cents, "USD"), **about)
