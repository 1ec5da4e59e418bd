"""The main way: a tap becomes a tip, a tip gets a link to pay, and its donor decides how it is seen."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog

from giving.creators import Chat, Post
from giving.errors import (
    GivingElsewhere,
    GivingError,
    NotYours,
    PostUnknown,
    ProjectClosed,
    ProjectUnknown,
    RailUnavailable,
    TipNotOpen,
    TippingOff,
)
from giving.ids import token_of
from giving.ledger import Posting
from giving.money import Money
from giving.payments import Payment, PaymentState, PaymentWish
from giving.people import Person, Visibility
from giving.projects import Project, ProjectCard, Tally
from giving.receipts import RANDOM_BITS, normal_code, receipt_code
from giving.tips import Fresh, Limits, OfferRequest, Target, Tip, TipState, decide_offers
from payments.provider import PaymentIntent, Rail, RailRefused
from services.briefly import Briefly
from services.clock import Clock, utc_now
from services.links import Links
from services.metrics import TIPS_OFFERED
from services.projects import Page, alternatives, as_chosen, cards
from services.slots import goal_project
from storage.group_commit import GroupCommit
from storage.group_read import GroupRead
from storage.ids import new_id
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
Offered = tuple[Tip, bool]  # the tip, and whether it is new


@dataclass(frozen=True, slots=True)
class TipCard:
    """A tip for its donor, with its project and the chat whose post it was given on.

    `project_now`: what the chat supports by now, if that is another one.
    """

    tip: Tip
    project: ProjectCard
    chat_title: str | None
    test_money: bool
    project_now: Project | None = None


@dataclass(frozen=True, slots=True)
class PostCard:
    """A post for a follower: where its tips go and what was given; `tipping`: whether a new one may be given.

    `presets`: the amounts its chat offers; `paused`: it would take tips, but rests; `project_now` as of a tip.
    """

    post: Post
    project: ProjectCard
    raised: Tally
    chat_title: str
    tipping: bool
    presets: tuple[Money, ...] = ()
    paused: bool = False
    project_now: Project | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What anyone who has the code may see: amount and name as the donor chose, and the entry in the ledger."""

    code: str
    amount: Money | None
    project: Project
    state: TipState
    paid_at: datetime
    refunded_at: datetime | None
    name: str | None
    entry_key: str
    entry_id: UUID
    postings: tuple[tuple[str, Money], ...]
    fee: Money | None
    test_money: bool


class TipService:
    """Records tips by group commit; asks the rail for a link only after the tip is committed."""

    def __init__(
        self,
        unit: UnitOfWork,
        rail: Rail | None,
        links: Links,
        *,
        limits: Limits,
        presets: Sequence[Money],
        language: str,
        now: Clock = utc_now,
    ) -> None:
        """Without a rail, taps lead to the project's own designated page."""
        self._unit, self._rail, self._links, self._language, self._now = unit, rail, links, language, now
        self.limits, self.presets = limits, tuple(presets)
        self.takes_money = rail is not None
        self.test_money = rail is not None and not rail.capabilities.real_money
        self._offer = GroupCommit(unit, self._offer_many, name="offer", done=_log_offered)
        self._ask = GroupCommit(unit, self._ask_many, name="ask")
        self._link = GroupCommit(unit, self._link_many, name="link")
        self._post, self._place = GroupRead(unit, self._posts), GroupRead(unit, self._places)
        self._closed: Briefly[UUID | None, dict[str, object]] = Briefly()

    async def offer(self, request: OfferRequest) -> Tip:
        """Record a tip, or find the one that this request, or the same unpaid wish, made before.

        Raises: PostUnknown, ProjectUnknown, TippingOff (with the project), ProjectClosed (with alternatives),
        TipTooSmall, TipTooLarge, WrongCurrency, GivingElsewhere (no rail).
        """
        if self._rail is None:
            raise await self._elsewhere(request)
        try:
            return (await self._offer(request))[0]
        except ProjectClosed:
            about = await self._closed.get(request.goal, lambda: self._about_closed(request))
            raise ProjectClosed(**about) from None
        except TippingOff as off:
            about = await self._closed.get(request.goal, lambda: self._about_closed(request))
            project = {"project": about["project"]} if about["project"] else {}
            raise type(off)(**off.args_for_message, **project) from None

    async def _offer_many(self, work: Work, requests: Sequence[OfferRequest]) -> list[Offered | Exception]:
        targets = await self._targets(work, requests)
        known = await work.tips.by_keys([r.key for r in requests])
        wishes = {f"{r.donor}:{r.goal}:{r.amount.minor}{r.amount.currency}" for r in requests}
        unpaid = await work.tips.by_open_keys(wishes)
        now = self._now()
        decided = decide_offers(
            [(r, targets.get(r.goal), self._fresh(now)) for r in requests], known, unpaid, self.limits
        )
        new = [d.tip for d in decided if d.tip is not None and d.is_new]
        await work.payments.add_many([self._payment(tip) for tip in new])
        await work.tips.add_many(new)
        await work.tips.add_keys({r.key: d.tip.id for r, d in zip(requests, decided, strict=True) if d.tip is not None})
        return [(d.tip, d.is_new) if d.tip is not None else d.refusal or GivingError() for d in decided]

    def _fresh(self, now: datetime) -> Fresh:
        """Each new tip is paid by a payment of its own, recorded with it, so that its event always finds it."""
        return Fresh(new_id(), receipt_code(secrets.randbits(RANDOM_BITS)), now, new_id())

    def _payment(self, tip: Tip) -> Payment:
        if self._rail is None or tip.payment is None:
            raise GivingError
        return Payment(tip.payment, tip.donor, self._rail.name, tip.amount, PaymentState.CREATED, tip.offered_at)

    async def _about_closed(self, request: OfferRequest) -> dict[str, object]:
        """The project's name and others to choose from: read after the commit, by who was refused."""

        async def step(work: Work) -> dict[str, object]:
            closed = await goal_project(work, request)
            project = (await work.projects.by_ids([closed])).get(closed) if closed else None
            return {"project": project, "alternatives": await alternatives(work, closed)}

        return await self._unit.look(step)

    async def _targets(self, work: Work, requests: Sequence[OfferRequest]) -> Mapping[UUID | None, Target]:
        posts = await work.targets.of_posts({r.post for r in requests if r.post})
        slots = await work.targets.of_slots({r.slot for r in requests if r.slot and not r.post})
        direct = await work.targets.of_projects({r.project for r in requests if r.project and r.goal == r.project})
        return dict([*posts.items(), *slots.items(), *direct.items()])

    async def _elsewhere(self, request: OfferRequest) -> GivingError:
        async with self._unit.read() as work:
            project_id = await goal_project(work, request)
            project = (await work.projects.by_ids([project_id])).get(project_id) if project_id else None
        if project is None:
            return PostUnknown() if request.post else ProjectUnknown()
        url = project.designated_url or self._links.project(project.slug)
        return GivingElsewhere(project=project, url=url)

    async def card(self, tip_id: UUID, person: Person) -> TipCard:
        """The tip for its own donor. Raises: NotYours (also for ids that don't exist)."""
        async with self._unit.read() as work:
            return await self._card(work, _own(await work.tips.by_id(tip_id), person))

    async def cards(self, tip_ids: Sequence[UUID]) -> list[TipCard]:
        """These tips, in this order; for messages that were queued for their donors."""
        async with self._unit.read() as work:
            found = await work.tips.by_ids(tip_ids)
            return [await self._card(work, found[i]) for i in tip_ids if i in found]

    async def payment_link(self, tip_id: UUID, person: Person) -> str:
        """Where to pay this tip; the same link as long as it is unpaid.

        Raises: NotYours, TipNotOpen, RailUnavailable (nothing was charged; ask again).
        """
        if self._rail is None:
            raise TipNotOpen
        payment, wish = await self._ask((tip_id, person))
        if payment.url is not None:
            return payment.url
        intent = PaymentIntent(payment.id, payment.amount, wish.description, wish.return_url, wish.language)
        try:
            link = await self._rail.create_payment(intent, key=f"payment:{payment.id}")
        except RailRefused as refused:
            log.error("payment_refused_by_rail", payment_id=str(payment.id), code=str(refused))
            raise RailUnavailable from refused
        await self._link(replace(payment, their_id=link.their_id, url=link.url))
        log.debug("payment_created", payment_id=str(payment.id), tip_id=str(tip_id), rail=payment.rail)
        return link.url

    async def _ask_many(
        self, work: Work, asked: Sequence[tuple[UUID, Person]]
    ) -> list[tuple[Payment, PaymentWish] | Exception]:
        """What the rail is asked with, kept first: it takes a key again only with the same words."""
        tips = await work.tips.by_ids({tip_id for tip_id, _ in asked})
        projects = await work.projects.by_ids({tip.project for tip in tips.values()})
        wishes: dict[UUID, PaymentWish] = {}
        for tip_id, person in asked:
            tip = tips.get(tip_id)
            if tip is not None and tip.donor == person.id and tip.payment and tip.state is TipState.OFFERED:
                wishes[tip.payment] = self._wish(tip, projects[tip.project], person)
        stored = await work.payments.ask_many(wishes)
        return [self._asked(tips.get(tip_id), person, stored) for tip_id, person in asked]

    def _wish(self, tip: Tip, project: Project, person: Person) -> PaymentWish:
        language = person.language(self._language)
        return PaymentWish(project.title(language), self._links.start(f"t_{token_of(tip.id)}"), language)

    def _asked(
        self, tip: Tip | None, person: Person, stored: Mapping[UUID, tuple[Payment, PaymentWish]]
    ) -> tuple[Payment, PaymentWish] | Exception:
        if tip is None or tip.donor != person.id:
            return NotYours()
        if tip.payment is None or tip.payment not in stored:
            return TipNotOpen()
        return stored[tip.payment]

    async def _link_many(self, work: Work, linked: Sequence[Payment]) -> list[Exception | None]:
        await work.payments.link_many(linked)
        return [None] * len(linked)

    async def choose_visibility(self, tip_id: UUID, person: Person, visibility: Visibility) -> TipCard:
        """How this gift will be seen, kept as the choice for the next one. Raises: NotYours, TipNotOpen."""
        async with self._unit() as work:
            tip = _own(await work.tips.lock(tip_id), person)
            if tip.state is not TipState.OFFERED:
                raise TipNotOpen
            chosen = replace(tip, visibility=visibility)
            await work.tips.update(chosen)
            await work.people.set(person.id, visibility=visibility)
            return await self._card(work, chosen)

    async def cancel(self, tip_id: UUID, person: Person) -> TipCard:
        """Take back an unpaid tip and close its pay page. Raises: NotYours, TipNotOpen (paid already)."""
        async with self._unit() as work:
            tip = _own(await work.tips.lock(tip_id), person)
            if tip.state not in (TipState.OFFERED, TipState.CANCELLED):
                raise TipNotOpen
            cancelled = replace(tip, state=TipState.CANCELLED, cancelled_at=tip.cancelled_at or self._now())
            await work.tips.update(cancelled)
            payment = await work.payments.by_id(tip.payment) if tip.payment else None
            card = await self._card(work, cancelled)
        log.info("tip_cancelled", tip_id=str(tip_id))
        if self._rail is not None and payment is not None and payment.their_id is not None:
            try:
                await self._rail.cancel_payment(payment.their_id)
            except (RailUnavailable, RailRefused) as error:
                # If it is paid all the same it is booked, and the donor is offered to take it back.
                log.warning("payment_not_cancelled", payment_id=str(payment.id), error=type(error).__name__)
        return card

    async def card_shown(self, tip_id: UUID, message_id: int) -> int | None:
        """Remember the private message that shows the tip, so that it can say "paid"; returns the earlier one."""
        async with self._unit() as work:
            return await work.tips.set_card(tip_id, message_id)

    async def gifts(self, person: Person, *, page: int = 0, size: int = 5) -> Page[TipCard]:
        """What they gave (and took back), newest first; a page past the end is the last one."""
        async with self._unit.read() as work:
            _, total = await work.tips.gifts_of(person.id, limit=1, offset=0)
            number = min(max(page, 0), max(0, -(-total // size) - 1))
            found, total = await work.tips.gifts_of(person.id, limit=size, offset=number * size)
            return Page.of([await self._card(work, tip) for tip in found], number=number, size=size, total=total)

    async def post(self, post_id: UUID) -> PostCard:
        """A post for whoever comes from its button. Raises: PostUnknown."""
        card = await self._post(post_id)
        if card is None:
            raise PostUnknown
        return card

    async def place(self, post_id: UUID) -> Post:
        """Where a post stands, for a tap. Raises: PostUnknown."""
        post = await self._place(post_id)
        if post is None:
            raise PostUnknown
        return post

    async def _places(self, work: Work, asked: Sequence[UUID]) -> list[Post | None]:
        posts = await work.targets.posts(set(asked))
        return [posts.get(post) for post in asked]

    async def _posts(self, work: Work, asked: Sequence[UUID]) -> list[PostCard | None]:
        posts = await work.creators.posts_by_ids(set(asked))
        chats = await work.creators.chats_by_ids({post.chat for post in posts.values()})
        theirs = {chat.project for chat in chats.values() if chat.project}
        projects = await work.projects.by_ids(theirs | {post.project for post in posts.values()})
        shown = {card.project.id: card for card in await cards(work, list(projects.values()))}
        raised: dict[tuple[UUID, str], Tally] = {}
        for currency in {project.target.currency for project in projects.values()}:
            found = await work.tallies.of(posts.keys(), currency)
            raised |= {(post, currency): tally for post, tally in found.items()}

        def card(post: Post) -> PostCard:
            chat, project = chats[post.chat], shown[post.project]
            tipping, presets = chat.tipping and project.project.open, chat.presets(self.presets)
            given = raised[post.id, project.project.target.currency]
            now = projects.get(chat.project) if chat.project and chat.project != post.project else None
            return PostCard(post, project, given, chat.title, tipping, presets, chat.paused, now)

        return [card(posts[post]) if post in posts else None for post in asked]

    async def receipt(self, code: str) -> Receipt | None:
        """A paid tip by its code, as anyone may see it; None for any other code."""
        normal = normal_code(code)
        if normal is None:
            return None
        async with self._unit.read() as work:
            tip = await work.tips.by_receipt(normal)
            if tip is None or tip.entry_key is None or tip.paid_at is None:
                return None
            entry = await work.ledger.by_key(tip.entry_key)
            fee = await work.ledger.by_key(tip.entry_key.replace("payment:", "fee:", 1).removesuffix(":paid"))
            project = (await work.projects.by_ids([tip.project]))[tip.project]
            donor = (await work.people.by_ids([tip.donor])).get(tip.donor)
        if entry is None:
            return None
        shown = as_chosen(tip, donor.name if donor else "")
        return Receipt(
            code=tip.receipt_code,
            amount=shown.amount,
            project=project,
            state=tip.state,
            paid_at=tip.paid_at,
            refunded_at=tip.refunded_at,
            name=shown.name,
            entry_key=entry.key,
            entry_id=entry.id,
            postings=_postings(entry.postings, hidden=shown.amount is None),
            fee=fee.postings[0].amount if fee and shown.amount else None,
            test_money=self.test_money,
        )

    async def _card(self, work: Work, tip: Tip) -> TipCard:
        project = (await work.projects.by_ids([tip.project]))[tip.project]
        chats = await work.creators.chats_by_ids([tip.chat]) if tip.chat else {}
        chat = chats.get(tip.chat) if tip.chat else None
        now = await _project_now(work, chat, project.id) if chat and tip.state is TipState.OFFERED else None
        return TipCard(tip, (await cards(work, [project]))[0], chat.title if chat else None, self.test_money, now)


def _log_offered(results: Sequence[Offered | Exception]) -> None:
    """One line a commit: on a giving day a line a tip would cost more than the tip."""
    new = [result[0] for result in results if isinstance(result, tuple) and result[1]]
    if new:
        TIPS_OFFERED.inc(len(new))
        log.info("tips_offered", count=len(new), tips=[str(tip.id) for tip in new])


async def _project_now(work: Work, chat: Chat, given: UUID) -> Project | None:
    """What the chat supports by now, if it is another project than the one given to."""
    if chat.project is None or chat.project == given:
        return None
    return (await work.projects.by_ids([chat.project])).get(chat.project)


def _own(tip: Tip | None, person: Person) -> Tip:
    if tip is None or tip.donor != person.id:
        raise NotYours
    return tip


def _postings(postings: tuple[Posting, ...], *, hidden: bool) -> tuple[tuple[str, Money], ...]:
    """The entry's lines; a donor who hides the amount hides it here too, or the page would tell it after all."""
    return () if hidden else tuple((posting.account, posting.amount) for posting in postings)
