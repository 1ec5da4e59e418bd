"""Projects, people and gifts for the pages, through the real services on a real database."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from giving.giving_days import DayState, GivingDay
from giving.matching import Fairness
from giving.money import Money
from giving.people import Visibility, Visitor
from giving.projects import Organisation, Project, ProjectState, ProjectText
from giving.tips import Limits, OfferRequest, Tip
from payments.provider import PaymentIntent, PaymentLink
from payments.sandbox import SandboxRail
from services.giving_days import DaysOn
from services.links import Links
from services.matching import PoolViews
from services.payments import PaymentService
from services.people import PeopleService
from services.projects import ProjectService
from services.rails import Rails
from services.rankings import RankingService, RankingSteps
from services.settlement import Matcher, Settler
from services.slots import SlotService
from services.tips import TipService
from services.wake import Wakes
from storage.engines import Engines
from storage.ids import new_id
from storage.work import UnitOfWork
from texts import Texts
from web.app import WebParts

SECRET = "whsec_for_tests"
LOCALES = Path(__file__).parents[2] / "locales"
PUBLIC_URL = "https://give.example"


def cny(yuan: str) -> Money:
    """`CNY("1.50")`."""
    whole, _, part = yuan.partition(".")
    return Money(int(whole + part.ljust(2, "0")), "CNY")


class OfflineRail(SandboxRail):
    """The sandbox rail with nobody at the other end: links are made up, events are signed here and read for real."""

    def __init__(self) -> None:
        super().__init__(api_base="http://127.0.0.1:9", key="sk_test", webhook_secret=SECRET)
        self._numbers = count(1)

    async def create_payment(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        number = next(self._numbers)
        return PaymentLink(f"pay_{number}", f"http://127.0.0.1:9/pay/{number}")


def signed(event: object, *, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    """The body and the headers the provider would send."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    stamp = str(int(time.time()))
    signature = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return body, {"Sandbox-Signature": f"t={stamp},v1={signature}", "Content-Type": "application/json"}


@dataclass
class World:
    """What a test needs to make things happen and then look at the pages."""

    engines: Engines
    links: Links = field(default_factory=lambda: Links(PUBLIC_URL, "yizan_bot"))
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))

    def __post_init__(self) -> None:
        self.unit = UnitOfWork(self.engines)
        self.rail = OfflineRail()
        limits = Limits(cny("1"), cny("50000"))
        self.days_on = DaysOn(self.unit)
        self.tips = TipService(
            self.unit, Rails([self.rail]), self.links, limits=limits, presets=[cny("1"), cny("5")], language="zh-CN",
            days=self.days_on,
        )  # fmt: skip
        self.projects = ProjectService(self.unit)
        self.slots = SlotService(self.unit, language="zh-CN")
        self.rankings = RankingService(self.unit, zone=self.zone, cached_s=0)
        self.ranking_steps = RankingSteps(self.unit, zone=self.zone)
        self.people = PeopleService(self.unit, owners=())
        self.payments = payment_service(self)
        self.texts = Texts.load(LOCALES, "zh-CN", self.zone, strict=True)
        self._numbers = count(1)

    def parts(self, **changed: Any) -> WebParts:
        """What the site is built from."""
        values: dict[str, Any] = {
            "projects": self.projects,
            "slots": self.slots,
            "rankings": self.rankings,
            "tips": self.tips,
            "payments": self.payments,
            "pools": PoolViews(self.unit),
            "texts": self.texts,
            "links": self.links,
            "default_language": "zh-CN",
        }
        return WebParts(**values | changed)

    async def project(self, slug: str = "library", **changed: Any) -> Project:
        """A project in the database."""
        texts = {
            "zh-CN": ProjectText("乡村图书馆", "让山里的孩子有书读。", "第一段。\n\n第二段。", "一元可以借出两本书。"),
            "en": ProjectText(
                "Village library", "Books for the hills.", "First.\n\nSecond.", "One yuan lends two books."
            ),
        }
        verified = changed.pop("verified_at", datetime(2026, 3, 1, 9, tzinfo=UTC))
        organisation = Organisation(
            new_id(), f"org-{slug}", {"zh-CN": "微光公益", "en": "Glimmer"}, "https://glimmer.example", verified
        )
        values: dict[str, Any] = {"state": ProjectState.OPEN, "target": cny("1000"), "texts": texts}
        project = Project(id=new_id(), slug=slug, organisation=organisation, **values | changed)
        async with self.unit() as work:
            await work.projects.put_organisation(organisation)
            await work.projects.put(project, datetime.now(UTC))
        return project

    async def day(self, *projects: Project, begun: timedelta = timedelta(hours=1), **changed: Any) -> GivingDay:
        """A giving day for these that began so long ago and goes on for a day, unless told otherwise."""
        starts = datetime.now(UTC) - begun
        values: dict[str, Any] = {
            "id": new_id(), "slug": "2026-11-11", "titles": {"zh-CN": "一元公益日", "en": "One yuan day"},
            "hashtag": "#一元公益日", "projects": tuple(each.id for each in projects), "starts_at": starts,
            "ends_at": starts + timedelta(days=1), "closes_at": starts + timedelta(days=2), "amounts": (cny("1"),),
            "state": DayState.LIVE, "texts": {"zh-CN": "今天一起捐一元。", "en": "One yuan each, together."},
        }  # fmt: skip
        day = GivingDay(**values | changed)
        async with self.unit() as work:
            assert await work.giving_days.add(day, now=starts)
        self.days_on.changed()
        return day

    async def close(self, project: Project) -> None:
        """No new gifts for it."""
        async with self.unit() as work:
            await work.projects.put(replace(project, state=ProjectState.CLOSED), datetime.now(UTC))

    async def gift(
        self,
        project: Project,
        amount: Money,
        *,
        name: str = "小林",
        visibility: Visibility = Visibility.NAMED,
        fee: Money | None = None,
    ) -> Tip:
        """Somebody new gives, pays, and it is booked."""
        number = next(self._numbers)
        person = await self.people.meet(Visitor(10_000 + number, name), started=True)
        tip = await self.tips.offer(OfferRequest(f"key{number}", person.id, amount, project=project.id))
        if visibility is not tip.visibility:
            await self.tips.choose_visibility(tip.id, person, visibility)
        await self.tips.payment_link(tip.id, person)
        async with self.unit.read() as work:
            stored = await work.tips.by_id(tip.id)
        assert stored is not None
        assert stored.payment is not None
        await self.tell("payment.paid", stored.payment, amount, fee=fee, number=number)
        return stored

    async def give_back(self, tip: Tip, amount: Money | None = None) -> None:
        """The provider says that it was refunded, or so much of it."""
        assert tip.payment is not None
        async with self.unit.read() as work:
            stored = await work.tips.by_id(tip.id)
        assert stored is not None
        await self.tell(
            "refund.succeeded", tip.payment, amount or tip.amount, charge=stored.charge, number=next(self._numbers)
        )

    async def tell(
        self,
        kind: str,
        payment: UUID,
        amount: Money,
        *,
        number: int,
        fee: Money | None = None,
        charge: str | None = None,
    ) -> None:
        """An event of the provider, settled."""
        body, headers = signed(event_of(kind, payment, amount, number=number, fee=fee, charge=charge))
        await self.payments.receive("sandbox", body, headers)
        await self.payments.settle_pending()


def payment_service(world: World) -> PaymentService:
    """As main.py makes it."""
    rails = {world.rail.name: world.rail}
    lenient = Fairness(new_days=0, gifts_per_donor=0, ring_gifts=0, payer_people=0)
    matcher = Matcher(zone=world.zone, fairness=lenient)
    settler = Settler(world.unit, rails, wakes=Wakes(), digest_every=timedelta(minutes=10), matcher=matcher)
    return PaymentService(world.unit, rails.values(), settler)


def event_of(
    kind: str, payment: UUID, amount: Money, *, number: int, fee: Money | None = None, charge: str | None = None
) -> dict[str, object]:
    """An event in the sandbox provider's own words (docs/sandbox.md)."""
    data: dict[str, object] = {
        "payment": {"reference": str(payment)},
        "charge": {
            "id": charge or f"ch_{number}",
            "amount_minor": amount.minor,
            "currency": amount.currency,
            "fee_minor": fee.minor if fee else 0,
        },
    }
    if kind == "refund.succeeded":
        data["refund"] = {"id": f"re_{number}", "amount_minor": amount.minor, "currency": amount.currency}
    return {"id": f"evt_{number}", "type": kind, "livemode": False, "created_at": int(time.time()), "data": data}
