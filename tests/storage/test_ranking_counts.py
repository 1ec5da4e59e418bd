"""What is counted by sets is what the rules say gift by gift, on both databases."""

import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert

from giving.people import Visibility
from giving.rankings import Board, Given, Period, before, days_of, donors_reach, month_of, reaches, week_of
from giving.tips import TipState
from storage.engines import Engines
from storage.ids import new_id
from storage.tables import ranking_consents, tips
from storage.work import UnitOfWork
from tests.world import SHANGHAI, World, make_world

WEEK, MONTH = week_of(date(2026, 11, 18), SHANGHAI), month_of(date(2026, 11, 18), SHANGHAI)


@pytest.fixture
async def history(engines: Engines) -> tuple[World, list[dict[str, Any]]]:
    """Some hundred gifts of a few months, at the borders of weeks more than elsewhere. Their books are not kept."""
    world, dice = await make_world(UnitOfWork(engines)), random.Random("rankings")
    people = [world.creator, world.alice, world.bob]
    creators = [world.creator.id, world.alice.id, None]
    borders = [WEEK.since, WEEK.until, MONTH.since, MONTH.until, before(WEEK, SHANGHAI).since]
    rows = []
    for number in range(600):
        booked = dice.choice(borders) + timedelta(seconds=dice.choice([-1, 0, 1, dice.randrange(-(10**6), 10**6)]))
        state = TipState.PAID if dice.random() < 0.8 else TipState.REFUNDED
        rows.append({
            "id": new_id(), "donor_id": dice.choice(people).id, "creator_id": dice.choice(creators),
            "project_id": dice.choice([world.library.id, world.meals.id]),
            "chat_id": world.chat.chat.id if dice.random() < 0.5 else None,
            "amount_minor": 100, "currency": "CNY", "state": state, "visibility": dice.choice(list(Visibility)),
            "receipt_code": f"YZ-{number}", "entry_key": f"e{number}", "refunded_minor": 0,
            "offered_at": booked, "booked_at": booked, "paid_at": booked - timedelta(hours=dice.choice([0, 0, 30])),
        })  # fmt: skip
    async with world.unit() as work:
        await work.connection.execute(insert(tips), rows)
        wish = {"person_id": world.bob.id, "board": "donors", "since_at": world.time()}
        await work.connection.execute(insert(ranking_consents).values(wish))
    return world, rows


def given(rows: list[dict[str, Any]], column: str, *, own: bool) -> list[Given]:
    """As the rules see them; `own` gifts of creators are left out, but tell when somebody was here first."""
    nobody = UUID(int=0)
    return [
        Given(
            row[column] or nobody, row["donor_id"], row["paid_at"], row["booked_at"],
            row["state"] is TipState.PAID and (own or row["donor_id"] != row["creator_id"]),
        )
        for row in rows
    ]  # fmt: skip


@pytest.mark.parametrize("period", [WEEK, MONTH, week_of(date(2026, 11, 9), SHANGHAI)], ids=["week", "month", "before"])
@pytest.mark.parametrize(
    ("board", "column"),
    [(Board.CREATORS, "creator_id"), (Board.PROJECTS, "project_id"), (Board.CHATS, "chat_id")],
)
async def test_sets_and_rules_agree(history: Any, board: Board, column: str, period: Period):
    world, rows = history
    async with world.unit.read() as work:
        for last in (before(period, SHANGHAI), None):
            counted = await work.ranking_counts.reached(board, period, last)
            said = reaches(given(rows, column, own=board is Board.PROJECTS), period, last)
            said.pop(UUID(int=0), None)
            assert {one.subject: one.reach for one in counted} == said
            assert len(said) >= 1


async def test_donors_are_counted_by_their_local_days_and_only_where_they_show_their_name(history: Any):
    world, rows = history
    async with world.unit.read() as work:
        (counted,) = await work.ranking_counts.donors(MONTH, days_of(MONTH, SHANGHAI))
    mine = [
        row["booked_at"].astimezone(SHANGHAI).date()
        for row in rows
        if row["donor_id"] == world.bob.id and row["state"] is TipState.PAID
        and row["visibility"] is not Visibility.ANONYMOUS and MONTH.since <= row["booked_at"] < MONTH.until
    ]  # fmt: skip
    assert counted.subject == world.bob.id
    assert counted.reach == donors_reach(len(mine), len(set(mine)))
    assert len(set(mine)) > 3


async def test_what_was_given_back_is_counted_by_itself(history: Any):
    world, rows = history
    expected: dict[UUID, int] = defaultdict(int)
    for row in rows:
        if row["state"] is TipState.REFUNDED and WEEK.since <= row["booked_at"] < WEEK.until:
            expected[row["project_id"]] += 1
    async with world.unit.read() as work:
        assert await work.ranking_counts.refunded(Board.PROJECTS, WEEK) == expected


def test_the_borders_are_exact():
    assert datetime.combine(date(2026, 11, 16), datetime.min.time(), SHANGHAI) == WEEK.since
