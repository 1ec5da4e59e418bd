"""Giving days."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from launch.service.building.creating import Creating
from launch.service.building.ground import Ground
from launch.service.limits import limits_of
from services.giving_days import DayPosts, DaySteps, DayTerms, GivingDayService
from services.giving_days.cards import DayCards
from services.giving_days.live import LiveDays
from services.giving_days.report import DayReports
from services.giving_days.watch import DayWatch
from services.inline import InlineService
from settings import Settings


@dataclass(frozen=True, kw_only=True)
class Days:
    """Giving days."""

    giving_days: GivingDayService
    day_steps: DaySteps
    day_reports: DayReports
    live_days: LiveDays
    day_watch: DayWatch
    day_cards: DayCards
    day_posts: DayPosts
    inline: InlineService


def build_days(settings: Settings, on: Ground, creating: Creating) -> Days:
    its = settings.giving_days
    terms = DayTerms(
        ZoneInfo(settings.timezone), limits_of(settings), timedelta(hours=its.closing_hours), its.confirm_over
    )  # fmt: skip
    days = GivingDayService(
        on.unit, on.people, on.days_on, terms=terms, wakes=on.wakes, write=on.leadership.write_as_caller
    )  # fmt: skip
    live = LiveDays(on.unit)
    posts = DayPosts(on.unit, creating.creators, quiet=on.quiet)
    days.writer.hooks.append(posts.call)
    return Days(
        giving_days=days,
        day_posts=posts,
        inline=InlineService(on.unit, creating.slots, on.days_on),
        day_steps=DaySteps(on.unit, days, on.people, on.days_on, quiet=on.quiet, write=on.leadership.write),
        day_reports=DayReports(
            on.unit,
            on.people,
            on.pictures,
            on.links,
            wakes=on.wakes,
            zone=terms.zone,
            quiet=on.quiet,
            write=on.leadership.write,
        ),
        live_days=live,
        day_watch=DayWatch(
            on.unit,
            on.people,
            live,
            wakes=on.wakes,
            quiet=on.quiet,
            button_every=timedelta(seconds=its.button_every_s),
            per_week=settings.subscriptions.per_week,
            write=on.leadership.write,
        ),
        day_cards=DayCards(
            on.unit,
            live,
            wakes=on.wakes,
            every=timedelta(seconds=its.card_every_s),
            language=settings.language,
            quiet=on.quiet,
            write=on.leadership.write,
        ),
    )
