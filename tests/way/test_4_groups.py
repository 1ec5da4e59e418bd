"""Groups and discussion groups, by HTTP only, through a real bot in a process of its own, on both databases."""

import time

import pytest

from tests.processes import CREATOR, Persona, Stage, is_card, pay, switch_on, together, until, words
from tests.way.cast import FRESH, SPRING, SPRING_TITLE, cny, receipt
from tests.way.groups import BOT_ID, CLEANED_WITHIN_S, failed, new_group, of_bot, tipping_group


def test_from_an_invitation_to_the_moved_counter(stage, members):
    author, giver = members
    group = tipping_group(stage, author, giver)
    said = author.say("我把家里的旧书整理好了，谁要？", group)
    giver.say("/tip 5", group, to=said.id)
    carrier = giver.wait(words("carrier-none", project=SPRING_TITLE), group)
    assert carrier.reply_to == said.id
    assert carrier.labels[1:] == ["¥1", "¥5", "¥10", words("button-other")]

    giver.start(carrier.url(words("post-counter-none")))
    card = giver.wait(is_card)
    assert "¥5" in card.text
    pay(card)
    stage.given[SPRING] += 500
    receipt(giver, card.id)
    given = words("carrier", donors=1, given=cny(500), project=SPRING_TITLE)
    giver.wait_at(carrier, lambda m: given in m.text and m.has(words("post-counter", donors=1, given=cny(500))), group)

    before = giver.last_id()
    assert giver.tap(carrier, "¥1", group)["text"].startswith(words("tip-sent")), "by now the bot can write to them"
    pay(giver.wait(is_card, after=before))
    stage.given[SPRING] += 100
    more = words("carrier", donors=1, given=cny(600), project=SPRING_TITLE)
    giver.wait_at(carrier, more, group)
    assert len(of_bot(giver, group)) == 1
    assert words("carrier-author", author="") not in carrier.text


def test_many_tips_at_once_on_one_message_are_one_message_of_the_bot(stage, members):
    author, _ = members
    people = [stage.persona(next(FRESH)) for _ in range(6)]
    group = tipping_group(stage, author, *people)
    said = author.say("一起来", group)
    together(*(lambda p=p: p.say("/tip 1", group, to=said.id) for p in people))
    author.wait(words("carrier-none", project=SPRING_TITLE), group)
    chat = "SELECT count(*) FROM tips JOIN chats ON chats.id = tips.chat_id WHERE chats.telegram_id = :group"
    until(lambda: stage.rows(chat, group=group)[0][0] == len(people), "a tip of everyone")
    assert [m.reply_to for m in of_bot(author, group) if m.reply_to == said.id] == [said.id]
    for line in of_bot(author, group)[1:]:
        assert words("group-pay", amount=cny(100), project=SPRING_TITLE) in line.text, "to each by name, and gone soon"


def test_failed_commands_and_what_is_said_to_them_are_gone_after_ten_seconds(stage, members):
    author, giver = members
    group = tipping_group(stage, author, giver)
    stage.creator.set_member(group, BOT_ID, "administrator", can_delete_messages=True)
    said = author.say("早上好", group)
    began = time.monotonic()
    gone = [*failed(giver, group, "/tip 5", "error-tip-needs-reply")]
    gone += failed(
        giver, group, "/tip 许多", "error-amount-not-understood", to=said.id, least=cny(100), most=cny(5_000_000)
    )
    giver.say("/tip", group, to=said.id)
    carrier = giver.wait(words("carrier-none", project=SPRING_TITLE), group)
    gone += failed(giver, group, "/tip 1", "error-not-tippable", to=carrier.id)
    gone += failed(giver, group, "/charity", "error-not-administrator", chat="读书会")
    until(lambda: not set(gone) & {m.id for m in giver.messages(group)}, "cleaned up", seconds=CLEANED_WITHIN_S)
    assert time.monotonic() - began >= 10
    left = [m.id for m in giver.messages(group)]
    assert {said.id, carrier.id} <= set(left)


def test_without_the_right_to_delete_its_own_line_goes_and_the_command_stays(stage, members):
    author, giver = members
    group = tipping_group(stage, author, giver)
    command, line = failed(giver, group, "/tip", "error-tip-needs-reply")
    until(lambda: line not in {m.id for m in giver.messages(group)}, "its line is gone", seconds=CLEANED_WITHIN_S)
    assert command in {m.id for m in giver.messages(group)}


def test_where_the_bot_administers_a_member_alone_sees_where_to_pay_and_can_undo(stage, members):
    author, giver = members
    group = tipping_group(stage, author, giver)
    stage.creator.set_member(group, BOT_ID, "administrator", can_delete_messages=True)
    said = author.say("晚上好", group)
    giver.say("/tip 5", group, to=said.id)
    whisper = giver.wait(words("group-pay", amount=cny(500), project=SPRING_TITLE), group)
    assert whisper.id < 0, "only they see it"
    assert not any(m.id < 0 for m in author.messages(group))
    giver.tap(whisper, words("button-cancel"), group)
    giver.wait_at(whisper, words("tip-cancelled", amount=cny(500), project=SPRING_TITLE), group)
    assert len(of_bot(giver, group)) == 1


def test_removed_and_added_again_the_bot_finds_its_settings(stage, members):
    author, giver = members
    group = tipping_group(stage, author, giver)
    creator = stage.creator
    after = creator.last_id()
    creator.set_member(group, BOT_ID, "kicked")
    creator.wait(words("group-removed", chat="读书会"), after=after)
    creator.set_member(group, BOT_ID, "member")
    creator.wait(words("group-ready-back", project=SPRING_TITLE), after=after)
    said = author.say("又见面了", group)
    giver.say("/tip", group, to=said.id)
    giver.wait(words("carrier-none", project=SPRING_TITLE), group)


def test_who_wrote_the_message_is_thanked_by_name_if_they_wish(stage, members):
    author, giver = members
    settings = author.ask("/privacy")
    author.tap(settings, f"○ {words('button-named-in-groups')}")
    author.wait_at(settings, lambda m: m.has(f"✓ {words('button-named-in-groups')}"))
    group = tipping_group(stage, author, giver)
    said = author.say("周末一起去看书吗？", group)
    giver.say("/tip 5", group, to=said.id)
    carrier = giver.wait(words("carrier-none", project=SPRING_TITLE), group)
    assert words("carrier-author", author=f"粉丝{author.id}") in carrier.text.splitlines()
    giver.start(carrier.url(words("post-counter-none")))
    pay(giver.wait(is_card))
    stage.given[SPRING] += 500
    given = words("carrier", donors=1, given=cny(500), project=SPRING_TITLE)
    paid = giver.wait_at(carrier, given, group)
    assert words("carrier-author", author=f"粉丝{author.id}") in paid.text.splitlines(), "still, once something came"
    assert str(giver.id) not in paid.text, "who gave is nobody's business"


def group_of_an_administrator(stage: Stage, runs: Persona, *people: Persona) -> int:
    """Somebody else's group, in which `runs` administers and switched tipping on; the bot administers too."""
    runs.ask("/start")
    group = new_group(stage, runs, *people)
    stage.creator.set_member(group, BOT_ID, "administrator", can_delete_messages=True)
    stage.creator.set_member(group, runs.id, "administrator", can_manage_chat=True)
    command = runs.say("/charity", group)
    line = runs.wait(words("group-charity"), group, after=command.id)
    after = runs.last_id()
    runs.start(line.url(words("button-open-private")))
    card = runs.wait(lambda m: m.has(words("button-tipping-on")), after=after)
    switch_on(runs, card, SPRING_TITLE, said="group-on")
    return group


@pytest.mark.parametrize("seen", ["at once", "at the next /tip"])
def test_where_who_switched_it_on_lost_their_rights_it_rests_until_another_takes_over(stage, members, seen):
    """The bot hears of it at once where it administers; elsewhere it looks before it takes a tip."""
    runs, giver = members
    creator = stage.creator
    group = group_of_an_administrator(stage, runs, giver)
    if seen != "at once":
        creator.set_member(group, BOT_ID, "member")
    message = giver.say("今天也一起", group)
    before, asked_after = runs.last_id(), creator.last_id()
    creator.set_member(group, runs.id, "member")
    if seen != "at once":
        giver.say("/tip 1", group, to=message.id)
    lost = runs.wait(lambda m: m.has(words("button-resume")), after=before)
    assert "读书会" in lost.text
    asked = creator.wait(lambda m: m.has(words("button-take-over")), after=asked_after)
    assert SPRING_TITLE in asked.text
    giver_command = giver.say("/tip 1", group, to=message.id)
    giver.wait(words("error-tipping-paused", chat="读书会").split("，")[0], group, after=giver_command.id)
    assert not any(m.has("¥1") for m in of_bot(giver, group)), "no keyboard while nobody answers for it"
    refusal = runs.tap(lost, words("button-resume"))
    assert refusal["alert"], "who is no administrator can't resume"

    creator.tap(asked, words("button-take-over"))
    creator.wait_at(asked, words("handover-taken", chat="读书会"))
    giver.say("/tip 1", group, to=message.id)
    giver.wait(words("carrier-none", project=SPRING_TITLE), group)


def test_an_anonymous_administrator_is_led_into_private_by_charity(stage, members):
    author, giver = members
    group = tipping_group(stage, author, giver)
    creator = stage.creator
    creator.call(
        "POST", f"/chats/{group}/members", {"user": CREATOR, "status": "creator", "rights": {"is_anonymous": True}}
    )
    command = creator.say("/charity", group)
    line = creator.wait(words("group-charity-anonymous"), group, after=command.id)
    before = creator.last_id()
    creator.start(line.url(words("button-open-private")))
    card = creator.wait("读书会", after=before)
    assert card.has(words("button-change-project"))
    giver.start(line.url(words("button-open-private")))
    giver.wait(words("error-chat-unknown"))


def test_a_group_that_becomes_a_supergroup_takes_everything_along(stage, members):
    author, giver = members
    group = tipping_group(stage, author, giver, kind="group")
    said = author.say("人越来越多了", group)
    giver.say("/tip 5", group, to=said.id)
    carrier = giver.wait(words("carrier-none", project=SPRING_TITLE), group)
    giver.start(carrier.url(words("post-counter-none")))
    pay(giver.wait(is_card))
    stage.given[SPRING] += 500
    giver.wait_at(carrier, words("carrier", donors=1, given=cny(500), project=SPRING_TITLE), group)

    creator = stage.creator
    after = creator.last_id()
    new = creator.call("POST", f"/chats/{group}/migrate")["chat"]["id"]
    creator.wait(words("group-upgraded", chat="读书会"), after=after)
    again = author.say("到新家了", new)
    giver.say("/tip 1", new, to=again.id)
    giver.wait(words("carrier-none", project=SPRING_TITLE), new)
    fresh = [m.text for m in creator.messages(after=after)]
    assert not any(words("group-can") in text for text in fresh), "not greeted as a new one"
    total = "SELECT given_minor FROM tallies JOIN chats ON chats.id = tallies.subject_id WHERE chats.telegram_id = :new"
    assert stage.rows(total, new=new) == [(500,)]


# --- Discussion groups -----------------------------------------------------------------------------------------------


def channel_with_discussion(stage: Stage, *people: Persona) -> tuple[int, int]:
    """A channel that is on, and its discussion group in which the bot administers."""
    creator = stage.creator
    group = new_group(stage, *people, title="讨论")
    creator.set_member(group, BOT_ID, "administrator")
    body = {"type": "channel", "title": "相册", "members": [person.id for person in people]}
    channel = creator.call("POST", "/chats", body)["chat"]["id"]
    creator.call("PUT", f"/chats/{channel}/link", {"group": group})
    return on(stage, channel), group


def on(stage: Stage, channel: int) -> int:
    creator = stage.creator
    after = creator.last_id()
    creator.set_member(channel, BOT_ID, "administrator", can_post_messages=True, can_edit_messages=True)
    switch_on(creator, creator.wait(words("bot-ready"), after=after), SPRING_TITLE)
    return channel


def album(stage: Stage, channel: int, text: str) -> list[int]:
    posted = stage.creator.call("POST", "/messages", {"chat": channel, "photos": 3, "text": text})
    return [view["id"] for view in posted["messages"]]


def test_an_album_is_carried_by_one_reply_in_the_discussion_group(stage, members):
    reader, giver = members
    channel, group = channel_with_discussion(stage, reader, giver)
    first, *_ = album(stage, channel, "三张照片")
    carrier = giver.wait(words("carrier-none", project=SPRING_TITLE), group)
    answer = giver.tap(carrier, "¥1", group)
    giver.start(answer["url"])
    pay(giver.wait(is_card))
    stage.given[SPRING] += 100
    giver.wait_at(carrier, words("carrier", donors=1, given=cny(100), project=SPRING_TITLE), group)
    assert len([m for m in of_bot(giver, group) if m.reply_to]) == 1
    counted = (
        "SELECT posts.message_id FROM tips JOIN posts ON posts.id = tips.post_id"
        " JOIN chats ON chats.id = posts.chat_id WHERE chats.telegram_id = :channel"
    )
    assert stage.rows(counted, channel=channel) == [(first,)]


def test_a_post_the_bot_may_not_edit_is_carried_by_a_reply(stage, members):
    reader, giver = members
    channel, group = channel_with_discussion(stage, reader, giver)
    stage.creator.set_member(channel, BOT_ID, "administrator", can_post_messages=True)
    stage.creator.say("没有编辑权限的一天", channel)
    giver.wait(words("carrier-none", project=SPRING_TITLE), group)


def test_without_a_discussion_group_the_creator_is_told_once_what_to_do(stage, members):
    creator = stage.creator
    channel = on(stage, creator.call("POST", "/chats", {"type": "channel", "title": "没有讨论群"})["chat"]["id"])
    after = creator.last_id()
    for text in ("一", "二"):
        album(stage, channel, text)
    post = creator.say("后来的帖子", channel)
    creator.wait_at(post, lambda m: m.has("¥1"), channel)
    told = words("discussion-none", chat="没有讨论群")
    creator.wait(told, after=after)
    assert len([m for m in creator.messages(after=after) if told in m.text]) == 1
