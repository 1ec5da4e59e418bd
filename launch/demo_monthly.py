"""Monthly giving before somebody tries the demo: a promise, two sentences on why (one waits to be read), what projects
told of what they did.
"""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from giving.errors import PledgeTwice
from giving.money import Money
from giving.people import Person, Visibility
from giving.pledges.pledge import usual_day
from launch.service.building import Services
from services.clock import Clock
from services.pledges.service import PledgeAsk
from services.project_updates import NewsService
from services.wake import Wakes
from services.whys import WhyService
from storage.ids import new_id

PROMISED: Final = (("warm-lunch", 500),)
WHYS: Final = (
    ("clear-spring", "小时候要走两里路去挑水，现在我想让别的孩子少走一点。", timedelta(days=3)),
    ("warm-lunch", "我女儿每天中午都有热饭吃，别的孩子也该有。", timedelta(hours=5)),
)
READ: Final = ("clear-spring", timedelta(days=2))
NEWS: Final = (
    ("clear-spring", "第一座蓄水池封顶了，120 立方；管道铺到 2.3 公里。材料票据都贴在村口。", timedelta(days=20)),
    ("village-libraries", "这个月给三所小学补了 620 本书，《昆虫记》各放了三本：那本翻得最破。", timedelta(days=9)),
)  # fmt: skip


async def make_monthly(services: Services, giver: Person, owner: Person, language: str, now: datetime) -> None:
    """What `giver` promised and wrote, and what `owner` read and told."""
    async with services.unit() as work:
        giver = await work.people.set(giver.id, visibility=Visibility.NAMED)
    for slug, minor in PROMISED:
        project = (await services.projects.by_slug(slug)).project
        # Its day was yesterday, so that the first month is weeks away at whatever hour the demo is begun.
        day = usual_day(now - timedelta(days=1), ZoneInfo(services.texts.zone.key))
        ask = PledgeAsk(project.id, Money(minor, project.target.currency), day)
        try:
            await services.pledges.make(ask, giver, f"past:monthly:{slug}")
        except PledgeTwice:
            continue
    for slug, words, ago in WHYS:
        project = (await services.projects.by_slug(slug)).project
        await _whys(services, now - ago).write(giver, project.id, words)
    await _read(services, owner, now)
    for slug, words, ago in NEWS:
        news = _news(services, now - ago)
        await news.publish(owner, slug, new_id(), words, language)


async def _read(services: Services, owner: Person, now: datetime) -> None:
    slug, ago = READ
    whys = _whys(services, now - ago)
    found, _ = await whys.waiting(owner, len(WHYS))
    for read in found:
        if read.project.slug == slug:
            await whys.show(owner, read.sentence.id)


def _at(moment: datetime) -> Clock:
    return lambda: moment


def _whys(services: Services, moment: datetime) -> WhyService:
    return WhyService(services.unit, services.people, wakes=Wakes(), now=_at(moment))


def _news(services: Services, moment: datetime) -> NewsService:
    zone = ZoneInfo(services.texts.zone.key)
    return NewsService(services.unit, services.members, zone=zone, wakes=Wakes(), now=_at(moment))
