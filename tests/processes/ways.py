"""Ways people go: switch tipping on, publish, tip, pay."""

from typing import Any

from tests.processes.basics import fetch
from tests.processes.people import CHANNEL, Message, Persona, words


def switch_on(person: Persona, card: Message, project: str, language: str = "zh-CN", said: str = "chat-on") -> Message:
    """From a chat's card to tipping switched on (or changed) for the project of that title."""
    first = words("button-tipping-on", language)
    person.tap(card, first if card.has(first) else words("button-change-project", language))
    person.tap(person.wait_at(card, lambda m: m.has(project)), project)
    confirm = words("button-confirm-on", language)
    person.tap(person.wait_at(card, lambda m: m.has(confirm)), confirm)
    return person.wait_at(card, words(said, language, chat="", project="").split("\n")[0])


def publish(person: Persona, text: str, chat: str | int = CHANNEL) -> Message:
    """A post, once it has its buttons."""
    return person.wait_at(person.say(text, chat), lambda m: m.has("¥1"), chat)


def tip(person: Persona, post: Message, amount: str = "¥1", chat: str | int = CHANNEL) -> Message:
    """Tap an amount; the tip's card in private, to where the tap's answer leads who never started the bot."""
    before = person.last_id()
    answer = person.tap(post, amount, chat)
    if answer["url"]:
        person.start(answer["url"])
    return person.wait(is_card, after=before)


def pay(card: Message, action: str = "pay") -> Any:
    """Press a button of the card's pay page; the payment as it is then."""
    answer = fetch("POST", pay_url(card), {"action": action})
    assert answer.status == 200, answer
    return answer.json


def pay_url(card: Message) -> str:
    """Where the pay button of an unpaid tip leads."""
    return next(str(button["url"]) for button in card.buttons if "/pay/" in button.get("url", ""))


def is_card(message: Message) -> bool:
    """An unpaid tip with its link."""
    return any("/pay/" in button.get("url", "") for button in message.buttons)
