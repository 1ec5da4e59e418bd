"""Who lives in the town of the giving day: creators with a channel each, and those who follow them."""

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BOT: Final = 100000001
TOKEN: Final = "100000001:sandbox"  # noqa: S105 - opens nothing but the sandbox on this machine
OWNER: Final = 1003
FIRST_CREATOR: Final = 20_001
FIRST_DONOR: Final = 1_000_001
FIRST_CHANNEL: Final = -1003000000001
FAMILY: Final = "林陈周苏王李张刘杨黄吴赵徐孙马朱胡郭何高"
GIVEN: Final = (
    "晓雯",
    "默",
    "岚",
    "禾",
    "一诺",
    "子轩",
    "雨桐",
    "浩然",
    "梓涵",
    "思远",
    "佳怡",
    "明哲",
    "若曦",
    "书瑶",
)


@dataclass(frozen=True, slots=True)
class Town:
    """How many there are of each; everything follows from the seed."""

    creators: int
    donors: int
    seed: int

    def creator(self, number: int) -> int:
        """The Telegram id of one of them, from 0."""
        return FIRST_CREATOR + number

    def donor(self, number: int) -> int:
        """The same of a follower."""
        return FIRST_DONOR + number

    def channel(self, number: int) -> int:
        """The channel of the creator of that number."""
        return FIRST_CHANNEL - number

    def follows(self, number: int) -> int:
        """Whose channel a follower reads: a few have most of them."""
        draw = random.Random(f"{self.seed}:{number}").random()  # noqa: S311 - a played town
        return min(int(self.creators * draw * draw), self.creators - 1)


def write_seed(town: Town, path: Path) -> None:
    """The town as the sandbox reads it (JSON is YAML)."""
    chance = random.Random(town.seed)  # noqa: S311

    def name() -> str:
        return chance.choice(FAMILY) + chance.choice(GIVEN)

    creators = [
        {"id": town.creator(n), "name": name(), "username": f"creator_{n}", "language": "zh-hans"}
        for n in range(town.creators)
    ]
    donors = [{"id": town.donor(n), "name": name(), "language": "zh-hans"} for n in range(town.donors)]
    readers: dict[int, list[int]] = {n: [] for n in range(town.creators)}
    for n in range(town.donors):
        readers[town.follows(n)].append(town.donor(n))
    channels = [
        {
            "id": town.channel(n), "type": "channel", "title": f"{creators[n]['name']}的频道",
            "username": f"channel_{n}",
            "members": [{"user": town.creator(n), "status": "creator"}, *({"user": each} for each in readers[n])],
        }
        for n in range(town.creators)
    ]  # fmt: skip
    users = [{"id": OWNER, "name": "周岚", "username": "zhoulan", "language": "zh-hans", "persona": "admin"}]
    seed = {
        "bots": [{"id": BOT, "name": "益赞 Bot", "username": "yizan_bot", "token": TOKEN}],
        "users": [*users, *creators, *donors],
        "started": [user["id"] for user in (*users, *creators, *donors)],
        "chats": channels,
    }
    path.write_text(json.dumps(seed, ensure_ascii=False), encoding="utf-8")
