"""A small world for tests of services: projects, a channel with tipping on, people, and the services on them."""

import datetime as dt
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from giving.creators import BotRights, ChatCard, Post
from giving.matching import Fairness
from giving.money import Money
from giving.payments import EventKind
from giving.people import Person, Visitor
from giving.projects import Organisation, Project, ProjectState, ProjectText
from giving.quiet import QuietHours
from giving.tabs import Terms
from giving.tips import Limits, OfferRequest, Tip
from pictures import Pictures
from services.alerts import AlertService
from services.broadcasts import BroadcastDesk, BroadcastRules, BroadcastSending, BroadcastService
from services.carriers import CarrierService
from services.certificates import CertificateService, proving
from services.circles import CircleService
from services.cleanups import CleanupService
from services.counters import CounterService
from services.creator_watch import CreatorWatch
from services.creators import ChatSeen, CreatorService
from services.giving_days import DayPosts, DaysOn, DaySteps, DayTerms, GivingDayService
from services.giving_days.invitations import DayInvitations
from services.giving_days.live import LiveDays
from services.giving_days.report import DayReports
from services.groups import GroupService
from services.handover import HandoverService
from services.inline import InlineService
from services.links import Links
from services.matching import MatchReview, PoolService, PoolSteps, PoolViews
from services.members import MemberService
from services.monthly_calls import MonthlyCallService
from services.outbox import OutboxService
from services.payments import PaymentService, Received
from services.people import PeopleService
from services.pledges import Means, PledgeChanges, PledgeService, PledgeSteps
from services.privacy import PrivacyService
from services.project_updates import NewsService
from services.projects import ProjectService
from services.rails import Rails
from services.rails.connections import ConnectionService
from services.rails.methods import MethodService
from services.rankings import RankingService, RankingSteps
from services.recaps import RecapService
from services.refunds import RefundService
from services.settlement import Matcher, Settler
from services.slots import SlotService
from services.statements import StatementService
from services.subscriptions import SubscriptionService
from services.sweep import PaymentSweep
from services.tabs import TabCharges, TabService
from services.thanks import ThanksService
from services.thanks_posts import ThanksPostService
from services.tips import TipService
from services.wake import Wakes
from services.whys import WhyService
from storage.ids import new_id
from storage.inbox import stored_event
from storage.work import UnitOfWork
from tests.rails import PaperRail, event
from texts import Texts

TEXTS = Texts.load(Path(__file__).parents[1] / "locales", strict=True)
SHANGHAI = ZoneInfo("Asia/Shanghai")
CHANNEL = -1001000000001
GROUP = -1001000000009


def cny(amount: str) -> Money:
    """CNY("5") in fen."""
    whole, _, part = amount.partition(".")
    minor = int(whole) * 100 + int((part or "0").ljust(2, "0")) * (-1 if whole.startswith("-") else 1)
    return Money(minor, "CNY")


class Rights:
    """Who administers what, as Telegram would answer."""

    def __init__(self) -> None:
        self.administrators: set[tuple[int, int]] = set()
        self.bot = BotRights(present=True, can_post=True, can_edit=True)
        self.names: dict[str, int] = {}
        self.silent = False

    async def is_administrator(self, chat: int, user: int) -> bool:
        return (chat, user) in self.administrators

    async def of_bot(self, chat: int) -> BotRights:
        return self.bot

    async def has_lost(self, chat: int, user: int) -> bool:
        if self.silent:
            raise TimeoutError
        return (chat, user) not in self.administrators

    async def administrators_of(self, chat: int) -> tuple[int, ...]:
        return tuple(sorted(user for where, user in self.administrators if where == chat))

    async def chat_named(self, username: str) -> int | None:
        return self.names.get(username.lower())


class Time:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@dataclass
class World:
    """Everything a test of services needs at hand."""

    unit: UnitOfWork
    time: Time
    rail: PaperRail
    rights: Rights
    wakes: Wakes
    people: PeopleService
    projects: ProjectService
    creators: CreatorService
    watch: CreatorWatch
    handovers: HandoverService
    slots: SlotService
    thanks: ThanksService
    thanks_posts: ThanksPostService
    tips: TipService
    refunds: RefundService
    privacy: PrivacyService
    subscriptions: SubscriptionService
    payments: PaymentService
    sweep: PaymentSweep
    outbox: OutboxService
    counters: CounterService
    groups: GroupService
    carriers: CarrierService
    cleanups: CleanupService
    tabs: TabService
    charges: TabCharges
    pledges: PledgeService
    pledge_changes: PledgeChanges
    pledge_steps: PledgeSteps
    methods: MethodService
    connections: ConnectionService
    days_on: DaysOn
    giving_days: GivingDayService
    desk: BroadcastDesk
    day_steps: DaySteps
    pictures: Pictures
    day_reports: DayReports
    day_posts: DayPosts
    inline: InlineService
    pools: PoolService
    pool_steps: PoolSteps
    pool_views: PoolViews
    match_review: MatchReview
    broadcasts: BroadcastService
    invitations: DayInvitations
    sending: BroadcastSending
    rankings: RankingService
    ranking_steps: RankingSteps
    members: MemberService
    circles: CircleService
    monthly_calls: MonthlyCallService
    whys: WhyService
    news: NewsService
    certificates: CertificateService
    recaps: RecapService
    statements: StatementService
    creator: Person = field(init=False)
    alice: Person = field(init=False)
    bob: Person = field(init=False)
    library: Project = field(init=False)
    meals: Project = field(init=False)
    chat: ChatCard = field(init=False)
    post: Post = field(init=False)
    extras: dict[str, Any] = field(default_factory=dict)

    async def tip(self, donor: Person, amount: str, *, key: str = "q1", post: Post | None = None) -> Tip:
        """The donor taps an amount under the post."""
        return await self.tips.offer(OfferRequest(key, donor.id, cny(amount), post=(post or self.post).id))

    async def group(self, *, on: bool = True) -> ChatCard:
        """A group with the bot in it; on for the meals."""
        self.rights.administrators.add((GROUP, self.creator.telegram_id))
        seen = ChatSeen(GROUP, "supergroup", "读书会", None)
        card, _ = await self.groups.bot_changed(seen, self.rights.bot, self.creator)
        return await self.creators.switch_on(card.chat.id, self.creator, self.meals.id) if on else card

    async def pay(self, tip: Tip, donor: Person, *, charge: str = "ch_1", fee: int | None = 3, **values: object) -> Tip:
        """The donor asks for the link, pays, the event arrives and is settled; the tip as it is then."""
        await self.tips.payment_link(tip.id, donor)
        await self.deliver(EventKind.PAID, tip, f"evt_{charge}", their_id=charge, fee=fee, **values)
        await self.payments.settle_pending()
        return await self.fresh(tip)

    async def deliver(self, kind: EventKind, tip: Tip, identity: str, **values: object) -> Received:
        """An event about this tip's payment arrives at the webhook."""
        tip = await self.fresh(tip)
        body = event(kind, tip.payment, identity, **{"minor": tip.amount.minor} | values)
        return await self.payments.receive("paper", body, {"Signature": "paper"})

    async def keep(self, kind: EventKind, tip: Tip, identity: str, **values: object) -> None:
        """An event that could not be settled when it arrived is in the inbox."""
        body = event(kind, tip.payment, identity, **{"minor": tip.amount.minor} | values).decode()
        stored = stored_event(rail="paper", event_id=identity, kind=kind, reference=tip.payment, body=body)
        async with self.unit() as work:
            await work.inbox.add_many([stored], {}, (), now=self.time())

    async def fresh(self, tip: Tip) -> Tip:
        """The tip as the database has it."""
        async with self.unit.read() as work:
            found = await work.tips.by_id(tip.id)
        assert found is not None
        return found

    async def balance(self, account: str) -> Money:
        """An account's balance, read in a new unit of work."""
        async with self.unit.read() as work:
            return await work.ledger.balance(account)


def project(slug: str, organisation: Organisation, title: str, *, state: ProjectState = ProjectState.OPEN) -> Project:
    """A project with words in both languages."""
    words = ProjectText(title, f"{title}的简介", f"{title}的故事", "1 元让一个孩子多读一页书")
    english = ProjectText(f"{slug} project", "summary", "story", "¥1 lets one child read one more page")
    return Project(
        id=new_id(),
        slug=slug,
        organisation=organisation,
        state=state,
        target=Money(30_000_000, "CNY"),
        texts={"zh-CN": words, "en": english},
        designated_url=f"https://charity.example/{slug}",
    )


async def at_once(_seconds: float) -> None:
    """A pause that tests need not wait for."""


async def make_world(unit: UnitOfWork) -> World:
    """Build it through the services wherever they can."""
    time, rail, rights, wakes = Time(), PaperRail(), Rights(), Wakes()
    links = Links("http://127.0.0.1:8081", "yizan_bot")
    limits = Limits(Money(100, "CNY"), Money(5_000_000, "CNY"))
    presets = (cny("1"), cny("5"), cny("10"))
    rails = Rails([rail])
    tabs = TabService(unit, rails, wakes=wakes, zone=SHANGHAI, terms=Terms(cny("30"), cny("100")), now=time)
    days = DaysOn(unit)
    tips = TipService(
        unit, rails, links, limits=limits, presets=presets, language="zh-CN", tabs=tabs, days=days, now=time
    )  # fmt: skip
    terms = DayTerms(SHANGHAI, limits, timedelta(hours=24), 1000)
    people = PeopleService(unit, owners=[1003], now=time)
    giving_days = GivingDayService(unit, people, days, terms=terms, wakes=wakes, now=time)
    matcher = Matcher(zone=SHANGHAI, fairness=Fairness(usual=frozenset([100, 500, 1000])))
    ten_minutes = timedelta(minutes=10)
    settler = Settler(unit, {"paper": rail}, wakes=wakes, digest_every=ten_minutes, matcher=matcher, now=time)
    payments = PaymentService(unit, [rail], settler)
    watch = CreatorWatch(unit, rights, wakes=wakes, now=time)
    creators = CreatorService(unit, rights, zone=SHANGHAI, currency="CNY", language="zh-CN", watch=watch, now=time)
    rules = BroadcastRules(zone=SHANGHAI, language="zh-CN", quiet=QuietHours(dt.time(22), dt.time(8), SHANGHAI))
    broadcasts = BroadcastService(unit, people, rules, wakes=wakes, now=time)
    monthly = (cny("10"), cny("30"), cny("50"), cny("100"))
    pledges = PledgeService(unit, rails, limits=limits, presets=monthly, zone=SHANGHAI, wakes=wakes, now=time)
    pictures = Pictures(TEXTS)
    reports = DayReports(unit, people, pictures, links, wakes=wakes, zone=SHANGHAI, cached_s=0, now=time)
    slots = SlotService(unit, language="zh-CN", now=time)
    certificates = CertificateService(unit, pictures, links, now=time)
    day_posts = DayPosts(unit, creators, now=time)
    members = MemberService(unit, people, now=time)
    invitations = DayInvitations(unit, giving_days, broadcasts, TEXTS, links)
    giving_days.writer.hooks += [day_posts.call, invitations.turned]
    giving_days.writer.extended.append(invitations.extended)
    means = Means(unit, unit, rails, links, wakes, SHANGHAI, None, "zh-CN", time)
    world = World(
        unit=unit,
        time=time,
        rail=rail,
        rights=rights,
        wakes=wakes,
        people=people,
        projects=ProjectService(unit),
        creators=creators,
        watch=watch,
        handovers=HandoverService(unit, rights, creators, watch, wakes=wakes, now=time),
        slots=slots,
        thanks_posts=ThanksPostService(unit, creators, rights, now=time),
        thanks=ThanksService(unit, creators, wakes=wakes, now=time),
        tips=tips,
        refunds=RefundService(unit, rails, tips, payments=payments, now=time),
        privacy=PrivacyService(unit, rails, wakes=wakes, now=time),
        subscriptions=SubscriptionService(unit, zone=SHANGHAI, now=time),
        payments=payments,
        sweep=PaymentSweep(unit, {"paper": rail}, payments, now=time, sleep=at_once),
        outbox=OutboxService(
            unit,
            tips,
            wakes=wakes,
            quiet=None,
            language="zh-CN",
            currency="CNY",
            reports=reports,
            live=LiveDays(unit, every_s=0, now=time),
            certificates=certificates,
            now=time,
        ),
        pictures=pictures,
        day_reports=reports,
        counters=CounterService(unit, wakes=wakes, every=timedelta(seconds=3), now=time),
        groups=GroupService(unit, rights, creators, watch=watch, now=time),
        carriers=CarrierService(unit, wakes=wakes, now=time),
        cleanups=CleanupService(unit, now=time),
        tabs=tabs,
        charges=TabCharges(unit, rails, tabs, tips.pay, wakes=wakes, now=time),
        pledges=pledges,
        pledge_changes=PledgeChanges(unit, rails, pledges.views, tabs, limits=limits, wakes=wakes, now=time),
        pledge_steps=PledgeSteps(means, tips.pay, tabs, after_paid=proving(time)),
        methods=MethodService(unit, rails, links, "zh-CN", now=time),
        connections=ConnectionService(unit, rails, people, links, now=time),
        days_on=days,
        desk=BroadcastDesk(unit, broadcasts, people, wakes=wakes, confirm_over=5, now=time),
        giving_days=giving_days,
        day_posts=day_posts,
        inline=InlineService(unit, slots, days, now=time),
        day_steps=DaySteps(unit, giving_days, people, days, now=time),
        pools=PoolService(unit, now=time),
        pool_steps=PoolSteps(unit, settles_after=timedelta(hours=24), now=time),
        pool_views=PoolViews(unit),
        match_review=MatchReview(unit, people, zone=SHANGHAI, now=time),
        broadcasts=broadcasts,
        invitations=invitations,
        sending=BroadcastSending(
            unit, rules, wakes=wakes, alerts=AlertService(owners=[1003], wakes=wakes, now=time), now=time
        ),
        rankings=RankingService(unit, zone=SHANGHAI, cached_s=0, now=time),
        ranking_steps=RankingSteps(unit, zone=SHANGHAI, now=time),
        members=members,
        circles=CircleService(unit, members, zone=SHANGHAI, now=time),
        monthly_calls=MonthlyCallService(unit, creators, rights, now=time),
        whys=WhyService(unit, people, wakes=wakes, now=time),
        news=NewsService(unit, members, zone=SHANGHAI, wakes=wakes, now=time),
        certificates=certificates,
        recaps=RecapService(unit, pictures, links, zone=SHANGHAI, cached_s=0, now=time),
        statements=StatementService(unit, pictures, TEXTS, links, zone=SHANGHAI, operator="阳光基金会", now=time),
    )
    await _fill(world)
    return world


async def _fill(world: World) -> None:
    organisation = Organisation(new_id(), "sunshine", {"zh-CN": "阳光阅读", "en": "Sunshine"}, None, world.time())
    world.library = project("library", organisation, "乡村图书馆")
    world.meals = project("meals", organisation, "免费午餐")
    async with world.unit() as work:
        await work.projects.put_organisation(organisation)
        for each in (world.library, world.meals):
            await work.projects.put(each, world.time())
    world.creator = await world.people.meet(Visitor(1001, "林晓雯", "xiaowen", "zh-hans"), started=True)
    world.alice = await world.people.meet(Visitor(1002, "Alice", "alice", "en"), started=True)
    world.bob = await world.people.meet(Visitor(1004, "Bob", None, "en"))
    async with world.unit() as work:  # long ago: what else they want to be told is asked of newcomers
        await work.subscriptions.ask([world.creator.id, world.alice.id, world.bob.id], world.time())
    world.rights.administrators.add((CHANNEL, 1001))
    seen = ChatSeen(CHANNEL, "channel", "晓雯的阅读时光", "xiaowen_reads")
    card = await world.creators.bot_changed(seen, world.rights.bot, world.creator)
    world.chat = await world.creators.switch_on(card.chat.id, world.creator, world.library.id)
    post = await world.creators.posted(CHANNEL, 7, "今天读《小王子》", world.time())
    assert post is not None
    world.post = post
