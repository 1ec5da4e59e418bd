"""What happened before somebody tries the demo, so that no screen of theirs is empty: promises, a gift, a wish.

All of it goes the way of any gift: offered, promised or paid at the sandbox, booked from what its rail tells.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import aiohttp

from giving.money import Money
from giving.people import Person, Visibility, Visitor
from giving.tips import OfferRequest, Tip
from launch.demo_certificates import make_months
from launch.demo_monthly import make_monthly
from launch.service.building import LateRights, Services, build_services
from payments.provider import PaymentRef
from services.clock import Clock
from services.refunds import RefundService
from services.tabs import TabService
from services.tips import TipService
from services.wake import Wakes
from settings import Settings
from storage.engines import Engines

# As sandbox/seed.yaml has them: who promises is played, who wants a gift back is not.
FOLLOWER: Final = Visitor(1002, "陈默", "chenmo", "zh-hans")
GIVER: Final = Visitor(1004, "苏禾", "suhe", "zh-hans")
OWNER: Final = Visitor(1003, "周岚", "zhoulan", "zh-hans")
PROMISED: Final = (("village-libraries", 200, timedelta(days=2, hours=3)), ("warm-lunch", 100, timedelta(hours=20)))
GIVEN: Final = ("clear-spring", 2_000, timedelta(days=1, hours=5))
MONTHLY: Final = ("clear-spring", 1_000)
WISHED: Final = timedelta(hours=2)
BOT: Final = "yizan_bot"
CARD, WALLET = "sandbox_card", "sandbox"


class Past:
    """Does what was done some time ago. Raises: the refusals of giving/, where the sandbox is away."""

    def __init__(self, settings: Settings, engines: Engines) -> None:
        """On a database that has its projects and nothing else."""
        self._settings, self._now = settings, datetime.now(UTC)
        self._services: Services = build_services(settings, engines, LateRights())
        self._services.links.bot_username = BOT

    async def make(self) -> None:
        """Two promises on the follower's tab; a gift of somebody else's, who asks to have it back and gives monthly."""
        try:
            follower = await self._services.people.meet(FOLLOWER)
            zone = ZoneInfo(self._settings.timezone)
            await make_months(self._services, follower, self._give, WALLET, zone)
            for slug, minor, ago in PROMISED:
                await self._promise(follower, slug, minor, ago)
            giver = await self._services.people.meet(GIVER, started=True)
            slug, minor = MONTHLY
            await make_months(self._services, giver, self._give, WALLET, zone, slug=slug, minor=minor, count=1)
            tip = await self._give(giver, *GIVEN)
            await self._refunds().wish(tip.id, giver)
            owner = await self._services.people.meet(OWNER)
            await make_monthly(self._services, giver, owner, self._settings.language, self._now)
        finally:
            await self._services.aclose()

    def _ago(self, ago: timedelta) -> Clock:
        return lambda: self._now - ago

    def _tips(self, ago: timedelta) -> TipService:
        s = self._services
        return TipService(
            s.unit, s.rails, s.links, limits=s.tips.limits, presets=s.tips.presets, language=self._settings.language,
            now=self._ago(ago),
        )  # fmt: skip

    def _refunds(self) -> RefundService:
        """Without alerts: nobody has started the bot who could be told."""
        return RefundService(self._services.unit, self._services.rails, self._tips(WISHED), now=self._ago(WISHED))

    async def _offer(
        self, person: Person, slug: str, minor: int, ago: timedelta, rail: str, which: str = "",
        seen: Visibility = Visibility.ANONYMOUS,
    ) -> Tip:  # fmt: skip
        project = (await self._services.projects.by_slug(slug)).project
        amount = Money(minor, self._settings.tips.currency)
        return await self._tips(ago).offer(
            OfferRequest(f"past:{slug}{which}", person.id, amount, project=project.id, rail=rail, visibility=seen)
        )

    async def _promise(self, person: Person, slug: str, minor: int, ago: timedelta) -> None:
        s = self._services
        tip = await self._offer(person, slug, minor, ago, CARD)
        tabs = TabService(s.unit, s.rails, wakes=Wakes(), zone=s.tabs.zone, terms=s.tabs.terms, now=self._ago(ago))
        await tabs.promise(tip.id, person)

    async def _give(
        self, person: Person, slug: str, minor: int, ago: timedelta, which: str = "",
        seen: Visibility = Visibility.ANONYMOUS,
    ) -> Tip:  # fmt: skip
        tip = await self._offer(person, slug, minor, ago, WALLET, which, seen)
        url = await self._tips(ago).payment_link(tip.id, person)
        await self._pay(url.rpartition("/")[2], ago)
        if tip.payment is not None:
            await self._look_up(tip.payment)
        return tip

    async def _pay(self, their_id: str, ago: timedelta) -> None:
        """At the sandbox, with the key it gave us: a person's page knows only now."""
        rail = self._settings.rails.sandbox
        key = rail.key.get_secret_value() if rail.key else ""
        at = int((self._now - ago).timestamp()) + 40  # they read the page first
        address, headers = f"{rail.api_base}/rail/payments/{their_id}/paid", {"Authorization": f"Bearer {key}"}
        async with (
            aiohttp.ClientSession() as session,
            session.put(address, json={"created_at": at}, headers=headers) as answer,
        ):
            answer.raise_for_status()

    async def _look_up(self, payment: UUID) -> None:
        """Its event waits for our pages to be there; this is the same payment, booked once."""
        found = await self._services.rails[WALLET].fetch(PaymentRef(payment, None))
        for body in found.events:
            await self._services.payments.found(WALLET, body)
