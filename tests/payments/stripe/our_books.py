"""A Stripe of ours, for what no program of others plays: Connect, balances with fees and conversion, refunds, disputes.

It knows what Stripe documents and no more; its objects are held to the installed library's classes (shapes.py). What
happens there (somebody pays, a bank disputes) is a method; the events it would send gather in `told`.
"""

import copy
import itertools
import time
from dataclasses import dataclass, field
from typing import Any

API_VERSION = "2026-10-28.endive"
Thing = dict[str, Any]
DONOR_EMAIL = "donor@example.org"  # what somebody types on a page of Stripe


class Refusal(Exception):
    """What the API answers instead: status, and Stripe's error."""

    def __init__(self, status: int, code: str | None, kind: str = "invalid_request_error") -> None:
        super().__init__(code)
        self.status, self.error = status, {"type": kind, "code": code, "message": "no"}


@dataclass
class OurBooks:
    """Everything one platform has at Stripe. `rate`: settlement minor units for 1,000 of the donor's, or None."""

    settles: str = "usd"
    rate: dict[str, int] = field(default_factory=lambda: {"cny": 139, "usd": 1000})
    late: bool = False  # a charge comes into the balance later, as it does at Stripe
    slow_refunds: bool = False
    free: int = 1_000_000  # of the platform's balance, for what does not come out of a charge
    emptied: set[str] = field(default_factory=set)  # accounts that paid all out: nothing can be taken back there
    live: bool = False
    things: dict[str, Thing] = field(default_factory=dict)
    places: dict[str, str | None] = field(default_factory=dict)
    plans: dict[str, Thing] = field(default_factory=dict)
    told: list[Thing] = field(default_factory=list)
    clock: int = field(default_factory=lambda: int(time.time()))

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)

    # --- what is there ---

    def put(self, prefix: str, kind: str, account: str | None, **about: Any) -> Thing:
        """A new object on somebody's account."""
        self.clock += 1
        thing: Thing = {"id": f"{prefix}_{next(self._numbers):06d}", "object": kind, "created": self.clock} | about
        self.things[thing["id"]], self.places[thing["id"]] = thing, account
        return thing

    def get(self, id_: str, account: str | None, kind: str | None = None) -> Thing:
        """An object, if it is on this account."""
        thing = self.things.get(id_)
        if thing is None or self.places[id_] != account or (kind and thing["object"] != kind):
            raise Refusal(404, "resource_missing")
        return thing

    def all_of(self, kind: str, account: str | None) -> list[Thing]:
        """Newest first."""
        found = [one for id_, one in self.things.items() if one["object"] == kind and self.places[id_] == account]
        return found[::-1]

    def tell(self, kind: str, thing: Thing, account: str | None) -> Thing:
        """Send an event, as a copy of how things are now."""
        event = {
            "id": f"evt_{next(self._numbers):06d}", "object": "event", "api_version": API_VERSION,
            "created": self.clock, "livemode": False, "pending_webhooks": 1, "request": None, "type": kind,
            "data": {"object": copy.deepcopy(self.plain(thing))},
        }  # fmt: skip
        if account is not None:
            event["account"] = account
        self.told.append(event)
        return event

    def plain(self, thing: Thing) -> Thing:
        """As it travels where nothing was expanded: a charge does not list its refunds."""
        return {name: value for name, value in thing.items() if name != "refunds"}

    # --- what donors do ---

    def pay(self, session_id: str) -> Thing:
        """Somebody pays on the page; the PaymentIntent."""
        session, plan = self.things[session_id], self.plans[session_id]
        if session["status"] != "open":
            raise Refusal(400, None)
        about, account = plan["payment_intent_data"], self.places[session_id]
        intent = self.charge(account, session["amount_total"], session["currency"], about)
        session |= {"status": "complete", "payment_status": "paid", "payment_intent": intent["id"], "url": None}
        self.tell("checkout.session.completed", session, account)
        return intent

    def charge(self, account: str | None, amount: int, currency: str, about: Thing) -> Thing:
        """A charge that goes through."""
        to = (about.get("transfer_data") or {}).get("destination")
        intent = self.intent(account, amount, currency, about)
        charge = self.put(
            "ch", "charge", account, amount=amount, amount_refunded=0, balance_transaction=None, currency=currency,
            disputed=False, livemode=False, metadata=dict(intent["metadata"]), payment_intent=intent["id"],
            refunded=False, status="succeeded", transfer_group=intent["transfer_group"],
            refunds={"object": "list", "data": [], "has_more": False, "url": "/v1/refunds"},
        )  # fmt: skip
        intent |= {"status": "succeeded", "amount_received": amount, "latest_charge": charge["id"]}
        if to is not None:
            sent = self.put(
                "tr", "transfer", None, amount=amount, currency=currency, destination=to, metadata={},
                amount_reversed=0, transfer_group=f"group_{intent['id']}", source_transaction=charge["id"],
                livemode=False, reversed=False, reversals={"object": "list", "data": [], "has_more": False, "url": "/"},
            )  # fmt: skip
            self.balance(None, "transfer", -amount, currency, sent["id"])
        if not self.late:
            self.into_balance(charge["id"])
        self.tell("payment_intent.succeeded", intent, account)
        return intent

    def intent(self, account: str | None, amount: int, currency: str, about: Thing) -> Thing:
        """A PaymentIntent on which nothing was paid yet."""
        return self.put(
            "pi", "payment_intent", account, amount=amount, amount_received=0, currency=currency, livemode=False,
            latest_charge=None, last_payment_error=None, metadata=dict(about.get("metadata") or {}),
            on_behalf_of=about.get("on_behalf_of"), status="requires_payment_method",
            transfer_data=about.get("transfer_data"), transfer_group=about.get("transfer_group"),
            description=about.get("description"), customer=about.get("customer"),
            payment_method=about.get("payment_method"),
        )  # fmt: skip

    def decline(self, session_id: str) -> Thing:
        """A card is declined on the page, which stays open."""
        session, account = self.things[session_id], self.places[session_id]
        about = self.plans[session_id]["payment_intent_data"]
        intent = self.intent(account, session["amount_total"], session["currency"], about)
        intent["last_payment_error"] = {"type": "card_error", "code": "card_declined", "decline_code": "stolen_card"}
        session["payment_intent"] = intent["id"]
        self.tell("payment_intent.payment_failed", intent, account)
        return intent

    def expire(self, session_id: str) -> Thing:
        """The page's time is over."""
        session = self.things[session_id]
        session |= {"status": "expired", "url": None}
        self.tell("checkout.session.expired", session, self.places[session_id])
        return session

    def save(self, session_id: str, last4: str = "4242") -> Thing:
        """Somebody saves a card on a page in setup mode; the SetupIntent."""
        session, account = self.things[session_id], self.places[session_id]
        about = self.plans[session_id]["setup_intent_data"]
        donor = self.put("cus", "customer", account, email=DONOR_EMAIL, livemode=False)
        method = self.put(
            "pm", "payment_method", account, type="card", customer=donor["id"], livemode=False,
            card={"brand": "visa", "display_brand": "visa", "last4": last4},
        )  # fmt: skip
        setup = self.put(
            "seti", "setup_intent", account, customer=method["customer"], metadata=dict(about["metadata"]),
            payment_method=method["id"], status="succeeded", livemode=False,
        )  # fmt: skip
        session |= {"status": "complete", "setup_intent": setup["id"], "customer": method["customer"], "url": None}
        self.tell("setup_intent.succeeded", setup, account)
        self.tell("checkout.session.completed", session, account)
        return setup

    # --- what becomes of the money ---

    def into_balance(self, charge_id: str) -> Thing:
        """The charge arrives: with its fee, which the platform is billed for apart where the charge is not its own."""
        charge, account = self.things[charge_id], self.places[charge_id]
        fee = self._fee(charge["amount"], charge["currency"])
        balance = self.balance(
            account, "charge", charge["amount"], charge["currency"], charge["id"], fee=0 if account else fee
        )
        if account is not None:
            self.put(
                "txn", "balance_transaction", None, amount=-fee, currency=self.settles, fee=0, net=-fee, source=None,
                type="stripe_fee", reporting_category="fee", exchange_rate=None, description="fees of accounts",
            )  # fmt: skip
        charge["balance_transaction"] = balance["id"]
        if self.late:
            self.tell("charge.updated", charge, account)
        return balance

    def _fee(self, amount: int, currency: str) -> int:
        """2.9 % and 30 cents."""
        return self.converted(amount, currency) * 29 // 1000 + 30

    def converted(self, amount: int, currency: str) -> int:
        """In the currency accounts are kept in."""
        sign = 1 if amount >= 0 else -1
        return sign * ((abs(amount) * self.rate[currency] + 500) // 1000)

    def balance(
        self, account: str | None, kind: str, amount: int, currency: str, source: str, *, fee: int = 0
    ) -> Thing:  # fmt: skip
        """A line of somebody's balance."""
        arrived = self.converted(amount, currency)
        return self.put(
            "txn", "balance_transaction", account, amount=arrived, currency=self.settles, fee=fee, net=arrived - fee,
            source=source, type=kind, reporting_category=kind, description=None,
            exchange_rate=None if currency == self.settles else self.rate[currency] / 1000,
        )  # fmt: skip

    def refund(self, intent: Thing, amount: int, metadata: Thing | None = None) -> Thing:
        """Money goes back: asked for by us, or (without metadata) at Stripe by somebody."""
        account, charge = self.places[intent["id"]], self.things[intent["latest_charge"]]
        if charge["refunded"]:
            raise Refusal(400, "charge_already_refunded")
        if amount > charge["amount"] - charge["amount_refunded"]:
            raise Refusal(400, None)
        refund = self.put(
            "re", "refund", account, amount=amount, charge=charge["id"], currency=charge["currency"],
            metadata=dict(metadata or {}), payment_intent=intent["id"], reason=None,
            status="pending" if self.slow_refunds else "succeeded", balance_transaction=None,
        )  # fmt: skip
        balance = self.balance(account, "refund", -amount, charge["currency"], refund["id"])
        refund["balance_transaction"] = balance["id"]
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        charge["refunds"]["data"].insert(0, refund["id"])
        self.tell("refund.created", refund, account)
        self.tell("charge.refunded", charge, account)
        return refund

    def refund_arrives(self, refund: Thing) -> None:
        """One that took its time."""
        refund["status"] = "succeeded"
        self.tell("refund.updated", refund, self.places[refund["id"]])

    def refund_fails(self, refund: Thing) -> None:
        """The donor's bank did not take it: the money is back."""
        account, charge = self.places[refund["id"]], self.things[refund["charge"]]
        back = self.balance(account, "refund_failure", refund["amount"], refund["currency"], refund["id"])
        refund |= {"status": "failed", "failure_balance_transaction": back["id"], "failure_reason": "unknown"}
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        self.tell("refund.updated", refund, account)
        self.tell("refund.failed", refund, account)

    def dispute(self, intent: Thing, fee: int = 1500) -> Thing:
        """A bank takes the money back until it has decided."""
        account, charge = self.places[intent["id"]], self.things[intent["latest_charge"]]
        dispute = self.put(
            "dp", "dispute", account, amount=charge["amount"], balance_transactions=[], charge=charge["id"],
            currency=charge["currency"], metadata={}, payment_intent=intent["id"], reason="fraudulent",
            status="needs_response", livemode=False, is_charge_refundable=False,
        )  # fmt: skip
        self.tell("charge.dispute.created", dispute, account)
        taken = self.balance(account, "adjustment", -charge["amount"], charge["currency"], dispute["id"], fee=fee)
        dispute["balance_transactions"].append(taken)
        charge["disputed"] = True
        self.tell("charge.dispute.funds_withdrawn", dispute, account)
        return dispute

    def dispute_ends(self, dispute: Thing, *, won: bool) -> None:
        """And has decided."""
        account = self.places[dispute["id"]]
        dispute["status"] = "won" if won else "lost"
        if won:
            given = self.balance(
                account, "adjustment", dispute["amount"], dispute["currency"], dispute["id"], fee=-1500
            )
            dispute["balance_transactions"].append(given)
            self.tell("charge.dispute.funds_reinstated", dispute, account)
        self.tell("charge.dispute.closed", dispute, account)

    def pass_on(self, asked: Thing) -> Thing:
        """A transfer that we asked for, out of a charge."""
        source = asked.get("source_transaction")
        if asked["currency"] != self.settles:
            raise Refusal(400, "currency_mismatch")
        if source is not None:
            settled = self.things[self.get(source, None, "charge")["balance_transaction"]]
            gone = sum(one["amount"] for one in self.all_of("transfer", None) if one["source_transaction"] == source)
            if gone + int(asked["amount"]) > settled["amount"]:
                raise Refusal(400, "insufficient_funds")
        elif int(asked["amount"]) > self.free:
            raise Refusal(400, "balance_insufficient")
        transfer = self.put(
            "tr", "transfer", None, amount=int(asked["amount"]), currency=asked["currency"], amount_reversed=0,
            destination=asked["destination"], metadata=dict(asked["metadata"]), livemode=False, reversed=False,
            source_transaction=source, transfer_group=asked["transfer_group"],
            reversals={"object": "list", "data": [], "has_more": False, "url": "/"},
        )  # fmt: skip
        self.balance(None, "transfer", -transfer["amount"], self.settles, transfer["id"])
        self.tell("transfer.created", transfer, None)
        return transfer

    def take_back(self, transfer: Thing, amount: int, metadata: Thing | None = None) -> Thing:
        """Part of a transfer is reversed: asked for by us, or (without metadata) at Stripe by somebody."""
        if amount > transfer["amount"] - transfer["amount_reversed"]:
            raise Refusal(400, "amount_too_large")
        if transfer["destination"] in self.emptied:
            raise Refusal(400, "balance_insufficient")
        back = self.put(
            "trr", "transfer_reversal", None, amount=amount, currency=transfer["currency"],
            metadata=dict(metadata or {}), transfer=transfer["id"],
        )  # fmt: skip
        self.balance(None, "transfer_refund", amount, self.settles, back["id"])
        transfer["reversals"]["data"].insert(0, back)
        transfer["amount_reversed"] += amount
        self.tell("transfer.reversed", transfer, None)
        return back

    def pay_out(self, amount: int, account: str | None = None, *, fee: int = 0) -> Thing:
        """Money of a balance sets off for its owner's bank; it is there days later."""
        payout = self.put(
            "po", "payout", account, amount=amount, currency=self.settles, status="in_transit", automatic=True,
            arrival_date=self.clock + 2 * 86_400, livemode=False, metadata={}, method="standard", type="bank_account",
            failure_balance_transaction=None, failure_code=None,
        )  # fmt: skip
        moved = self.balance(account, "payout", -amount, self.settles, payout["id"], fee=fee)
        payout["balance_transaction"] = moved["id"]
        self.tell("payout.created", payout, account)
        return payout

    def payout_arrives(self, payout: Thing) -> None:
        """So the bank says; it may still think otherwise."""
        payout["status"] = "paid"
        self.tell("payout.paid", payout, self.places[payout["id"]])

    def payout_fails(self, payout: Thing) -> None:
        """The bank did not take it: the money is back."""
        account = self.places[payout["id"]]
        back = self.balance(account, "payout_failure", payout["amount"], payout["currency"], payout["id"])
        payout |= {"status": "failed", "failure_balance_transaction": back["id"], "failure_code": "account_closed"}
        self.tell("payout.failed", payout, account)

    def papers(self, account_id: str, *, ready: bool) -> Thing:
        """An organisation filled the form in, or is asked for more."""
        account = self.things[account_id]
        account |= {"charges_enabled": ready, "payouts_enabled": ready, "details_submitted": True}
        account["requirements"] = {"currently_due": [] if ready else ["external_account"], "disabled_reason": None}
        self.tell("account.updated", account, account_id)
        return account
