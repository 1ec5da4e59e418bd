"""What became of it, read back from the database, beside what the model says."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from giving.notices import NoticeKind
from giving.pledges import Instalment, Pledge
from giving.tips import Tip, TipState
from services.ledger import LedgerService
from storage.tables import instalments, pledges, tips
from storage.tips import read_tip
from tests.monthly.figures import figures
from tests.monthly.model import Expected, expected
from tests.monthly.promises import Promise, by_day
from tests.monthly.script import HOME, zone_of
from tests.monthly.told import told_right
from tests.monthly.town import PER_WEEK
from tests.monthly.years import Years

STATES: Final = {"active": "active", "paused": "paused", "waiting": "waiting", "cancelled": "over"}
WEEK: Final = timedelta(days=7)
MONEY: Final = frozenset({NoticeKind.RECEIPT, NoticeKind.REFUNDED})  # told at once, at night without a sound
# Towards the week. Not: receipts, and what a donor must know or do about what they promised (announced, asked for,
# declined, paused, waiting), since what is not told in time there is money, or a promise, that goes wrong.
COUNTED: Final = frozenset(
    {
        "project_news", "thanks", "day_call",  # what somebody wished to hear
        "pledge_reminded",  # they were asked, and told until when
        "certificate",  # nothing is lost if it comes later
    }
)  # fmt: skip


@dataclass
class Found:
    """Everything there is in the end."""

    pledges: dict[UUID, Pledge] = field(default_factory=dict)
    months: list[Instalment] = field(default_factory=list)
    gifts: dict[UUID, Tip] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


async def found(years: Years) -> Found:
    """Read it back."""
    there = Found()
    async with years.town.unit.read() as work:
        ids = list((await work.connection.execute(select(pledges.c.id))).scalars())
        for part in (ids[i : i + 500] for i in range(0, len(ids), 500)):
            there.pledges |= await work.pledges.by_ids(part)
        every = list((await work.connection.execute(select(instalments.c.id))).scalars())
        for part in (every[i : i + 500] for i in range(0, len(every), 500)):
            there.months += (await work.instalments.by_ids(part)).values()
        rows = await work.connection.execute(select(tips))
        there.gifts = {row.id: read_tip(row) for row in rows}
    return there


async def check(years: Years) -> Found:
    """Compare all of it; `wrong` says where it is not as it should be."""
    there = await found(years)
    months, promises = expected(years.script)
    there.wrong += _months(years, there, months)
    there.wrong += _pledges(years, there, promises)
    there.wrong += await _money(years, there)
    there.wrong += _messages(years)
    there.wrong += _notices(years, there)
    there.wrong += told_right(years, there.months)
    there.wrong += await figures(years, there.months, there.gifts, promises)
    report = await LedgerService(years.town.unit).verify()
    there.wrong += [f"ledger: {finding}" for finding in report.findings]
    return there


def _months(years: Years, there: Found, months: dict[tuple[int, int, str], Expected]) -> list[str]:
    """Each month of each pledge, and nothing besides: its state, its sum, its project."""
    slugs = {project.id: name for name, project in years.town.projects.items()}
    actual: dict[tuple[int, int, str], Instalment] = {}
    for one in there.months:
        player, number = years.whose[one.pledge]
        actual[player.donor.number, number, str(one.month)] = one
    wrong = []
    for name in sorted(months.keys() | actual.keys()):
        want, is_ = months.get(name), actual.get(name)
        says = f"donor {name[0]}, pledge {name[1]}, {name[2]}: "
        if want is None or is_ is None:
            wrong.append(f"{says}should be {want and want.state}, is {is_ and str(is_.state)}")
            continue
        if is_.state.value not in _alike(want.state):
            wrong.append(f"{says}should be {want.state}, is {is_.state}")
        elif is_.amount.minor != want.amount:
            wrong.append(f"{says}({want.state}) should be {want.amount}, is {is_.amount.minor}")
        elif slugs[is_.project] not in want.goal.projects:
            wrong.append(f"{says}should go to {want.goal.names}, goes to {slugs[is_.project]}")
    return wrong


def _alike(state: str) -> frozenset[str]:
    return {"tab": frozenset({"on_tab", "paid"}), "tab?": frozenset({"skipped", "paid"})}.get(state, frozenset({state}))


def _pledges(years: Years, there: Found, promises: dict[tuple[int, int], Promise]) -> list[str]:
    wrong = []
    by = {"saved": "saved", "link": "card", "tab": "tab"}
    actual = {(p.donor.number, n): there.pledges[one] for one, (p, n) in years.whose.items() if one in there.pledges}
    for name in sorted(promises.keys() | actual.keys()):
        want, is_ = promises.get(name), actual.get(name)
        if want is None or is_ is None:
            wrong.append(f"pledge {name}: should {'not ' if want is None else ''}be there")
            continue
        now = STATES[is_.state], is_.amount.minor, is_.day, by[is_.way], is_.every
        if now != (want.state, want.amount, want.day, want.by, want.every):
            wrong.append(f"pledge {name}: should be {(want.state, want.amount, want.day, want.by)}, is {now}")
    return wrong


async def _money(years: Years, there: Found) -> list[str]:
    """Bank, gifts, instalments and books say the same, to the fen."""
    wrong, town = [], years.town
    charged: Counter[UUID] = Counter()
    for charge in town.bank.charges.values():
        charged[charge.reference] += charge.minor
    often = Counter(charge.reference for charge in town.bank.charges.values())
    wrong += [f"payment {reference} was charged {times} times" for reference, times in often.items() if times > 1]
    keys = Counter(charge.key for charge in town.bank.charges.values() if charge.key)
    wrong += [f"key {key} made {times} charges" for key, times in keys.items() if times > 1]
    given: Counter[UUID] = Counter()
    mine = {one.tip: one for one in there.months if one.tip is not None}
    for gift in there.gifts.values():
        if gift.state is TipState.PAID:
            given[gift.project] += gift.amount.minor
            one = mine.get(gift.id)
            if one is not None and (one.amount, one.project, one.state.value) != (gift.amount, gift.project, "paid"):
                wrong.append(f"gift of {gift.amount.minor} for a month of {one.amount.minor} that is {one.state}")
    for one in there.months:
        paid = there.gifts.get(one.tip) if one.tip is not None else None
        stands = paid is not None and paid.state in (TipState.PAID, TipState.REFUNDED)
        if one.state == "paid" and not stands:
            wrong.append(f"month {one.month} of {one.pledge} is paid without a gift")
    kept = sum(charged.values()) - sum(town.bank.returned.values())
    if kept != sum(given.values()):
        wrong.append(f"the bank has {kept}, given was {sum(given.values())}")
    for name, project in town.projects.items():
        booked = -(await town.world.balance(f"project:{project.id}:credited")).minor
        if booked != given[project.id]:
            wrong.append(f"{name}: booked {booked}, given {given[project.id]}")
    return wrong


def _zones(years: Years) -> dict[int, list[tuple[Any, str | None]]]:
    """By whose clock each reader lived when."""
    zones: dict[int, list[tuple[Any, str | None]]] = {}
    for player in years.players:
        if player.chat:
            zones[player.chat] = [(None, player.donor.zone)]
            for act in player.donor.acts:
                if act.what in ("zone", "leave"):
                    zones[player.chat].append((act.at, act.value if act.what == "zone" else None))
    return zones


def _messages(years: Years) -> list[str]:
    """None at night but a receipt, or word of money that went back, silently; none over the week's cap."""
    wrong, zones = [], _zones(years)
    counted: dict[UUID, list[Any]] = {}
    for one in years.town.session.told:
        here = next((zone for at, zone in reversed(zones.get(one.chat, [(None, HOME)])) if at is None or at <= one.at))
        if by_day(one.at, here) != one.at:
            if one.kind not in MONEY or not one.silent:
                there = one.at.astimezone(zone_of(here))
                wrong.append(f"{one.kind} to {one.chat} at {there:%H:%M} of their night, silent: {one.silent}")
            years.seen.acts["silent receipt at night"] += 1
        if one.kind in COUNTED:
            counted.setdefault(one.person, []).append(one.at)
    for person, times in counted.items():
        for i, at in enumerate(times):
            if sum(at <= other < at + WEEK for other in times[i:]) > PER_WEEK:
                wrong.append(f"{person} was told more than {PER_WEEK} in the week from {at}")
    return wrong


def _notices(years: Years, there: Found) -> list[str]:
    """No debit without a notice that came at least five days before."""
    wrong = []
    notices = [one for one in years.town.session.told if one.kind is NoticeKind.PLEDGE_ANNOUNCED]
    told = {subject: one.at for one in notices for subject in one.subjects}
    for one in there.months:
        if one.first_tried_at is None:
            continue
        at = told.get(one.id)
        if at is None or one.first_tried_at - at < timedelta(days=5):
            wrong.append(f"{one.month} of {one.pledge} was debited at {one.first_tried_at}, its notice came at {at}")
    return wrong
