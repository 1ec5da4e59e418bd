"""Who is in a segment, as SQL: people in the order of their ids, so that a cursor finds who comes next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select

from giving.broadcasts import LAPSED_AFTER, Segment
from giving.creators import ChatState
from giving.subscriptions import SubscriptionKind
from giving.tips import TipState
from storage.tables import chats, people, slots, subscriptions, supporters, tips


@dataclass(frozen=True, slots=True)
class Asked:
    """A segment at a moment. `month`: the one before it, by the operator's clock; `language`: for who has none of ours.

    Who asked for the kind after `at` is not in it: an audience does not grow while it is told.
    """

    kind: SubscriptionKind
    segment: Segment
    at: datetime
    month: tuple[datetime, datetime]
    language: str


def people_in(asked: Asked) -> Select[tuple[UUID]]:
    """The ids of those who can be written to."""
    wish = and_(subscriptions.c.kind == asked.kind.value, subscriptions.c.since_at <= asked.at)
    there = and_(people.c.telegram_id.is_not(None), people.c.started_at.is_not(None), people.c.unreachable_at.is_(None))
    joined = subscriptions.join(people, people.c.id == subscriptions.c.person_id)
    return select(subscriptions.c.person_id).select_from(joined).where(wish, there, *_conditions(asked))


def language_of(fallback: str) -> ColumnElement[str]:
    """In SQL what giving.people says: the language they chose, else their Telegram's if we have it, else `fallback`."""
    code = func.lower(people.c.language_code)
    told = case(
        *((or_(code == ours, code.startswith(f"{ours}-"), code.startswith(f"{ours}_", autoescape=True)), language)
        for ours, language in (("zh", "zh-CN"), ("en", "en"))),
        else_=literal(fallback),
    )  # fmt: skip
    return func.coalesce(people.c.chosen_language, told)


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    segment = asked.segment
    found: list[ColumnElement[bool]] = []
    if segment.project is not None and not segment.last_month:
        given = select(supporters.c.donor_id).where(
            supporters.c.subject_id == segment.project, supporters.c.gifts > 0
        )  # fmt: skip
        found.append(subscriptions.c.person_id.in_(given))
    if segment.last_month:
        since, until = asked.month
        to = [tips.c.project_id == segment.project] if segment.project is not None else []
        found.append(_gave(tips.c.paid_at >= since, tips.c.paid_at < until, *to))
    if segment.lapsed:
        found += [_gave(), ~_gave(tips.c.paid_at > asked.at - LAPSED_AFTER)]
    if segment.creators:
        found.append(_creates())
    if segment.language is not None:
        found.append(language_of(asked.language) == segment.language)
    return found


def _gave(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    mine = and_(tips.c.donor_id == people.c.id, tips.c.paid_at.is_not(None), tips.c.state == TipState.PAID.value)
    return exists(select(tips.c.id).where(mine, *more))


def _creates() -> ColumnElement[bool]:
    runs: Any = exists(select(chats.c.id).where(chats.c.creator_id == people.c.id, chats.c.state == ChatState.ON.value))
    opened = exists(select(slots.c.id).where(slots.c.creator_id == people.c.id, slots.c.closed_at.is_(None)))
    return or_(runs, opened)
