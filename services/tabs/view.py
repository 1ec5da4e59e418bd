"""Somebody's tabs as they are shown to them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from giving import tabs as rules
from giving.joint import Joint, joints
from giving.money import Money
from giving.payments import Payment, PaymentState
from giving.people import Person
from giving.projects import Organisation, Project
from giving.tabs import Charge, ChargeState, Terms, Told
from giving.tips import Tip
from services.rails.switched_on import Rails
from services.tabs.joint import standings
from services.tabs.told import notices_of
from storage.methods import KeptMethod
from storage.tabs import ChargeRow, TabRow, Whole
from storage.work import Work

MOST_SHOWN: Final = 100  # of one tab's promises; all of them count in its sums


@dataclass(frozen=True, slots=True)
class TabCard:
    """One tab for its donor; `charge` is what they are asked for, or told of, and `pay_url` where they pay it.

    `charging` are those that `method` is being charged for now, `whole.free` what "pay now" would settle beside them.
    `saves`: its rail would keep a method. `page_over`: it was asked for, and the page can't be paid any more. `tips`
    are the newest; `count` is how many there are. `shared`: the whole sum of its page, where that pays other tabs too.
    """

    tab: rules.Tab
    organisation: Organisation
    rail: str
    tips: tuple[tuple[Tip, Project], ...]
    settles_at: Money
    least: Money
    whole: Whole
    charge: Charge | None = None
    charging: tuple[Charge, ...] = ()
    pay_url: str | None = None
    method: KeptMethod | None = None
    saves: bool = False
    page_over: bool = False
    shared: Money | None = None

    @property
    def payable(self) -> bool:
        """Whether it can be settled now: the rail carries it."""
        return bool(self.whole.free) and self.least <= self.whole.free


@dataclass(frozen=True, slots=True)
class TabView:
    """All tabs of somebody on which something stands, what they promised this month, and what they chose.

    `joints`: those of them that can be paid at once, by one charge that its rail carries.
    """

    cards: tuple[TabCard, ...]
    month: Money
    terms: Terms
    joints: tuple[Joint, ...] = ()

    @property
    def promised(self) -> Money:
        """What stands on all of them, in charges too."""
        return Money(sum(card.whole.sum.minor for card in self.cards), self.month.currency)


async def cards_of(
    work: Work, person: Person, rails: Rails, settles_at: Money, least: Callable[[TabRow], Money], now: datetime
) -> tuple[tuple[TabCard, ...], tuple[Joint, ...]]:
    """Their tabs on which something stands, and which can be paid at once; `least` is what a tab's rail carries."""
    wholes = await work.tabs.wholes(person.id)
    rows = [row for row in await work.tabs.of_donor(person.id) if row.tab.id in wholes]
    there = await work.tabs.on_tabs(person.id, MOST_SHOWN)
    charges = await work.tabs.open_charges(donor=person.id)
    told = await notices_of(work, [row.charge for row in charges])
    payments = await work.payments.by_ids({row.payment for row in charges})
    paid = {id_ for id_, payment in payments.items() if payment.state is PaymentState.PAID}
    charges = [row for row in charges if row.payment not in paid]  # the next sweep closes those
    methods = {(kept.organisation, kept.rail): kept for kept in reversed(await work.methods.of(person.id))}
    projects = await work.projects.by_ids({tip.project for _, tip in there})
    cards = []
    for row in rows:
        tips = tuple((tip, projects[tip.project]) for tab, tip in there if tab == row.tab.id)
        of_tab = [_as_told(one, told) for one in charges if one.charge.tab == row.tab.id]
        can = rails.capabilities.get(row.rail)
        card = TabCard(
            row.tab, tips[0][1].organisation, row.rail, tips, settles_at, least(row), wholes[row.tab.id],
            method=methods.get((row.tab.organisation, row.rail)), saves=can is not None and can.saves,
            charging=tuple(one.charge for one in of_tab if one.charge.state is ChargeState.CHARGING),
        )  # fmt: skip
        cards.append(_asked_for(card, of_tab, payments, rails, now))
    together = joints(standings(rows, wholes, charges, rails, await rails.accounts(work)))
    return tuple(cards), tuple(one for one in together if rails.capabilities[one.rail].carries(one.sum))


def _asked_for(
    card: TabCard, charges: Sequence[ChargeRow], payments: Mapping[UUID, Payment], rails: Rails, now: datetime
) -> TabCard:
    row = next((one for one in reversed(charges) if one.charge.state is not ChargeState.CHARGING), None)
    page = payments.get(row.payment) if row is not None else None
    if row is None or page is None:
        return card
    over = rails.page_over(page, now)
    shared = page.amount if page.amount != row.charge.amount else None
    return replace(
        card, charge=row.charge, pay_url=None if over else page.url,
        page_over=over and row.charge.state is ChargeState.ASKED, shared=shared,
    )  # fmt: skip


def _as_told(row: ChargeRow, told: Mapping[UUID, Told]) -> ChargeRow:
    """An announced charge with the time when it is made."""
    at = rules.charged_at(row.charge, told.get(row.charge.id, Told()))
    return replace(row, charge=replace(row.charge, charge_at=at)) if at is not None else row
