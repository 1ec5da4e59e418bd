"""A giving day made in the chat, by HTTP only: the first by four questions, tomorrow's from the last one."""

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.processes import ADMIN, CHANNEL, Message, Persona, fetch, words
from tests.way.cast import LIBRARIES_TITLE, SPRING_TITLE
from tests.way.groups import BOT_ID

ZONE = ZoneInfo("Asia/Shanghai")
UNDER_S = 120.0  # from "again" to scheduled; a person reads besides


def shown(person: Persona, key: str, after: int) -> Message:
    return person.wait(words(key).split("\n")[0], after=after)


def first_day(admin: Persona) -> None:
    """Title, projects, start, end."""
    listed = admin.ask("/giving_day")
    admin.tap(listed, words("button-day-new"))
    asked = admin.wait("64", after=listed.id)
    admin.say("一元公益日")
    projects = admin.wait(lambda m: m.has(SPRING_TITLE), after=asked.id)
    admin.tap(projects, SPRING_TITLE)
    chosen = admin.wait_at(projects, lambda m: m.has(f"✓ {SPRING_TITLE}"))
    admin.tap(chosen, words("button-day-projects-done", count=1))
    asked = admin.wait(words("day-ask-starts"), after=projects.id)
    admin.say("2040-12-11 00:00")
    asked = admin.wait(words("day-ask-ends"), after=asked.id)
    admin.say("2040-12-12 00:00")
    shown(admin, "day-made", asked.id)


def test_tomorrows_day_from_the_last_one_in_under_two_minutes(stage):
    admin = stage.persona(ADMIN)
    first_day(admin)
    day = "SELECT count(*) FROM giving_days WHERE state = :state"
    began = time.monotonic()
    listed = admin.ask("/giving_day")
    admin.tap(listed, words("button-day-from-last"))
    card = admin.wait_at(listed, lambda m: m.has(words("button-day-change")))
    admin.tap(card, words("button-day-change"))
    menu = admin.wait_at(card, lambda m: m.has(words("button-day-field-starts")))
    admin.tap(menu, words("button-day-field-starts"))
    asked = admin.wait(words("day-ask-starts"), after=card.id)
    tomorrow = datetime.now(ZONE).date() + timedelta(days=1)
    admin.say(f"{tomorrow:%Y-%m-%d} 00:00")
    card = shown(admin, "day-changed", asked.id)
    assert SPRING_TITLE in card.text
    assert LIBRARIES_TITLE not in card.text
    admin.tap(card, words("button-day-preview"))
    preview = admin.wait_at(card, lambda m: m.has(words("button-day-schedule")))
    assert "一元公益日" in preview.text
    admin.tap(preview, words("button-day-schedule"))
    sure = admin.wait_at(card, lambda m: m.has(words("button-day-sure-schedule")))
    assert stage.rows(day, state="scheduled")[0][0] == 0
    admin.tap(sure, words("button-day-sure-schedule"))
    admin.wait_at(card, lambda m: "排好了" in m.text)
    assert time.monotonic() - began < UNDER_S
    assert stage.rows(day, state="scheduled")[0][0] == 1


def test_a_slot_and_the_projects_of_the_day_are_shared_from_any_chat(stage, on):
    """The day is begun now; the sandbox plays inline mode."""
    admin, creator = stage.persona(ADMIN), stage.creator
    listed = admin.ask("/giving_day")
    admin.tap(listed, next(label for label in listed.labels if "已排期" in label))
    card = admin.wait_at(listed, lambda m: m.has(words("button-day-preview")))
    admin.tap(card, words("button-day-preview"))
    admin.tap(admin.wait_at(card, lambda m: m.has(words("button-day-go-live"))), words("button-day-go-live"))
    yes = words("button-day-sure-go-live")
    admin.tap(admin.wait_at(card, lambda m: m.has(yes)), yes)
    admin.wait_at(card, lambda m: m.has(words("button-day-stop")))
    assert fetch("PUT", f"{admin.base}/api/bots/{BOT_ID}", {"inline": True}).status == 200
    offered = creator.call("POST", "/inline", {"query": "", "chat": CHANNEL})
    assert SPRING_TITLE in [result["title"] for result in offered["results"]]
    admin.tap(admin.wait_at(card, lambda m: m.has(words("button-day-stop"))), words("button-day-stop"))
    stop = words("button-day-sure-stop")
    admin.tap(admin.wait_at(card, lambda m: m.has(stop)), stop)
    admin.wait_at(card, lambda m: not m.has(stop))
