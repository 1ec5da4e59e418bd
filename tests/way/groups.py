"""Groups that the tests of the way make, and what the bot said in them."""

from typing import Any, Final

from tests.processes import Message, Persona, Stage, switch_on, words
from tests.way.cast import SPRING_TITLE

BOT_ID: Final = 100000001
CLEANED_WITHIN_S: Final = 25.0  # ten seconds, and what two busy cores take


def new_group(stage: Stage, *people: Persona, kind: str = "supergroup", title: str = "读书会") -> int:
    """The creator's group, with the bot in it."""
    body = {"type": kind, "title": title, "members": [*(person.id for person in people), BOT_ID]}
    chat: int = stage.creator.call("POST", "/chats", body)["chat"]["id"]
    return chat


def tipping_group(stage: Stage, *people: Persona, kind: str = "supergroup") -> int:
    """One that is on for the spring."""
    after = stage.creator.last_id()
    group = new_group(stage, *people, kind=kind)
    told = stage.creator.wait(words("group-can"), after=after)
    assert words("group-ready") in told.text
    assert words("group-nice-delete") in told.text
    switch_on(stage.creator, told, SPRING_TITLE, said="group-on")
    return group


def of_bot(person: Persona, group: int) -> list[Message]:
    """What the bot said to everyone."""
    return [m for m in person.messages(group) if m.sender == BOT_ID and m.id > 0]


def failed(person: Persona, group: int, text: str, key: str, *, to: int | None = None, **args: Any) -> tuple[int, int]:
    """A command that can't be: the line it gets; both by number."""
    command = person.say(text, group, to=to)
    language_words = words(key, **args)
    line = person.wait(language_words, group, after=command.id)
    assert line.reply_to == command.id
    return command.id, line.id
