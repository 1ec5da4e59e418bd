"""What is shown of tips, posts and receipts: read together, from one unit of work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from giving.creators import Post
from giving.ledger import Posting
from giving.money import Money
from giving.payments import Payment
from giving.projects import Project, ProjectCard, Tally
from giving.rails import Refunds, Way
from giving.tips import Tip, TipState
from services.instalments import MonthGiven, months_given
from services.matching.views import Added, added_to
from services.projects import as_chosen, cards
from services.rails import Rails
from storage.work import Work


@dataclass(frozen=True, slots=True)
class TipCard:
    """A tip for its donor, with its project and the chat whose post it was given on.

    `project_now`: what the chat supports by now, if that is another one. `ways`: by what an unpaid one can be given,
    the one that is chosen first. `returning`: an extra one that is on its way back by itself. `gives_back`: whether the
    rail that it was paid by gives anything back. `needing`: where the gift was one of a giving day and its project has
    reached its target, those of the day that still need help. `matched`: what sponsors' pools added to it. `monthly`:
    of one that is a month of a pledge.
    """

    tip: Tip
    project: ProjectCard
    chat_title: str | None
    test_money: bool
    project_now: Project | None = None
    ways: tuple[Way, ...] = ()
    returning: bool = False
    gives_back: bool = True
    needing: tuple[Project, ...] = ()
    matched: tuple[Added, ...] = ()
    monthly: MonthGiven | None = None


@dataclass(frozen=True, slots=True)
class PostCard:
    """A post for a follower: where its tips go and what was given; `tipping`: whether a new one may be given.

    `presets`: the amounts its chat offers; `paused`: it would take tips, but rests; `project_now` as of a tip;
    `on_day`: whether a giving day is on for its project.
    """

    post: Post
    project: ProjectCard
    raised: Tally
    chat_title: str
    tipping: bool
    presets: tuple[Money, ...] = ()
    paused: bool = False
    project_now: Project | None = None
    on_day: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What anyone who has the code may see: amount and name as the donor chose, and the entry in the ledger.

    `in_part`: some of it went back; `returned`: how much, where the amount is shown.
    """

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
    matched: tuple[Added, ...] = ()
    in_part: bool = False
    returned: Money | None = None


async def tip_cards(work: Work, tips: Sequence[Tip], rails: Rails) -> list[TipCard]:
    """Tips for their donors, in this order; what they have in common is read once."""
    chats = await work.creators.chats_by_ids({tip.chat for tip in tips if tip.chat})
    unpaid = {tip.chat for tip in tips if tip.state is TipState.OFFERED}
    theirs = {chat.project for chat in chats.values() if chat.project and chat.id in unpaid}
    projects = await work.projects.by_ids(theirs | {tip.project for tip in tips})
    given = {tip.project for tip in tips}
    shown = {card.project.id: card for card in await cards(work, [projects[project] for project in sorted(given)])}
    extras = [tip.id for tip in tips if tip.extra_of is not None]
    going = await work.refunds.of(extras) if extras else {}
    paid = [tip.id for tip in tips if tip.state is TipState.PAID]
    matched = await added_to(work, paid) if paid else {}
    monthly = await months_given(work, paid)
    ways = await _ways(work, [tip for tip in tips if tip.state is TipState.OFFERED], projects, rails)

    needing = await _needing(work, [tip for tip in tips if tip.day is not None and shown[tip.project].percent >= 100])

    def card(tip: Tip) -> TipCard:
        chat = chats.get(tip.chat) if tip.chat else None
        other = chat is not None and tip.state is TipState.OFFERED and chat.project != tip.project
        now = projects.get(chat.project) if chat is not None and other and chat.project else None
        title = chat.title if chat else None
        return TipCard(
            tip, shown[tip.project], title, rails.test_money, now, ways.get(tip.id, ()), tip.id in going,
            needing=needing.get(tip.day, ()) if tip.day is not None and shown[tip.project].percent >= 100 else (),
            gives_back=_gives_back(tip, rails), matched=matched.get(tip.id, ()), monthly=monthly.get(tip.id),
        )  # fmt: skip

    return [card(tip) for tip in tips]


async def _needing(work: Work, tips: Sequence[Tip]) -> dict[UUID, tuple[Project, ...]]:
    """Of the giving days of these tips the projects that take gifts and lack some."""
    days = await work.giving_days.by_ids({tip.day for tip in tips if tip.day is not None}) if tips else {}
    projects = await work.projects.by_ids({project for day in days.values() for project in day.projects})
    open_ = {
        card.project.id for card in await cards(work, [*projects.values()]) if card.project.open and card.percent < 100
    }
    return {day.id: tuple(projects[each] for each in day.projects if each in open_) for day in days.values()}


def _gives_back(tip: Tip, rails: Rails) -> bool:
    can = rails.capabilities.get(tip.entry_key.split(":")[1]) if tip.entry_key else None
    return can is not None and can.refunds is not Refunds.NONE


async def _ways(
    work: Work, unpaid: Sequence[Tip], projects: Mapping[UUID, Project], rails: Rails
) -> dict[UUID, tuple[Way, ...]]:
    """By what each can be given, the rail of its payment first."""
    if not unpaid:
        return {}
    accounts = await rails.accounts(work)
    payments = await work.payments.by_ids({tip.payment for tip in unpaid if tip.payment})
    donors = await work.people.by_ids({tip.donor for tip in unpaid})
    found: dict[UUID, tuple[Way, ...]] = {}
    for tip in unpaid:
        payment, donor = payments.get(tip.payment) if tip.payment else None, donors.get(tip.donor)
        ways = rails.ways(
            tip.amount, projects[tip.project].organisation.id, accounts,
            last=payment.rail if payment is not None else None,
            settle_at_minor=donor.settle_at_minor if donor is not None else None,
        )  # fmt: skip
        found[tip.id] = tuple(_as_asked(way, payment) for way in ways)
    return found


def _as_asked(way: Way, payment: Payment | None) -> Way:
    """At the price that its payment asks, should the rate have changed since."""
    if payment is None or way.price is None or way.rail != payment.rail or way.price == payment.amount:
        return way
    return replace(way, price=payment.amount, rate=None)


async def post_cards(
    work: Work, asked: Sequence[UUID], presets: tuple[Money, ...], days: Mapping[UUID, tuple[Money, ...]]
) -> list[PostCard | None]:
    """Posts in the order they were asked for, None for those that are unknown.

    Where a chat has no amounts of its own, those of the giving day stand that is on for the post's project (`days`),
    else `presets`.
    """
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
        tipping = chat.tipping and project.project.open
        given = raised[post.id, project.project.target.currency]
        now = projects.get(chat.project) if chat.project and chat.project != post.project else None
        amounts = chat.presets(days.get(post.project, presets))
        return PostCard(post, project, given, chat.title, tipping, amounts, chat.paused, now, post.project in days)

    return [card(posts[post]) if post in posts else None for post in asked]


async def receipt_of(work: Work, code: str, *, test_money: bool) -> Receipt | None:
    """A paid tip by its code, as anyone may see it."""
    tip = await work.tips.by_receipt(code)
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
        test_money=test_money,
        matched=(await added_to(work, [tip.id])).get(tip.id, ()) if shown.amount else (),
        in_part=tip.in_part,
        returned=Money(tip.refunded_minor, tip.amount.currency) if tip.in_part and shown.amount else None,
    )


def _postings(postings: tuple[Posting, ...], *, hidden: bool) -> tuple[tuple[str, Money], ...]:
    """The entry's lines; a donor who hides the amount hides it here too, or the page would tell it after all."""
    return () if hidden else tuple((posting.account, posting.amount) for posting in postings)
