"""Who and what the tests of the way are about."""

import re
from pathlib import Path
from typing import Any

import yaml

from giving.money import Money
from tests.processes import (
    ADMIN,
    CREATOR,
    PROJECTS,
    Message,
    Persona,
    Stage,
    switch_on,
    words,
)

LIBRARIES, LIBRARIES_TITLE = "village-libraries", "乡村图书馆计划"
SPRING, SPRING_TITLE = "clear-spring", "一眼清泉"
CODE = r"YZ-[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{3}"
GARDEN, GARDEN_ADMIN = "@lihe_garden", 1006
EMMA, MARKUP, FAMILY = 2101, 2201, 2202
MARKUP_NAME = "<b>老</b>\u202e&amp;\u200b\u2066<script>alert(1)</script>"
FAMILY_NAME = "👨‍👩‍👧‍👦" * 300
QUICK: dict[str, Any] = {  # so that nothing waits for a rhythm that is tested elsewhere
    "YIZAN_NOTICES__DIGEST_EVERY_S": "1",
    "YIZAN_QUIET_HOURS": "",
    "YIZAN_NOTICES__COUNTER_EVERY_S": "1",
    "YIZAN_NOTICES__PER_CHAT_PER_SECOND": "30",
    "YIZAN_NOTICES__PER_GROUP_PER_MINUTE": "600",
}
CROWD, CROWD_CHANNEL = range(40001, 41001), "@qianren_reads"
FRESH = iter(range(30001, 30400))


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def more_people(seed: dict[str, Any]) -> None:
    """Followers who never started the bot, some with difficult names; a channel with an administrator; a large one."""
    followers = [{"id": user, "name": f"粉丝{user}", "language": "zh-hans"} for user in range(30001, 30400)]
    followers += [
        {"id": EMMA, "name": "Emma Fischer", "language": "en"},
        {"id": MARKUP, "name": MARKUP_NAME, "language": "zh-hans"},
        {"id": FAMILY, "name": FAMILY_NAME, "language": "zh-hans"},
    ]
    seed["users"] += [*followers, {"id": GARDEN_ADMIN, "name": "李禾", "language": "zh-hans"}]
    seed["chats"][0]["members"] += [{"user": user["id"]} for user in followers]
    owner, administrator = {"user": ADMIN, "status": "creator"}, {"user": GARDEN_ADMIN, "status": "administrator"}
    administrator["rights"] = {"can_post_messages": True, "can_manage_chat": True}
    members = [owner, administrator]
    garden = {"id": -1001000000002, "type": "channel", "title": "李禾的菜园", "username": GARDEN[1:]}
    seed["chats"].append(garden | {"members": members, "posts": []})
    seed["users"] += [{"id": user, "name": f"读者{user}", "language": "zh-hans"} for user in CROWD]
    large = {"id": -1001000000003, "type": "channel", "title": "千人读书", "username": CROWD_CHANNEL[1:]}
    readers = [{"user": CREATOR, "status": "creator"}, *({"user": user} for user in CROWD)]
    seed["chats"].append(large | {"members": readers, "posts": []})


def enable(stage: Stage) -> Message:
    creator = stage.creator
    added = creator.wait(words("bot-ready"))
    assert words("bot-can") in added.text
    return switch_on(creator, added, LIBRARIES_TITLE)


def said(key: str, language: str = "zh-CN", **args: object) -> str:
    """A whole message of a bot whose rail moves test money: it says so at the end."""
    return f"{words(key, language, **args)}\n\n{words('test-money', language)}"


def answered(key: str, **args: object) -> str:
    """The answer to a tap, likewise."""
    return words(key, "zh-CN", **args) + words("test-money-short")


LIMITS: dict[str, Any] = {"least": cny(100), "most": cny(5_000_000)}
NOT_UNDERSTOOD = said("error-amount-not-understood", **LIMITS)
TOO_SMALL = said("error-tip-too-small", **LIMITS)
TOO_LARGE = said("error-tip-too-large", **LIMITS)


def is_digest(message: Message) -> bool:
    """Comes to a creator whenever it wants."""
    return message.has(words("button-stats")) and message.has(words("button-thank"))


def receipt(person: Persona, after: int) -> str:
    """The code of the receipt that comes."""
    return code_in(person.wait(words("receipt-thanks"), after=after))


def code_in(message: Message) -> str:
    found = re.search(CODE, message.text)
    assert found, message.text
    return found[0]


def entries(stage: Stage) -> int:
    return int(stage.rows("SELECT count(*) FROM entries")[0][0])


def import_projects(stage: Stage, folder: Path, *, closed: str | None = None) -> None:
    """Renew the projects, with one of them closed."""
    content = yaml.safe_load(PROJECTS.read_text(encoding="utf-8"))
    for project in content["projects"]:
        project["state"] = "closed" if project["slug"] == closed else "open"
    file = folder / "projects.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    done = stage.command("project", "import", str(file))
    assert done.returncode == 0, done.stderr
