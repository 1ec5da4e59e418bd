"""Whatever people send where something was asked gets an answer that says what to do next, and no dialog sticks.

By HTTP, on both databases: every dialog there is, with every kind of message that is no answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest

from tests.processes import BOT, CHANNEL, Message, Persona, Stage, pay, publish, tip, words
from tests.way.cast import (
    FRESH,
    LIBRARIES,
    LIBRARIES_TITLE,
    NOT_UNDERSTOOD,
    SPRING_TITLE,
    cny,
    is_digest,
    receipt,
    said,
)

CHANNEL_TITLE: Final = "晓雯的阅读时光"
LEAVE: Final = words("button-leave")
LONG: Final = "长" * 4096
MARKUP: Final = "<b>5</b><script>&amp;"

Open = Callable[[Stage, Persona], Message]
Fits = Callable[[Message], bool]


@dataclass(frozen=True)
class Dialog:
    """How it begins; what 4,096 characters get, and what markup gets; what a sticker gets."""

    open: Open
    long: Fits
    markup: Fits
    sticker: str = words("dialog-not-words")
    ends: bool = False  # any words are an answer


def asked(person: Persona, message: Message, label: str | int, key: str) -> Message:
    """Press the button that asks, and see the question."""
    question = words(key).split("「")[0] if key == "project-search" else words(key).partition("\n")[0]
    after = person.last_id()
    person.tap(message, label)
    return person.wait(question, after=after)


def amount_for_a_post(stage: Stage, person: Persona) -> Message:
    person.tap(publish(stage.creator, "问多少"), words("button-other"), CHANNEL)
    return person.wait(words("ask-amount", project=LIBRARIES_TITLE, least=cny(100), most=cny(5_000_000)))


def amount_for_a_project(stage: Stage, person: Persona) -> Message:
    listed = person.ask("/give")
    person.tap(listed, SPRING_TITLE)
    card = person.wait_at(listed, lambda m: m.has(words("button-other")))
    person.tap(card, words("button-other"))
    return person.wait(words("ask-amount", project=SPRING_TITLE, least=cny(100), most=cny(5_000_000)), after=card.id)


def search(stage: Stage, person: Persona) -> Message:
    return asked(person, person.ask("/give"), words("button-search"), "project-search")


def name_of_a_slot(stage: Stage, person: Persona) -> Message:
    """The person has a slot, and wants another name for it."""
    card = person.ask("/slot")
    if not card.has(words("button-slot-name")):
        person.tap(card, 0)
        person.tap(person.wait_at(card, lambda m: m.has(SPRING_TITLE)), SPRING_TITLE)
        confirm = person.wait_at(card, lambda m: m.has(words("button-slot-confirm")))
        person.tap(confirm, words("button-slot-confirm"))
        card = person.wait_at(card, lambda m: m.has(words("button-slot-name")))
    person.tap(card, words("button-slot-name"))
    return person.wait_at(card, words("slot-name-ask"))


def chat_card(person: Persona) -> Message:
    card = answer_to(person, "/charity")
    if not card.has(words("button-presets")):  # several chats
        person.tap(card, words("button-chat-on", chat=CHANNEL_TITLE))
    return person.wait_at(card, lambda m: m.has(words("button-presets")))


def amounts_of_a_chat(stage: Stage, person: Persona) -> Message:
    card = chat_card(person)
    person.tap(card, words("button-presets"))
    return person.wait_at(card, lambda m: m.has("¥5 ·"))


def project_for_a_chat(stage: Stage, person: Persona) -> Message:
    card = chat_card(person)
    person.tap(card, words("button-change-project"))
    listed = person.wait_at(card, lambda m: m.has(words("button-search")))
    return asked(person, listed, words("button-search"), "project-search")


def thanks(stage: Stage, person: Persona) -> Message:
    card = chat_card(person)
    person.tap(card, words("button-stats"))
    stats = person.wait_at(card, lambda m: m.has(words("button-thank")))
    after = person.last_id()
    person.tap(stats, words("button-thank"))
    return person.wait(lambda m: m.has(LEAVE), after=after)


def has_leave(message: Message) -> bool:
    return message.has(LEAVE)


def amount_asked_again(message: Message) -> bool:
    return message.text == NOT_UNDERSTOOD and message.has(LEAVE)


def found_something_or_not(message: Message) -> bool:
    """Another word searches again; and there are buttons on."""
    return bool(message.labels) and words("error-unknown") not in message.text


def presets_asked_again(message: Message) -> bool:
    return message.text == said("error-presets-not-understood", least=cny(100), most=cny(5_000_000))


def of_amount(begin: Open) -> Dialog:
    return Dialog(begin, amount_asked_again, amount_asked_again, sticker=NOT_UNDERSTOOD.partition("\n")[0])


FOLLOWERS: Final = {
    "an amount for a post": of_amount(amount_for_a_post),
    "an amount for a project": of_amount(amount_for_a_project),
    "a search": Dialog(search, long=found_something_or_not, markup=found_something_or_not),
    "the name of a slot": Dialog(
        name_of_a_slot, ends=True, long=lambda m: "长" * 31 in m.text, markup=lambda m: "<b>5</b><script>" in m.text
    ),
}  # fmt: skip
CREATORS: Final = {
    "the amounts of a chat": Dialog(amounts_of_a_chat, long=presets_asked_again, markup=presets_asked_again),
    "a project for a chat": Dialog(project_for_a_chat, long=found_something_or_not, markup=found_something_or_not),
    "thanks": Dialog(
        thanks, long=lambda m: has_leave(m) and m.has(words("button-thanks-send")),
        markup=lambda m: has_leave(m) and "<b>5</b>" in m.text,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def grateful(stage: Stage, on: Message) -> None:
    """Somebody gave in the channel and wishes to be thanked, or there were nobody to thank."""
    donor = stage.persona(next(FRESH))
    settings = donor.ask("/privacy")
    donor.tap(settings, f"○ {words('button-kind-thanks')}")
    card = tip(donor, publish(stage.creator, "谁想收到感谢"))
    pay(card)
    stage.given[LIBRARIES] += 100
    receipt(donor, card.id)
    stage.creator.wait(is_digest)


@pytest.mark.parametrize("name", FOLLOWERS)
def test_no_dialog_of_a_follower_sticks(stage, on, follower, name):
    follower.ask("/start")
    try_all(stage, follower, FOLLOWERS[name])


@pytest.mark.parametrize("name", CREATORS)
def test_no_dialog_of_a_creator_sticks(stage, on, grateful, name):
    try_all(stage, stage.creator, CREATORS[name])


def try_all(stage: Stage, person: Persona, dialog: Dialog) -> None:
    """A sticker, a photo, something forwarded, a card, an edited message: the question stays, and there is a way out.

    Then words that are no answer; and in the end the dialog is left, and over.
    """
    five = stage.creator.say("5", CHANNEL)
    card = next(m for m in reversed(person.messages()) if not m.out)
    dialog.open(stage, person)
    told = one_answer(person, lambda: person.show(sticker="👍"))
    assert told.text.startswith(dialog.sticker)
    assert told.has(LEAVE)
    told = one_answer(person, lambda: person.show(photos=1, text="5"))
    assert told.text.startswith(dialog.sticker)
    for passed_on in (lambda: person.forward(five, CHANNEL), lambda: person.forward(card, BOT)):
        told = one_answer(person, passed_on)
        assert told.text == said("dialog-forwarded")
        assert told.has(LEAVE)
    for text, fits in ((LONG, dialog.long), (MARKUP, dialog.markup)):
        told = answer_to(person, text)
        assert fits(told), told
        if dialog.ends:
            dialog.open(stage, person)
    mine = next(m for m in reversed(person.messages()) if m.out and m.text == MARKUP)
    told = edited(person, mine)
    assert told.text == said("dialog-edited")
    person.tap(told, LEAVE)
    person.wait_at(told, words("dialog-left"))
    assert words("unknown-text") in answer_to(person, "5").text, "the question is gone"


def one_answer(person: Persona, send: Callable[[], Message]) -> Message:
    """What the bot says to it: one message, with a way on."""
    sent = send()
    answer = person.wait(lambda m: not m.out and not is_digest(m), after=sent.id)
    assert [m.id for m in person.messages(after=sent.id) if not m.out and not is_digest(m)] == [answer.id]
    return answer


def answer_to(person: Persona, text: str) -> Message:
    return one_answer(person, lambda: person.say(text))


def edited(person: Persona, message: Message) -> Message:
    after = person.last_id()
    person.edit(message, "500")
    told = person.wait(lambda m: not m.out and not is_digest(m), after=after)
    assert told.has(LEAVE)
    return told


def test_an_answer_after_all_that_is_still_taken(stage, on, follower):
    follower.ask("/start")
    amount_for_a_post(stage, follower)
    for send in (lambda: follower.show(sticker="👍"), lambda: follower.say("五块"), lambda: follower.say(LONG)):
        one_answer(follower, send)
    card = answer_to(follower, "7")
    assert card.has(words("button-pay", amount=cny(700)))
    follower.tap(card, words("button-cancel"))


def test_my_channel_is_searched_by_name_or_by_a_post_and_nothing_else(stage, on, follower):
    follower.ask("/start")
    asked_for = follower.ask("/charity")
    follower.tap(asked_for, words("button-chat-find"))
    question = follower.wait(lambda m: m.has(LEAVE), after=asked_for.id)
    for send in (lambda: follower.say(LONG), lambda: follower.say(MARKUP), lambda: follower.forward(asked_for, BOT)):
        told = one_answer(follower, send)
        assert (told.text, told.has(LEAVE)) == (question.text, True)
    told = one_answer(follower, lambda: follower.show(sticker="👍"))
    assert told.text.startswith(words("dialog-not-words"))
    told = answer_to(follower, CHANNEL)
    assert told.text == said("error-chat-not-yours"), "somebody else's channel is none at all"
    follower.tap(question, LEAVE)
    follower.wait_at(question, words("dialog-left"))
    assert words("unknown-text") in answer_to(follower, "5").text


def test_where_nothing_was_asked_everything_gets_ways_on(stage, on, follower):
    hello = follower.ask("/start")
    five = stage.creator.say("五", CHANNEL)
    sends: dict[str, Callable[[], Message]] = {
        "unknown-kind": lambda: follower.show(sticker="👍"),
        "dialog-forwarded": lambda: follower.forward(five, CHANNEL),
        "unknown-text": lambda: follower.say(LONG),
        "unknown-command": lambda: follower.say("/" + "x" * 60),
    }
    for key, send in sends.items():
        told = one_answer(follower, send)
        assert words(key) in told.text
        assert told.has(words("button-give"))
    assert words("dialog-forwarded") in one_answer(follower, lambda: follower.forward(hello, BOT)).text
