"""A project that is renamed between the confirmation of a day and its beginning: admins are told, once."""

from giving.alerts import Alert, AlertKind, AlertLine
from giving.giving_days import DayState
from giving.notices import NoticeKind
from services.alerts import AlertService
from services.project_import import ProjectImport
from tests.services.giving_days.town import HOUR, an_admin, drafted_day, on, scheduled
from tests.world import World

TEXTS = "{{zh-CN: {{title: {}, summary: s, story: s, use: u}}, en: {{title: {}, summary: s, story: s, use: u}}}}"
FILE = """organisations:
  - slug: new-one
    names: {{en: New}}
    verified: true
projects:
  - slug: wells
    organisation: new-one
    target: {target}
    texts: {texts}
"""


async def imported(world: World, chinese: str, english: str, target: int = 100) -> None:
    alerts = AlertService(owners=[], wakes=world.wakes, now=world.time)
    texts = TEXTS.format(chinese, english)
    report = await ProjectImport(world.unit, alerts=alerts, now=world.time).run(FILE.format(texts=texts, target=target))
    assert report.written


async def told(world: World) -> dict[str, list[Alert | None]]:
    """By the name of who is told."""
    async with world.unit() as work:
        queued = await work.outbox.claim(now=world.time(), lease=HOUR, limit=50)
        queued = [message for message in queued if message.kind == NoticeKind.ALERT]
        people = await work.people.by_ids({message.person for message in queued})
        found: dict[str, list[Alert | None]] = {}
        for message in queued:
            assert message.subject is not None
            found.setdefault(people[message.person].name, []).append(await work.alerts.by_id(message.subject))
    return found


async def test_admins_are_told_the_old_and_the_new_title_once(world: World):
    await imported(world, "一口井", "A well")
    wells = (await world.projects.by_slug("wells")).project
    day = await scheduled(world, projects=(world.library.id, wells.id))
    await an_admin(world, 2002, "另一位")
    await imported(world, "一口井", "A well", target=200)
    assert await told(world) == {}, "its title is what it was"

    await imported(world, "一眼泉", "A well", target=200)
    news = Alert(
        AlertKind.DAY_RENAMED, {"title": "一元公益日 / One yuan day"},
        (AlertLine("day-renamed", {"before": "一口井", "after": "一眼泉"}),),
    )  # fmt: skip
    found = await told(world)
    assert (found["管理员"], found["另一位"]) == ([news], [news])
    await imported(world, "一眼泉", "A well", target=200)
    assert await told(world) == {}
    assert (await world.giving_days.one(day.id)).state is DayState.SCHEDULED


async def test_of_drafts_and_days_that_are_on_nobody_is_told(world: World):
    await imported(world, "一口井", "A well")
    wells = (await world.projects.by_slug("wells")).project
    await drafted_day(world, projects=(wells.id,))
    await imported(world, "一眼泉", "A spring")
    begun = await on(world, projects=(wells.id,))
    await world.day_steps.sweep()
    assert (await world.giving_days.one(begun.id)).state is DayState.LIVE
    await imported(world, "水", "Water")
    assert await told(world) == {}
