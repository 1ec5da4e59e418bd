"""The rails `stars` (Telegram Stars) and `telegram` (a payment provider behind a token): invoices inside Telegram.

An invoice link can't be taken back and may be opened by anybody: what is still to be paid, and by whom, is decided when
Telegram asks before each payment (services/rails/checkouts.py). Source: core.telegram.org/bots/api#payments
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.money import Money
from giving.payments import EventKind, PaymentState, RailEvent
from giving.rails import Holder, Refunds, Shown
from giving.stars import LEAST, MOST, STARS, StarRate
from payments.provider import (
    BadSignature,
    Capabilities,
    Found,
    PaymentIntent,
    PaymentLink,
    PaymentRef,
    RailDown,
    RailRefused,
    Record,
    RefundAsk,
    Renewal,
)
from payments.stars_rail.events import charge_of, decoded, payload_of, reference_of, refunded_body, told_by
from payments.stars_rail.history import History
from payments.stars_rail.telegram import TelegramPayments, Tell, Transaction

log = structlog.get_logger()
STARS_RAIL: Final = "stars"
TOKEN_RAIL: Final = "telegram"  # noqa: S105 - a name
ALREADY: Final = "CHARGE_ALREADY_REFUNDED"
PERIOD: Final = timedelta(days=30)  # the only one there is
_BEGAN: Final = datetime(2024, 6, 1, tzinfo=UTC)  # when Stars did
_CLOCKS: Final = timedelta(minutes=10)  # how far ours and Telegram's may be apart


class InvoiceRail:
    """What the two have in common. Until `connect` was called there is no Telegram, and every call is RailDown."""

    name: str
    capabilities: Capabilities

    def __init__(self, *, provider_token: str = "") -> None:
        """Without a token invoices are in Stars."""
        self._token = provider_token
        self._telegram: TelegramPayments | None = None
        self._tell: Tell | None = None

    def connect(self, telegram: TelegramPayments | None, tell: Tell | None = None) -> None:
        """Ask this Telegram from now on (None: nobody); `tell` takes what an answer says of money."""
        self._telegram, self._tell = telegram, tell

    @property
    def telegram(self) -> TelegramPayments:
        """Who is asked. Raises: RailDown (the bot is not there yet)."""
        if self._telegram is None:
            raise RailDown
        return self._telegram

    async def create_payment(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        """A link to an invoice for this very payment; asked again, another one for the same. Raises: RailRefused."""
        if not self.capabilities.carries(intent.amount):
            raise RailRefused("amount_not_carried")
        payload = str(intent.reference)
        url = await self.telegram.invoice_link(intent, payload=payload, provider_token=self._token)
        return PaymentLink(their_id=url.rpartition("/")[2][-128:] or payload, url=url)

    async def cancel_payment(self, payment: PaymentRef) -> None:
        """Nothing to ask: Telegram can't close an invoice, and whoever presses its button is refused before paying."""

    async def close(self) -> None:
        """The connection is the bot's."""

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> RailEvent:
        """Raises: BadSignature, always: Telegram tells its bot, never our webhook."""
        raise BadSignature

    def event_of(self, body: str) -> RailEvent:
        """Decode what was stored. Raises: BadEvent."""
        return decoded(self.name, body)


class StarsRail(InvoiceRail):
    """Telegram Stars. 100 % can't literally hold with them: docs/rails.md says why, and the operator confirms it."""

    name = STARS_RAIL

    def __init__(self, rate: StarRate | None = None) -> None:
        """`rate`: what gifts in money cost in Stars; without one only what is wished in Stars is carried."""
        super().__init__()
        self.capabilities = Capabilities(
            limits={STARS: (LEAST, MOST)},
            real_money=True,
            holder=Holder.OPERATOR,
            shown=Shown.INVOICE,
            refunds=Refunds.WHOLE,
            rate=rate,
            renews=True,
        )
        self._history = History(self._transactions)

    async def fetch(self, payment: PaymentRef) -> Found:
        """What Telegram's list says of this payment; it knows nothing of invoices that nobody paid."""
        found = await self._of(payment.reference)
        if not any(transaction.incoming for transaction in found):
            return Found(PaymentState.CREATED)
        events = tuple(told_by(transaction, _payload(found, payment.reference)) for transaction in found)
        return Found(PaymentState.PAID, payment.their_id, events=events)

    async def refund(self, ask: RefundAsk, *, key: str) -> None:
        """Give a whole charge back; its payer and Telegram's id of it are looked up there, since we keep neither.

        Telegram answers when it is done, so the answer itself is told as the event; asked again it is told again.
        Raises: RailRefused, RailDown (also while Telegram's list has not got the charge yet).
        """
        if ask.amount != ask.whole:
            raise RailRefused("refunds_whole_only")
        charge = await self._charge(ask)
        if charge.payer is None:
            raise RailRefused("payer_unknown")
        try:
            await self.telegram.refund(charge.payer, charge.id)
        except RailRefused as refused:
            if str(refused) != ALREADY:
                raise
        body = refunded_body(
            charge=charge.id, payload=charge.payload or str(ask.reference), currency=STARS, amount=charge.stars,
            at=datetime.now(UTC), refund=ask.refund,
        )  # fmt: skip
        await self._told(body)

    async def _charge(self, ask: RefundAsk) -> Transaction:
        for transaction in await self._of(ask.reference):
            if transaction.incoming and charge_of(transaction.id) == ask.charge:
                return transaction
        raise RailDown

    async def _told(self, body: str) -> None:
        if self._tell is None:
            return
        try:
            await self._tell(self.name, body)
        except Exception as error:  # noqa: BLE001 - the Stars are back whatever our database says
            log.warning("star_refund_not_told", error=type(error).__name__, hint="Telegram's own message tells it too")

    async def records(self, since: datetime, until: datetime) -> AsyncIterator[Record]:
        """Invoices paid and given back in this time, in Telegram's order, and Stars that left for anything else.

        A withdrawal is neither: `ledger convert` books it.
        """
        payloads: dict[str, str] = {}
        async for transaction in self._history.since(since):
            if transaction.at >= until:
                return
            if not (transaction.invoice or transaction.taken):
                continue
            if transaction.payload:
                payloads[transaction.id] = transaction.payload
            yield Record(
                kind=_kind(transaction),
                their_id=charge_of(transaction.id),
                amount=Money(transaction.stars, STARS),
                at=transaction.at,
                reference=reference_of(payloads.get(transaction.id), transaction.id),
            )

    # -- every 30 days --

    async def begin_renewing(self, intent: PaymentIntent, project: UUID) -> PaymentLink:
        """An invoice that Telegram takes again every 30 days, once it was paid. Raises: RailRefused."""
        if not self.capabilities.carries(intent.amount):
            raise RailRefused("amount_not_carried")
        payload = payload_of(intent.reference, project)
        url = await self.telegram.invoice_link(intent, payload=payload, provider_token="", period=PERIOD)
        return PaymentLink(their_id=url.rpartition("/")[2][-128:] or payload, url=url)

    async def renewals(self, subscription: UUID, project: UUID) -> list[Renewal]:
        """What Telegram's list says was paid by it; what went back is left out."""
        payload = payload_of(subscription, project)
        found = await self._history.of(payload, _made_at(subscription) - _CLOCKS)
        paid = sorted((one for one in found if one.incoming), key=lambda one: one.at)
        return [Renewal(charge_of(one.id), told_by(one, payload), one.payer) for one in paid]

    async def stop_renewing(self, subscription: UUID, project: UUID) -> None:
        """Telegram ends it by the id of its first charge, and its payer, which we look up there, since we keep neither.

        It is asked for each of its charges, the oldest first: two payments of one invoice are two subscriptions, and
        only they know of which a charge was the first.
        Source: core.telegram.org/method/payments.botCancelStarsSubscription
        """
        payload = payload_of(subscription, project)
        found = await self._history.of(payload, _made_at(subscription) - _CLOCKS)
        paid = sorted((one for one in found if one.incoming), key=lambda one: one.at)
        if not paid:
            raise RailDown  # its first payment is not in the list yet
        ended, refused = 0, RailRefused("payer_unknown")
        for one in paid:
            if one.payer is None:
                continue
            try:
                await self.telegram.end_subscription(one.payer, one.id)
                ended += 1
            except RailRefused as refusal:  # that charge was a renewal
                refused = refusal
        if not ended:
            raise refused

    async def _of(self, reference: UUID) -> list[Transaction]:
        return await self._history.of(str(reference), _made_at(reference) - _CLOCKS)

    async def _transactions(self, offset: int, limit: int) -> Sequence[Transaction]:
        return await self.telegram.transactions(offset=offset, limit=limit)


class TokenRail(InvoiceRail):
    """A payment provider that Telegram connects (BotFather's token). It refunds and lists at the provider, not here."""

    name = TOKEN_RAIL

    def __init__(self, *, provider_token: str, least: Money, most: Money) -> None:
        """Telegram takes about 1 to 10,000 US dollars; `least` and `most` are of one currency, and within that."""
        super().__init__(provider_token=provider_token)
        self.capabilities = Capabilities(
            limits={least.currency: (least, most)},
            real_money=":TEST:" not in provider_token,
            holder=Holder.OPERATOR,
            shown=Shown.INVOICE,
            refunds=Refunds.NONE,
            books=False,
        )

    async def fetch(self, payment: PaymentRef) -> Found:
        """Telegram tells of a payment once, by its update, and can't be asked: what it did not tell was not begun."""
        return Found(PaymentState.CREATED)

    async def refund(self, ask: RefundAsk, *, key: str) -> None:
        """Raises: RailRefused, always: the operator gives it back at the provider."""
        raise RailRefused("refunds_at_the_provider_only")

    async def records(self, since: datetime, until: datetime) -> AsyncIterator[Record]:
        """Raises: RailRefused, always: they are in the provider's own report, and an empty list would not be true."""
        nothing: tuple[Record, ...] = ()
        for record in nothing:
            yield record
        raise RailRefused("records_at_the_provider_only")


def _kind(transaction: Transaction) -> EventKind:
    if transaction.taken:
        return EventKind.PAYOUT
    return EventKind.PAID if transaction.incoming else EventKind.REFUNDED


def _payload(found: Sequence[Transaction], reference: UUID) -> str:
    """By which Telegram knows it: of a subscription's payment not our id of it."""
    return next((one.payload for one in found if one.payload), str(reference))


def _made_at(reference: UUID) -> datetime:
    """When a payment was made: its id says so."""
    if reference.version != 7:
        return _BEGAN + _CLOCKS
    return datetime.fromtimestamp((reference.int >> 80) / 1000, UTC)


def rail_of(currency: str) -> str:
    """Which of the two an update is about."""
    return STARS_RAIL if currency == STARS else TOKEN_RAIL
