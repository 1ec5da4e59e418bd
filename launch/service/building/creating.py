"""Creators, their chats and slots, and what is shown there."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from launch.service.building.ground import Ground
from services.carriers import CarrierService
from services.cleanups import CleanupService
from services.counters import CounterService
from services.creator_watch import CreatorWatch
from services.creators import ChatRights, CreatorService
from services.groups import GroupService
from services.handover import HandoverService
from services.rankings import RankingService, RankingSteps
from services.slots import SlotService
from services.thanks import ThanksService
from services.thanks_posts import ThanksPostService
from settings import Settings


@dataclass(frozen=True, kw_only=True)
class Creating:
    """Creators, their chats and slots, and what is shown there."""

    watch: CreatorWatch
    creators: CreatorService
    handovers: HandoverService
    slots: SlotService
    thanks: ThanksService
    thanks_posts: ThanksPostService
    rankings: RankingService
    ranking_steps: RankingSteps
    groups: GroupService
    carriers: CarrierService
    counters: CounterService
    cleanups: CleanupService


def build_creating(settings: Settings, on: Ground, rights: ChatRights) -> Creating:
    unit, wakes, quiet, zone = on.unit, on.wakes, on.quiet, ZoneInfo(settings.timezone)
    language, currency, write = settings.language, settings.tips.currency, on.leadership.write
    watch = CreatorWatch(unit, rights, wakes=wakes, quiet=quiet)
    creators = CreatorService(unit, rights, zone=zone, currency=currency, language=language, watch=watch)
    counted_every = timedelta(seconds=settings.notices.counter_every_s)
    return Creating(
        watch=watch,
        creators=creators,
        handovers=HandoverService(unit, rights, creators, watch, wakes=wakes, quiet=quiet),
        slots=SlotService(unit, language=language),
        thanks=ThanksService(unit, creators, wakes=wakes, quiet=quiet, per_week=settings.subscriptions.per_week),
        thanks_posts=ThanksPostService(unit, creators, rights),
        rankings=RankingService(unit, zone=zone),
        ranking_steps=RankingSteps(unit, zone=zone, write=write),
        groups=GroupService(unit, rights, creators, watch=watch),
        carriers=CarrierService(unit, wakes=wakes, quiet=quiet, write=on.leadership.write_as_caller),
        counters=CounterService(unit, wakes=wakes, every=counted_every, write=write),
        cleanups=CleanupService(unit, write=write),
    )
