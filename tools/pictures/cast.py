"""The people of the screens, what they have in hand, and the list of scenes."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from tests.processes import ADMIN, CREATOR, FOLLOWER, PROJECTS, Message, Persona, Stage, is_card, pay, words
from tools.pictures.camera import Chat, View

BOT, CHANNEL, GROUP = 100000001, -1001000000001, -1002000000001
LIBRARIES: Final = "village-libraries"
Wanted = str | Callable[[Message], bool]
TITLES: Final = {
    "zh-CN": {"libraries": "乡村图书馆计划", "spring": "一眼清泉"},
    "en": {"libraries": "Village Libraries", "spring": "A Clear Spring"},
}
CODE: Final = r"YZ-[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{3}"


@dataclass
class Cast:
    """Three people in one language; `held`, `chats`: what later scenes go on with, by name."""

    stage: Stage
    language: str
    held: dict[str, Message] = field(default_factory=dict)
    chats: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.creator, self.follower, self.admin = (self.stage.persona(user) for user in (CREATOR, FOLLOWER, ADMIN))

    def words(self, key: str, **args: object) -> str:
        """What the bot says, as it is read."""
        return words(key, self.language, **args)

    def first(self, key: str, **args: object) -> str:
        """The first line of it: enough to know it by."""
        return self.words(key, **args).split("\n")[0]

    def title(self, project: str) -> str:
        return TITLES[self.language][project]

    def either(self, chinese: str, english: str) -> str:
        """What a person says."""
        return chinese if self.language == "zh-CN" else english

    def turn(self, person: Persona, name: str, label: str, then: Wanted) -> None:
        """Press a button of the message held by that name, and hold it as it is then."""
        person.tap(self.held[name], label)
        self.held[name] = person.wait_at(self.held[name], then)

    def has(self, key: str, **args: object) -> Callable[[Message], bool]:
        """Whether a message has the button of that key."""
        return lambda message: message.has(self.words(key, **args))

    def pays(self, person: Persona, card: Message) -> Message:
        """The receipt."""
        pay(card)
        return person.wait(self.first("receipt-thanks"), after=card.id)

    def tips(self, person: Persona, post: Message, amount: str, chat: int = CHANNEL) -> Message:
        """Tap an amount; the card in private."""
        before = person.last_id()
        answer = person.tap(post, amount, chat)
        if answer["url"]:
            person.start(answer["url"])
        return person.wait(is_card, after=before)

    def receipt_code(self) -> str:
        """The follower's newest."""
        found = re.search(CODE, self.follower.wait(lambda m: bool(re.search(CODE, m.text))).text)
        return found[0] if found else ""

    def page(self, path: str) -> str:
        return f"{self.stage.web}{path}?lang={self.language}"

    def close_libraries(self, *, closed: bool) -> None:
        """Import the projects, with this one closed or open."""
        content: Any = yaml.safe_load(PROJECTS.read_text(encoding="utf-8"))
        for project in content["projects"]:
            project["state"] = "closed" if closed and project["slug"] == LIBRARIES else "open"
        file = self.stage.folder / "projects.yaml"
        file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        done = self.stage.command("project", "import", str(file))
        if done.returncode:
            raise RuntimeError(done.stderr)


@dataclass(frozen=True)
class Scene:
    """One picture: what happens before it, and where one looks then."""

    name: str
    play: Callable[[Cast], View]


def bot_of(persona: str) -> Chat:
    """A person's private chat with the bot."""
    return Chat(persona, BOT)
