"""A post whose chat no longer takes tips as it did: that is said, and its project is offered all the same."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.processes import CHANNEL, Message, Persona, Stage, is_card, pay, publish, switch_on, tip, words
from tests.way.cast import FRESH, LIBRARIES, LIBRARIES_TITLE, SPRING_TITLE, receipt

TITLE = "晓雯的阅读时光"


def chat_card(creator: Persona) -> Message:
    """The channel's card; a digest may come in between."""
    asked = creator.say("/charity")
    return creator.wait(lambda m: m.has(words("button-change-project")), after=asked.id)


def back_on(creator: Persona) -> None:
    asked = creator.say("/charity")
    buttons = (words("button-tipping-on"), words("button-change-project"))
    card = creator.wait(lambda m: any(m.has(button) for button in buttons), after=asked.id)
    switch_on(creator, card, LIBRARIES_TITLE)


@contextmanager
def off(stage: Stage) -> Iterator[str]:
    """Tipping is off in the channel; what is said then."""
    creator = stage.creator
    asked = creator.say("/charity off")
    creator.wait(words("chat-off", chat=TITLE), after=asked.id)
    try:
        yield words("tipping-off", chat=TITLE)
    finally:
        back_on(creator)


@contextmanager
def paused(stage: Stage) -> Iterator[str]:
    """Or it rests."""
    creator = stage.creator
    card = chat_card(creator)
    creator.tap(card, words("button-pause"))
    resting = creator.wait_at(card, lambda m: m.has(words("button-resume")))
    try:
        yield words("tipping-paused", chat=TITLE)
    finally:
        creator.tap(resting, words("button-resume"))
        creator.wait_at(card, lambda m: m.has(words("button-pause")))


def counter(post: Message) -> str:
    """Where the counter under a post leads."""
    return post.url(words("post-counter-none"))


def give_instead(stage: Stage, person: Persona, said: str, after: int) -> None:
    """It is said, and what is offered instead can be given to, to the end."""
    told = person.wait(said, after=after)
    assert words("instead-project", project=LIBRARIES_TITLE) in told.text
    person.tap(told, words("button-give-directly"))
    project = person.wait_at(told, lambda m: m.has("¥5"))
    assert LIBRARIES_TITLE in project.text
    before = person.last_id()
    person.tap(project, "¥5")
    card = person.wait(is_card, after=before)
    pay(card)
    stage.given[LIBRARIES] += 500
    receipt(person, card.id)


@pytest.mark.parametrize("trouble", [off, paused])
def test_a_button_says_so_and_offers_the_project_itself(stage, on, follower, trouble):
    """The counter, and the amounts of a card that somebody opened before."""
    post = publish(stage.creator, f"{trouble.__name__} 之前")
    known = stage.persona(next(FRESH))
    known.start(counter(post))
    card = known.wait(lambda m: m.has("¥1"))
    with trouble(stage) as said:
        follower.start(counter(post))
        give_instead(stage, follower, said, 0)
        for button in ("¥1", words("button-other")):
            before = known.last_id()
            known.tap(card, button)
            give_instead(stage, known, said, before)


def test_a_tap_under_a_post_of_a_channel_that_is_off_is_answered_in_private(stage, on, follower):
    post, known = publish(stage.creator, "关之前"), stage.persona(next(FRESH))
    known.ask("/start")
    with off(stage) as said:
        answer = follower.tap(post, "¥1", CHANNEL)
        assert answer["url"] == counter(post), "who never started the bot is led there"
        for button in ("¥1", words("button-other")):
            before = known.last_id()
            assert said in known.tap(post, button, CHANNEL)["text"]
            known.wait(said, after=before)
    assert stage.rows("SELECT count(*) FROM tips JOIN people ON people.id = tips.donor_id WHERE telegram_id = :id",
        id=known.id) == [(0,)]  # fmt: skip


def test_of_a_deleted_post_it_says_so_and_offers_the_project_itself(stage, on, follower):
    creator = stage.creator
    post, kept = publish(creator, "后来删掉的"), publish(creator, "留着的")
    creator.call("DELETE", f"/chats/{CHANNEL}/messages/{post.id}")
    for _ in range(5):  # while the channel's counters are being edited it has no turn to look
        follower.start(counter(post))
        answer = follower.wait(lambda m: m.has("¥1") or words("post-gone") in m.text)
        if words("post-gone") in answer.text:
            break
        time.sleep(3.1)
        follower = stage.persona(next(FRESH))
    give_instead(stage, follower, words("post-gone"), 0)

    before = follower.last_id()
    follower.start(counter(kept))
    assert follower.wait(words("project-from-post", chat=TITLE), after=before).has("¥1")


def test_under_an_earlier_post_it_says_that_the_project_changed(stage, on, follower):
    creator, other = stage.creator, stage.persona(next(FRESH))
    post = publish(creator, "换项目之前的")
    changed = words("project-changed", chat=TITLE, now=SPRING_TITLE, project=LIBRARIES_TITLE)
    assert changed not in tip(follower, post).text
    switch_on(creator, chat_card(creator), SPRING_TITLE)
    try:
        other.start(counter(post))
        assert changed in other.wait(lambda m: m.has("¥1")).text
        card = tip(follower, post, "¥5")
        assert changed in card.text
        pay(card)
        stage.given[LIBRARIES] += 500
        receipt(follower, card.id)
    finally:
        back_on(creator)
