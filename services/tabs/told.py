"""What messages tell of charges, and what became of those messages."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from giving import tabs as rules
from giving.money import sum_of
from giving.notices import NoticeKind
from giving.projects import Organisation, Project
from giving.tabs import Charge, ChargeState, Told
from giving.tips import Tip
from storage.methods import KeptMethod
from storage.outbox import OutboxState
from storage.tabs import ChargeRow
from storage.work import Work


@dataclass(frozen=True, slots=True)
class ChargeTold:
    """A charge for its donor: what it is for, with whom, and by what (a saved method, or the rail's name)."""

    charge: Charge
    organisation: Organisation
    tips: tuple[tuple[Tip, Project], ...]
    rail: str
    label: str


async def kept_method(work: Work, donor: UUID, organisation: UUID, rail: str) -> KeptMethod | None:
    """What the donor saved for this organisation by this rail."""
    kept = await work.methods.of(donor)
    return next((one for one in kept if (one.organisation, one.rail) == (organisation, rail)), None)


async def owed_of(work: Work, row: ChargeRow) -> tuple[Tip, ...]:
    """What is owed of a charge: of a payment that settles several tabs only what stands on its own."""
    tips = rules.owed((await work.tips.of_payments([row.payment])).get(row.payment, []))
    tabs = await work.tabs.tabs_of([tip.id for tip in tips])
    return tuple(tip for tip in tips if tabs.get(tip.id) == row.charge.tab)


async def told(work: Work, charge: UUID, now: datetime) -> ChargeTold | None:
    """What a message about a charge tells that is sent now; None if it is open no more, or nothing of it is owed."""
    row = (await work.tabs.charges([charge])).get(charge)
    if row is None or row.charge.state not in rules.OPEN:
        return None
    tips = await owed_of(work, row)
    payment = await work.payments.by_id(row.payment)
    if payment is None or not tips:
        return None
    projects = await work.projects.by_ids({tip.project for tip in tips})
    saved = await kept_method(work, row.donor, row.organisation, payment.rail)
    amount = sum_of((tip.amount for tip in tips), row.charge.amount.currency)
    # Arriving late it still comes three days before: so it says when that is.
    at = rules.charged_at(row.charge, Told(sent_at=now)) or row.charge.charge_at
    return ChargeTold(
        replace(row.charge, amount=amount, charge_at=at), projects[tips[0].project].organisation,
        tuple((tip, projects[tip.project]) for tip in tips), payment.rail,
        saved.method.label if saved is not None else "",
    )  # fmt: skip


async def put_back(work: Work, charge: UUID) -> ChargeTold | None:
    """A charge that was not made and stands on its tab again; None if its tab is settled otherwise by now."""
    row = (await work.tabs.charges([charge])).get(charge)
    if row is None or row.charge.state is not ChargeState.SKIPPED:
        return None
    if any(one.charge.tab == row.charge.tab for one in await work.tabs.open_charges(donor=row.donor)):
        return None
    payment = await work.payments.by_id(row.payment)
    organisation = (await work.projects.organisations_by_ids({row.organisation})).get(row.organisation)
    tips = await owed_of(work, row)
    if payment is None or organisation is None or not tips:
        return None
    amount = sum_of((tip.amount for tip in tips), row.charge.amount.currency)
    return ChargeTold(replace(row.charge, amount=amount), organisation, (), payment.rail, "")


def notice_key(kind: NoticeKind, charge: UUID) -> str:
    """By which a message about a charge is queued once."""
    return f"{kind}:{charge}"


async def notices_of(work: Work, charges: Collection[Charge]) -> dict[UUID, Told]:
    """What became of the notices of those of them that are announced."""
    keys = {c.id: notice_key(NoticeKind.TAB_ANNOUNCED, c.id) for c in charges if c.state is ChargeState.ANNOUNCED}
    found = await work.outbox.became(keys.values()) if keys else {}
    became = {charge: found.get(key, (OutboxState.FAILED, None)) for charge, key in keys.items()}
    lost = (OutboxState.FAILED, OutboxState.SKIPPED)
    return {
        charge: Told(sent_at if state is OutboxState.SENT else None, state in lost)
        for charge, (state, sent_at) in became.items()
    }
