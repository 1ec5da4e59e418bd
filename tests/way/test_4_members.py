"""Members of a group who hide behind it, and members whom the bot can't write to; on both databases."""

import time
from typing import Any

import pytest

from tests.processes import CREATOR, Message, Persona, Stage, is_card, pay, until, words
from tests.way.cast import FRESH, SPRING, SPRING_TITLE, cny, receipt
from tests.way.groups import BOT_ID, CLEANED_WITHIN_S, of_bot, tipping_group

STAND_INS = (1087968824, 136817688, 777000)  # Group, Channel, Telegram: who speaks for a chat
OFFERED = (
    "SELECT people.telegram_id, tips.amount_minor FROM tips JOIN people ON people.id = tips.donor_id"
    " JOIN chats ON chats.id = tips.chat_id WHERE chats.telegram_id = :group"
)
AUTHORS = (
    "SELECT people.telegram_id FROM posts JOIN chats ON chats.id = posts.chat_id"
    " LEFT JOIN people ON people.id = posts.author_id WHERE chats.telegram_id = :group"
)
NONE = words("carrier-none", project=SPRING_TITLE)


def hide(stage: Stage, group: int) -> Persona:
    """The group's creator, anonymous there from now on; the bot may tidy up."""
    creator = stage.creator
    creator.set_member(group, BOT_ID, "administrator", can_delete_messages=True)
    creator.set_member(group, CREATOR, "creator", is_anonymous=True)
    return creator


def reactions(person: Persona, message: Message, group: int) -> dict[str, int]:
    views: list[dict[str, Any]] = person.call("GET", f"/chats/{group}/messages?limit=500")["messages"]
    return next(view["reactions"] for view in views if view["id"] == message.id)


def nobody_stored(stage: Stage) -> bool:
    known = {row[0] for row in stage.rows("SELECT telegram_id FROM people")}
    return not known & set(STAND_INS)


@pytest.mark.parametrize("stands", [False, True], ids=["first to tip", "the carrier stands"])
def test_an_anonymous_administrator_is_told_that_nothing_was_offered(stage, members, stands):
    author, giver = members
    group = tipping_group(stage, author, giver)
    hidden = hide(stage, group)
    said = author.say("今天的书单", group)
    if stands:
        giver.say("/tip", group, to=said.id)
        giver.wait(NONE, group)
    began = time.monotonic()
    command = hidden.say("/tip 5", group, to=said.id)
    assert command.sender == group, "who it is nobody sees"
    line = hidden.wait(words("group-tip-nobody", amount=cny(500)), group, after=command.id)
    assert line.reply_to == command.id
    carrier = giver.wait(NONE, group)
    assert carrier.reply_to == said.id
    assert stage.rows(OFFERED, group=group) == []
    assert nobody_stored(stage)
    assert stage.rows(AUTHORS, group=group) == [(author.id,)]

    gone = {command.id, line.id}
    until(lambda: not gone & {m.id for m in giver.messages(group)}, "cleaned up", seconds=CLEANED_WITHIN_S)
    assert time.monotonic() - began >= 10
    assert [m.id for m in of_bot(giver, group)] == [carrier.id]

    before = hidden.last_id()
    hidden.start(line.url(words("button-open-private")))
    card = hidden.wait(lambda m: m.has("¥5"), after=before)
    hidden.tap(card, "¥5")
    pay(hidden.wait(is_card, after=before))
    stage.given[SPRING] += 500
    receipt(hidden, before)
    assert stage.rows(OFFERED, group=group) == [(CREATOR, 500)], "in private they are somebody"
    giver.wait_at(carrier, words("carrier", donors=1, given=cny(500), project=SPRING_TITLE), group)


def test_tip_alone_by_an_anonymous_administrator_brings_the_keyboard_for_everyone(stage, members):
    author, giver = members
    group = tipping_group(stage, author, giver)
    hidden = hide(stage, group)
    said = author.say("欢迎新朋友", group)
    hidden.say("/tip", group, to=said.id)
    carrier = giver.wait(NONE, group)
    again = hidden.say("/tip", group, to=said.id)
    until(lambda: reactions(giver, again, group) == {"👌": 1}, "a sign that it was heard")
    assert [m.id for m in of_bot(giver, group)] == [carrier.id]
    assert stage.rows(OFFERED, group=group) == []
    assert nobody_stored(stage)

    assert giver.tap(carrier, "¥1", group)["url"]
    until(lambda: stage.rows(OFFERED, group=group) == [(giver.id, 100)], "the tip of who tapped")


def test_what_an_anonymous_administrator_wrote_can_be_tipped_and_names_nobody(stage, members):
    author, giver = members
    settings = stage.creator.ask("/privacy")
    named, unnamed = f"✓ {words('button-named-in-groups')}", f"○ {words('button-named-in-groups')}"
    stage.creator.tap(settings, unnamed)
    stage.creator.wait_at(settings, lambda m: m.has(named))
    group = tipping_group(stage, author, giver)
    said = hide(stage, group).say("本群公告", group)
    giver.say("/tip 1", group, to=said.id)
    carrier = giver.wait(NONE, group)
    assert words("carrier-author", author="") not in carrier.text, "the group wrote it, whoever that was"
    assert stage.rows(AUTHORS, group=group) == [(None,)]
    stage.creator.tap(stage.creator.wait_at(settings, lambda m: m.has(named)), named)


def never_started(stage: Stage) -> Persona:
    return stage.persona(next(FRESH))


def blocked(stage: Stage) -> Persona:
    """Wrote to the bot, then blocked it."""
    person = stage.persona(next(FRESH))
    person.ask("/start")
    person.call("POST", "/block", {"bot": BOT_ID, "blocked": True})
    return person


@pytest.mark.parametrize("unreachable", [never_started, blocked])
@pytest.mark.parametrize("way_in", ["the line's button", "the carrier's counter"])
def test_who_can_not_be_written_to_is_led_to_the_one_tip_they_offered(stage, members, unreachable, way_in):
    """The carrier stands already: /tip 5 by somebody else, whom a private message does not reach."""
    author, first = members
    giver = unreachable(stage)
    group = tipping_group(stage, author, first, giver)
    said = author.say("谁有多余的书架？", group)
    first.say("/tip", group, to=said.id)
    carrier = first.wait(NONE, group)

    command = giver.say("/tip 5", group, to=said.id)
    line = giver.wait(words("group-pay", amount=cny(500), project=SPRING_TITLE), group, after=command.id)
    assert line.reply_to == command.id
    assert line.labels == [words("button-pay", amount=cny(500))], "what everybody sees can't be cancelled there"
    assert reactions(giver, command, group) == {"👌": 1}
    assert stage.rows(OFFERED, group=group) == [(giver.id, 500)]

    if unreachable is blocked:
        giver.call("POST", "/block", {"bot": BOT_ID, "blocked": False})
    before = giver.last_id()
    giver.start((carrier if way_in != "the line's button" else line).url(_way(way_in)))
    card = giver.wait(is_card, after=before)
    assert "¥5" in card.text
    assert stage.rows(OFFERED, group=group) == [(giver.id, 500)], "offered once, however it is come to"
    pay(card)
    stage.given[SPRING] += 500
    receipt(giver, before)
    paid = words("carrier", donors=1, given=cny(500), project=SPRING_TITLE)
    giver.wait_at(carrier, paid, group)
    assert len([m for m in of_bot(author, group) if m.reply_to == said.id]) == 1


def _way(way_in: str) -> str:
    return words("button-pay", amount=cny(500)) if way_in == "the line's button" else words("post-counter-none")


@pytest.mark.parametrize("unreachable", [never_started, blocked])
def test_tip_alone_by_who_can_not_be_written_to_is_noted_and_offers_nothing(stage, members, unreachable):
    author, first = members
    giver = unreachable(stage)
    group = tipping_group(stage, author, first, giver)
    said = author.say("下周见", group)
    first.say("/tip", group, to=said.id)
    carrier = first.wait(NONE, group)
    command = giver.say("/tip", group, to=said.id)
    until(lambda: reactions(giver, command, group) == {"👌": 1}, "a sign that it was heard")
    assert [m.id for m in of_bot(giver, group)] == [carrier.id]
    assert stage.rows(OFFERED, group=group) == []

    assert giver.tap(carrier, "¥1", group)["url"], "the keyboard above is theirs too"
    until(lambda: stage.rows(OFFERED, group=group) == [(giver.id, 100)], "one tip")
    if unreachable is blocked:
        giver.call("POST", "/block", {"bot": BOT_ID, "blocked": False})
    before = giver.last_id()
    giver.start(carrier.url(words("post-counter-none")))
    assert "¥1" in giver.wait(is_card, after=before).text
    assert stage.rows(OFFERED, group=group) == [(giver.id, 100)]
