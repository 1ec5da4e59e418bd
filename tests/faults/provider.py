"""A payment provider that a test can hold still: what happened to payments, the events that tell it, and the rail."""

import hashlib
import hmac
import itertools
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from giving.tips import Limits
from payments.sandbox import SandboxRail
from services.clock import Clock
from services.links import Links
from services.outbox import OutboxService
from services.payments import PaymentService
from services.rails import Rails
from services.refunds import RefundService
from services.settlement import Settler
from services.sweep import PaymentSweep
from services.tips import TipService
from tests.world import World, at_once, cny

SECRET = "whsec_for_faults"
Json = dict[str, Any]


@dataclass
class Fact:
    """Something that happened there, with the event that tells it; the same body at every delivery."""

    id: str
    kind: str
    reference: UUID
    body: bytes


@dataclass
class Their:
    """A payment as the provider has it."""

    id: str
    reference: UUID
    amount_minor: int
    created_at: int
    status: str = "open"
    charges: list[Json] = field(default_factory=list)

    def shown(self) -> Json:
        """As its API shows it."""
        url = f"http://127.0.0.1:9/pay/{self.id}"
        return {"id": self.id, "status": self.status, "reference": str(self.reference), "url": url,
                "created_at": self.created_at, "charges": list(self.charges)}  # fmt: skip


class Provider:
    """Payments, charges and refunds, and every fact in the order in which it happened (docs/sandbox.md)."""

    def __init__(self, now: Clock) -> None:
        self.payments: dict[UUID, Their] = {}
        self.facts: list[Fact] = []
        self._now, self._numbers = now, itertools.count(1)

    def made(self, reference: UUID, amount_minor: int) -> Their:
        """The payment of this reference: the same key is the same payment."""
        if reference not in self.payments:
            self.payments[reference] = Their(self._id("pay"), reference, amount_minor, self._at())
        return self.payments[reference]

    def charge(self, reference: UUID) -> Fact:
        """Somebody paid."""
        their = self.payments[reference]
        charge = {"id": self._id("ch"), "amount_minor": their.amount_minor, "currency": "CNY", "fee_minor": 3,
                  "refunded_minor": 0, "created_at": self._at()}  # fmt: skip
        their.charges.append(charge)
        their.status = "paid"
        return self._tell("payment.paid", their, charge=charge)

    def close(self, reference: UUID, status: str) -> Fact:
        """Declined, or cancelled."""
        their = self.payments[reference]
        their.status = status
        return self._tell(f"payment.{status}", their)

    def refund(self, reference: UUID, charge: Json, amount_minor: int) -> Fact:
        """Some of a charge goes back."""
        charge["refunded_minor"] += amount_minor
        refund = {"id": self._id("re"), "amount_minor": amount_minor, "currency": "CNY"}
        return self._tell("refund.succeeded", self.payments[reference], charge=dict(charge), refund=refund)

    def event(self, kind: str, reference: object, **more: Json) -> Json:
        """An event that need not be true."""
        data = {"payment": {"id": "pay", "reference": str(reference)}} | more
        return {"id": self._id("evt"), "type": kind, "created_at": self._at(), "livemode": False, "data": data}

    def _tell(self, kind: str, their: Their, **more: Json) -> Fact:
        event = self.event(kind, their.reference, **more)
        self.facts.append(Fact(event["id"], kind, their.reference, json.dumps(event).encode()))
        return self.facts[-1]

    def _id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers)}"

    def _at(self) -> int:
        return int(self._now().timestamp())


class ModelledRail(SandboxRail):
    """The sandbox rail as it is, but for the network: the calls end in a Provider of the test."""

    def __init__(self, provider: Provider, now: Clock) -> None:
        super().__init__(api_base="http://127.0.0.1:9", key="k", webhook_secret=SECRET, now=now)
        self.provider = provider

    async def _call(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Any:
        if method == "POST" and path == "/rail/payments":
            return self.provider.made(UUID(body["reference"]), body["amount_minor"]).shown()
        identity = path.split("/")[3]
        their = next((p for p in self.provider.payments.values() if p.id == identity), None)
        if method == "POST" and their and path.endswith("/cancel"):
            return their.shown()
        assert method == "GET", f"{method} {path}"
        assert their is not None, path
        return their.shown()


def signed(body: bytes, now: Clock, *, secret: str = SECRET, off_s: float = 0) -> dict[str, str]:
    """The header the provider would send."""
    stamp = str(int(now().timestamp() + off_s))
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"Sandbox-Signature": f"t={stamp},v1={digest}"}


def pay_by(world: World, rail: SandboxRail) -> World:
    """The world's money goes by the sandbox rail from now on."""
    unit, links, time = world.unit, Links("http://127.0.0.1:8081", "yizan_bot"), world.time
    limits = Limits(cny("1"), cny("50000"))
    world.tips = TipService(unit, Rails([rail]), links, limits=limits, presets=(cny("1"),), language="zh-CN", now=time)
    settler = Settler(unit, {rail.name: rail}, wakes=world.wakes, digest_every=timedelta(minutes=10), now=time)
    world.payments = PaymentService(unit, [rail], settler)
    world.sweep = PaymentSweep(unit, {rail.name: rail}, world.payments, now=time, sleep=at_once)
    world.refunds = RefundService(unit, Rails([rail]), world.tips, now=time)
    world.outbox = OutboxService(
        unit,
        world.tips,
        wakes=world.wakes,
        quiet=None,
        language="zh-CN",
        currency="CNY",
        now=time,
    )
    return world
