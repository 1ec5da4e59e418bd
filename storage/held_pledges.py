"""What is held of what somebody promised every month; and how it ends when they leave."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.people import Visibility
from giving.pledges import CHANGEABLE, LOOK_EVERY, InstalmentState, PledgeState
from storage.star_subscriptions import StarSubscriptionStore
from storage.tables import instalments, organisations, pledge_choices, pledges, projects, star_subscriptions


def pledged(person: UUID) -> dict[str, Select[Any]]:
    """Section → its rows, oldest first (storage/held.py)."""
    return {
        "monthly": select(
            pledges.c.id, pledges.c.amount_minor, pledges.c.currency, pledges.c.every, pledges.c.day, pledges.c.way,
            pledges.c.rail, pledges.c.visibility, pledges.c.state, pledges.c.first, pledges.c.paused_until,
            pledges.c.skipped, pledges.c.why, pledges.c.began_at, pledges.c.ended_at, pledges.c.due_at,
            pledges.c.renews_at,
            projects.c.slug.label("project"), organisations.c.slug.label("organisation"),
            pledges.c.creator_id.is_not(None).label("a_creator_called_for_it"),
        )
        .outerjoin(projects, projects.c.id == pledges.c.project_id)
        .outerjoin(organisations, organisations.c.id == pledges.c.organisation_id)
        .where(pledges.c.donor_id == person)
        .order_by(pledges.c.id),
        "monthly_among": select(pledge_choices.c.pledge_id, projects.c.slug.label("project"))
        .join(pledges, pledges.c.id == pledge_choices.c.pledge_id)
        .join(projects, projects.c.id == pledge_choices.c.project_id)
        .where(pledges.c.donor_id == person)
        .order_by(pledge_choices.c.pledge_id, projects.c.slug),
        "monthly_instalments": select(
            instalments.c.pledge_id, instalments.c.month, instalments.c.amount_minor, instalments.c.currency,
            instalments.c.way, instalments.c.state, projects.c.slug.label("project"), instalments.c.payment_id,
            instalments.c.due_at, instalments.c.asked_at, instalments.c.paid_at,
        )
        .join(projects, projects.c.id == instalments.c.project_id)
        .where(instalments.c.donor_id == person)
        .order_by(instalments.c.pledge_id, instalments.c.month),
        "monthly_subscriptions": select(
            star_subscriptions.c.pledge_id, star_subscriptions.c.amount_minor, star_subscriptions.c.currency,
            star_subscriptions.c.state, star_subscriptions.c.made_at, star_subscriptions.c.until,
        )
        .join(pledges, pledges.c.id == star_subscriptions.c.pledge_id)
        .where(pledges.c.donor_id == person)
        .order_by(star_subscriptions.c.id),
    }  # fmt: skip


async def end_pledges(connection: AsyncConnection, person: UUID, now: datetime) -> None:
    """Nothing is asked for any more, and no row says who promised; whoever comes back finds none.

    Their gifts and pay pages are closed by whoever erases the rest, after this: pledges are held before payments.
    """
    theirs = select(pledges.c.id).where(pledges.c.donor_id == person).order_by(pledges.c.id)
    ids = list((await connection.execute(theirs.with_for_update(key_share=True))).scalars())
    if not ids:
        return
    open_ = instalments.c.state.in_(sorted(state.value for state in CHANGEABLE))
    which = (instalments.c.donor_id == person) & open_
    held = select(instalments.c.id).where(which).order_by(instalments.c.id)
    await connection.execute(held.with_for_update(key_share=True))
    await connection.execute(update(instalments).where(which).values(state=InstalmentState.SKIPPED, step_at=None))
    # A rail may not find at once what it was just asked: what became of that is looked up in an hour.
    asked = (instalments.c.donor_id == person) & (instalments.c.state == InstalmentState.CHARGING)
    await connection.execute(update(instalments).where(asked).values(step_at=now + LOOK_EVERY))
    unnamed = case((pledges.c.visibility == Visibility.NAMED, Visibility.ANONYMOUS), else_=pledges.c.visibility)
    over = {
        "state": PledgeState.CANCELLED,
        "ended_at": func.coalesce(pledges.c.ended_at, now),
        "due_at": None,
        "renews_at": None,
        "visibility": unnamed,
    }
    await connection.execute(update(pledges).where(pledges.c.donor_id == person).values(over))
    await StarSubscriptionStore(connection).end_of(ids, now)
    # The key was the number of a tap, which tells whose it was.
    keys = [{"_id": one, "key": f"left:{one.hex}"} for one in ids]
    await connection.execute(update(pledges).where(pledges.c.id == bindparam("_id")), keys)
