"""Looking a payment up at Stripe: by its page, by what was begun on it, or by our id where neither is known."""

from dataclasses import replace
from typing import Final

from stripe import RequestOptions
from stripe.params import RefundListParams, RefundRetrieveParams
from stripe.params.checkout import SessionListParams

from giving.payments import EventKind, PaymentState, RailEvent
from payments.payer import payer_of
from payments.provider import Found, PaymentRef, RailRefused
from payments.stripe_rail.asks import made_at
from payments.stripe_rail.calls import PAGE, Asked, Calls, Json, options
from payments.stripe_rail.found import closed_events, paid_events, paid_with, saved_events, state_of, transfer_events
from payments.stripe_rail.modes import PAYMENT, REFUND, SAVING, Mode, Modes, holder_in, made_as
from payments.stripe_rail.reading import identity, ours
from payments.stripe_rail.told import body_of

# Of a charge: its part of the balance, and its refunds with theirs (four levels is the most there is).
_INTENT: Final = [
    "latest_charge.balance_transaction",
    "latest_charge.refunds.data.balance_transaction",
]
_SESSION: Final = ["setup_intent.payment_method"]
# A payment without an id is one whose call got no answer: its page was made within minutes after our id, or never.
_BEFORE_S, _AFTER_S, _MOST_PAGES = 300, 1800, 5


class LookUps:
    """`find` a payment."""

    def __init__(self, calls: Calls, modes: Modes, *, livemode: bool, payers: str) -> None:
        """Ask by these calls; `payers`: the key by which cards are told apart, and nothing else of them."""
        self._calls, self._modes, self._livemode, self._payers = calls, modes, livemode, payers

    async def find(self, payment: PaymentRef) -> Found:
        """What is known of it. Raises: RailDown, RailRefused; whatever an answer lacks, as Python says it."""
        if payment.their_id is None:
            return await self._by_reference(payment)
        if payment.their_id.startswith("pi_"):
            intent = await self._intent(payment.their_id, self._modes.places(payment.account))
            return await self._found(None, intent, payment.account)
        session = await self._session(payment.their_id, self._modes.places(payment.account))
        return await self._of_session(session, payment.account)

    async def intent_of(self, id_: str) -> Json | None:
        """The charge behind an id of the platform's, its page's or its own; None where nobody has begun to pay."""
        if not id_.startswith("pi_"):
            begun = (await self._session(id_, (None,))).get("payment_intent")
            if begun is None:
                return None
            id_ = identity(begun)
        return await self._intent(id_, (None,))

    async def _by_reference(self, payment: PaymentRef) -> Found:
        """By our id: among the pages made about when it was, then among the charges without a page."""
        seen = 0
        async for session in self._calls.each(lambda after: self._list_sessions(payment, after), _MOST_PAGES):
            seen += 1
            if payment.reference in (ours(session, PAYMENT), ours(session, SAVING)):
                whole = await self._session(identity(session["id"]), (self._modes.header(payment.account),))
                return await self._of_session(whole, payment.account)
        try:
            intents = await self._calls.ask(self._search(payment))
        except RailRefused:  # not everywhere, and not for every account, is there a search
            return Found(PaymentState.UNKNOWN)
        for one in intents["data"]:
            if ours(one, PAYMENT) == payment.reference:
                intent = await self._intent(identity(one["id"]), (self._modes.header(payment.account),))
                return await self._found(None, intent, payment.account)
        return Found(PaymentState.UNKNOWN if seen >= _MOST_PAGES * PAGE else PaymentState.CREATED)

    def _list_sessions(self, payment: PaymentRef, after: str | None) -> Asked:
        asked: SessionListParams = {"limit": PAGE}
        if payment.reference.version == 7:
            at = made_at(payment.reference)
            asked["created"] = {"gte": at - _BEFORE_S, "lte": at + _AFTER_S}
        if after is not None:
            asked["starting_after"] = after
        place = options(self._modes.header(payment.account))
        return self._calls.client.v1.checkout.sessions.list_async(asked, place)

    def _search(self, payment: PaymentRef) -> Asked:
        query = f"metadata['{PAYMENT}']:'{payment.reference}'"
        place = options(self._modes.header(payment.account))
        return self._calls.client.v1.payment_intents.search_async({"query": query, "limit": 10}, place)

    async def _session(self, id_: str, places: tuple[str | None, ...]) -> Json:
        get = self._calls.client.v1.checkout.sessions.retrieve_async
        return await self._calls.at_either(places, lambda place: get(id_, {"expand": _SESSION}, options(place)))

    async def _intent(self, id_: str, places: tuple[str | None, ...]) -> Json:
        get = self._calls.client.v1.payment_intents.retrieve_async
        return await self._calls.at_either(places, lambda place: get(id_, {"expand": _INTENT}, options(place)))

    async def _of_session(self, session: Json, account: str | None) -> Found:
        begun = session.get("payment_intent")
        intent = await self._intent(identity(begun), self._modes.places(account)) if begun is not None else None
        return await self._found(session, intent, account)

    async def _found(self, session: Json | None, intent: Json | None, account: str | None) -> Found:
        state = state_of(session, intent)
        mode = made_as(intent, ours(intent, PAYMENT)) if intent is not None else self._modes.of(account)
        # On whose account the charge is, is where its events come from; a charge of ours names the organisation itself.
        where = account if mode is not Mode.TRANSFERS else None
        events: list[RailEvent] = closed_events(session, intent, where)
        refunds: list[Json] = []
        if session is not None:
            events += saved_events(session, self._modes.header(account))
        if intent is not None and state is PaymentState.PAID:
            refunds, disputes = await self._refunds(intent, account), await self._disputes(intent, account)
            events += paid_events(intent, where, refunds, disputes)
            events += await self._transfers(intent)
            events = [replace(event, holder=holder_in(mode), billed=mode is Mode.DIRECT) for event in events]
            payer = payer_of(self._payers, paid_with(intent))
            events = [replace(event, payer=payer) if event.kind is EventKind.PAID else event for event in events]
        known = session or intent or {}
        return Found(
            state,
            identity(known["id"]),
            session.get("url") if session is not None else None,
            tuple(body_of(event, livemode=self._livemode) for event in events),
            tuple(id_ for refund in refunds if (id_ := ours(refund, REFUND)) is not None),
        )

    async def _refunds(self, intent: Json, account: str | None) -> list[Json]:
        """Those that stand in the charge, or all of them, where it names only the first ten."""
        place = options(self._place(intent, account))
        listed = (intent["latest_charge"] or {}).get("refunds") or {"data": [], "has_more": False}
        refunds = listed["data"] if not listed["has_more"] else await self._all_refunds(identity(intent["id"]), place)
        return [await self._with_what_came_back(refund, place) for refund in refunds]

    async def _with_what_came_back(self, refund: Json, place: RequestOptions) -> Json:
        """One that failed is asked for by itself: few do, and what gave it back is four levels down here."""
        if not isinstance(refund.get("failure_balance_transaction"), str):
            return refund
        both: RefundRetrieveParams = {"expand": ["balance_transaction", "failure_balance_transaction"]}
        return await self._calls.ask(self._calls.client.v1.refunds.retrieve_async(identity(refund["id"]), both, place))

    async def _all_refunds(self, of: str, place: RequestOptions) -> list[Json]:
        ask = self._calls.client.v1.refunds.list_async

        def page(after: str | None) -> Asked:
            asked: RefundListParams = {
                "payment_intent": of,
                "limit": PAGE,
                "expand": ["data.balance_transaction"],
            }
            if after is not None:
                asked["starting_after"] = after
            return ask(asked, place)

        return [refund async for refund in self._calls.each(page)]

    async def _disputes(self, intent: Json, account: str | None) -> list[Json]:
        if not (intent["latest_charge"] or {}).get("disputed"):
            return []
        listed = await self._calls.ask(
            self._calls.client.v1.disputes.list_async(
                {"payment_intent": identity(intent["id"]), "limit": PAGE}, options(self._place(intent, account))
            )
        )
        return list(listed["data"])

    async def _transfers(self, intent: Json) -> list[RailEvent]:
        """What we passed on of it; they are the platform's, under our id."""
        reference = ours(intent, PAYMENT)
        if reference is None or intent.get("transfer_group") != str(reference):
            return []
        listed = await self._calls.ask(
            self._calls.client.v1.transfers.list_async({"transfer_group": str(reference), "limit": PAGE})
        )
        return [event for transfer in listed["data"] for event in transfer_events(transfer)]

    def _place(self, intent: Json, account: str | None) -> str | None:
        """On whose account the payment is: what is destined or passed on is the platform's."""
        return account if made_as(intent, ours(intent, PAYMENT)) is Mode.DIRECT else None
