"""SIGTERM and kill -9 in the middle of 200 taps, by webhook and by polling, on both databases.

Beside the taps a discussion group is in full swing: members chat and say /tip, and a channel's post is forwarded in.
Nothing acknowledged is lost, nothing is doubled. Each run prints at which point of the way it was ended.
"""

import contextlib
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from tests.processes import (
    BOT,
    CHANNEL,
    Persona,
    Stage,
    database_on,
    fetch,
    publish,
    switch_on,
    together,
    until,
    words,
    write_seed,
)  # fmt: skip
from tests.processes.stage import TOKEN

LIBRARIES_TITLE: Final = "乡村图书馆计划"
PEOPLE: Final = range(5000, 5100)
AMOUNTS: Final = ("¥1", "¥5")  # two amounts each: 200 taps, 200 different wishes
TAPS: Final = len(PEOPLE) * len(AMOUNTS)
MEMBERS: Final = PEOPLE[:12]  # of the discussion group
BOT_ID: Final = TOKEN.partition(":")[0]
SIGNALS: Final = (signal.SIGTERM, signal.SIGKILL)


@dataclass
class Ended:
    """What was there when the process had just ended, and in the end."""

    post: int
    code: int
    seconds: float
    acknowledged: set[str]
    committed: set[str]
    in_the_end: int = 0
    errors: int = 0
    tipped: set[str] = field(default_factory=set)  # by keys, the group's /tip
    wished: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Discussion:
    """A channel whose posts the bot may not edit, and its discussion group, which takes tips too."""

    creator: Persona
    channel: int
    group: int

    @classmethod
    def of(cls, creator: Persona) -> "Discussion":
        """Both with the bot in them, and on."""
        after, members = creator.last_id(), [*MEMBERS, int(BOT_ID)]
        made = creator.call("POST", "/chats", {"type": "supergroup", "title": "讨论", "members": members})
        group: int = made["chat"]["id"]
        switch_on(creator, creator.wait(words("group-can"), after=after), LIBRARIES_TITLE, said="group-on")
        creator.set_member(group, BOT, "administrator")
        channel: int = creator.call("POST", "/chats", {"type": "channel", "title": "相册"})["chat"]["id"]
        creator.call("PUT", f"/chats/{channel}/link", {"group": group})
        after = creator.last_id()
        creator.set_member(channel, BOT, "administrator", can_post_messages=True, can_edit_messages=True)
        switch_on(creator, creator.wait(words("bot-ready"), after=after), LIBRARIES_TITLE)
        creator.set_member(channel, BOT, "administrator", can_post_messages=True)
        return cls(creator, channel, group)

    def in_full_swing(self, text: str, enough: threading.Event) -> set[str]:
        """Everybody chats and says /tip, in the middle of it a post comes; the keys of the tips."""
        about = self.creator.say(text, self.group).id
        keys = set()
        for place, member in enumerate(MEMBERS):
            person = Persona(self.creator.base, member)
            person.say(f"{text}, {place}", self.group)
            keys.add(f"msg:{self.group}:{person.say('/tip 5', self.group, to=about).id}")
            if place == len(MEMBERS) // 2:
                self.creator.say(text, self.channel)
            enough.wait(0.03)
        return keys

    def carriers(self, text: str) -> int:
        """How many replies of the bot stand under the forward of this post."""
        said = self.creator.messages(self.group)
        [copy] = [m for m in said if m.text == text and m.sender != self.creator.id]
        return len([m for m in said if m.sender == int(BOT_ID) and m.reply_to == copy.id])


@dataclass
class Played:
    """One way of getting updates, on one database."""

    stage: Stage
    name: str
    discussion: Discussion | None = None
    ended: dict[signal.Signals, Ended] = field(default_factory=dict)
    unheard: list[str] = field(default_factory=list)

    def acknowledged(self) -> set[str]:
        """The crowd's taps that Telegram holds no longer."""
        return {tap["id"] for tap in self._taps() if not tap["waiting"]}

    def waiting(self) -> int:
        return sum(tap["waiting"] for tap in self._taps())

    def _taps(self) -> list[dict[str, Any]]:
        taps = fetch("GET", f"{self.stage.url}/api/bots/{BOT_ID}/taps").json["taps"]
        return [tap for tap in taps if tap["user"] in PEOPLE]

    def committed(self) -> set[str]:
        """The taps that have their tip."""
        return self._keys() - self.tipped()

    def tipped(self) -> set[str]:
        """The group's /tip that have theirs."""
        return {key for key in self._keys() if key.startswith("msg:")}

    def _keys(self) -> set[str]:
        return {str(key) for (key,) in self.stage.rows("SELECT key FROM tip_keys")}


def crowd(seed: dict[str, Any]) -> None:
    """A hundred people, in the channel."""
    for number in PEOPLE:
        seed["users"].append(
            {"id": number, "name": f"读者{number}", "username": f"reader{number}", "language": "zh-hans"}
        )
        seed["chats"][0]["members"].append({"user": number})


@pytest.fixture(scope="module")
def played(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Played]]:
    folder = tmp_path_factory.mktemp("kill-updates")
    seed = write_seed(folder / "seed.yaml", crowd)
    plays: dict[str, Played] = {}
    with database_on(postgres, "kill_p") as polled, database_on(postgres, "kill_w") as brought:
        servers = {"polling": polled, "webhook": brought}
        for mode, server in servers.items():
            for name, url in (("sqlite", f"sqlite:///{folder}/{mode}.db"), ("postgresql", server)):
                stage = Stage(folder / f"{name}-{mode}", url, seed=seed, YIZAN_TELEGRAM__UPDATES=mode)
                stage.set(YIZAN_WEB__PUBLIC_URL=stage.web)
                # Of a group's pace of 20 a minute others tell; here its updates have to be in hand beside the taps.
                stage.set(YIZAN_NOTICES__PER_CHAT_PER_SECOND="30", YIZAN_NOTICES__PER_GROUP_PER_MINUTE="2000")
                plays[f"{name} {mode}"] = Played(stage, f"{name} {mode}")
        try:
            for mode in ("polling", "webhook"):
                together(*(lambda one=one: play(one) for one in plays.values() if one.name.endswith(mode)))
            yield plays
        finally:
            for one in plays.values():
                one.stage.close()


def play(one: Played) -> None:
    """200 taps, an end in the middle, a new start; for each signal, under a post of its own."""
    stage = one.stage
    stage.begin()
    creator = stage.creator
    switch_on(creator, creator.wait(words("bot-ready")), LIBRARIES_TITLE)
    chance = random.Random(one.name)
    discussion = one.discussion = Discussion.of(creator)
    for number in SIGNALS:
        published = publish(creator, f"{number.name} 的一天")
        post, buttons = published.id, [published.button(amount) for amount in AMOUNTS]
        before = one.acknowledged()
        tappers = [
            threading.Thread(target=tap, args=(one, person, post, button), daemon=True)
            for person in PEOPLE
            for button in buttons
        ]
        with ThreadPoolExecutor(1) as pool:
            ending = threading.Event()
            swinging = pool.submit(discussion.in_full_swing, number.name, ending)
            for tapper in tappers:
                tapper.start()
                time.sleep(0.004)
            enough = chance.randrange(TAPS // 10, TAPS * 7 // 10)
            acknowledged(one, len(before) + enough)
            one.ended[number] = end(one, number, post, before)
            ending.set()
        one.ended[number].wished = swinging.result()
        stage.start_bot()
        stage.ready()
        assert one.unheard == []
        made = f"SELECT count(*) FROM tips t JOIN posts p ON p.id = t.post_id WHERE p.message_id = {post}"
        tips_made(one, made)
        acknowledged(one, len(before) + TAPS)
        group_tipped(one, one.ended[number].wished)
        for tapper in tappers:
            tapper.join(30)
        one.ended[number].in_the_end = int(stage.rows(made)[0][0])


def acknowledged(one: Played, count: int) -> None:
    until(lambda: len(one.acknowledged()) >= count, f"{count} taps acknowledged", seconds=60)


def group_tipped(one: Played, keys: set[str]) -> None:
    until(lambda: keys <= one.tipped(), f"{one.name}: every /tip of the group", seconds=60)


def tips_made(one: Played, query: str) -> None:
    try:
        until(lambda: one.stage.rows(query)[0][0] >= TAPS, "every tap has its tip", seconds=60)
    except AssertionError as late:
        made, waiting = one.stage.rows(query)[0][0], one.waiting()
        raise AssertionError(f"{one.name}: {late}: {made} tips, {waiting} updates to be brought") from None


def end(one: Played, number: signal.Signals, post: int, before: set[str]) -> Ended:
    began = time.monotonic()
    one.stage.bot.signal(number)
    try:
        code = one.stage.bot.ends(seconds=15)
    except subprocess.TimeoutExpired:
        one.stage.bot.kill()
        code = 99
    took = time.monotonic() - began
    time.sleep(0.2)  # what was on its way has arrived
    committed = one.committed()
    with contextlib.suppress(AssertionError):  # the answers too; those that got none come again, and that is tested
        until(lambda: committed <= one.acknowledged(), "answers on their way", seconds=2 if code == 0 else 0.1)
    errors = one.stage.bot.output.count("Traceback")
    return Ended(post, code, took, one.acknowledged() - before, committed, errors=errors, tipped=one.tipped())


def tap(one: Played, person: int, post: int, button: int) -> None:
    """Nobody minds whether an answer came: the bot may be gone."""
    try:
        fetch("POST", f"{one.stage.url}/api/users/{person}/taps", {"chat": CHANNEL, "message": post, "button": button})
    except OSError as error:
        one.unheard.append(repr(error))


@pytest.fixture(params=[f"{name} {mode}" for mode in ("polling", "webhook") for name in ("sqlite", "postgresql")])
def one(request: pytest.FixtureRequest, played: dict[str, Played]) -> Iterator[Played]:
    found = played[request.param]
    for number, ended in found.ended.items():
        done, acknowledged = len(ended.committed), len(ended.acknowledged)
        sys.stdout.write(
            f"{found.name}, {number.name}: ended after {acknowledged} of {TAPS} taps were acknowledged "
            f"({done} committed in all, {len(ended.tipped & ended.wished)} of {len(ended.wished)} in the group), "
            f"in {ended.seconds:.2f} s with {ended.code}; then {ended.in_the_end} tips\n"
        )
    yield found
    found.stage.show_logs()


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(one, number):
    ended = one.ended[number]
    assert 0 < len(ended.acknowledged) <= TAPS
    assert ended.acknowledged <= ended.committed, "acknowledged, and nothing there"
    assert ended.in_the_end == TAPS, "one tip for each wish"
    assert len(one.acknowledged()) == TAPS * len(SIGNALS)
    assert one.acknowledged() <= one.committed()


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_group_in_full_swing_loses_nothing_either(one, number):
    discussion, ended = one.discussion, one.ended[number]
    assert len(ended.wished) == len(MEMBERS)
    given = "SELECT count(*) FROM tips t JOIN chats c ON c.id = t.chat_id WHERE c.telegram_id = :chat"
    assert one.stage.rows(given, chat=discussion.group) == [(len(MEMBERS) * len(SIGNALS),)]
    forwards = (
        "SELECT p.carrier_message_id FROM posts p JOIN chats c ON c.id = p.chat_id"
        " WHERE c.telegram_id = :chat AND p.excerpt = :text AND p.reply_to_message_id IS NOT NULL"
    )
    [(carrier,)] = one.stage.rows(forwards, chat=discussion.channel, text=number.name)
    if number is signal.SIGTERM or (carrier is not None and carrier > 0):
        assert discussion.carriers(number.name) == 1
    else:  # killed while it sent: nobody knows, so no second one
        assert discussion.carriers(number.name) <= 1


def test_a_sigterm_ends_it_in_order_within_ten_seconds_and_loses_no_answer(one):
    ended = one.ended[signal.SIGTERM]
    assert ended.code == 0
    assert ended.seconds < 10
    assert ended.errors == 0
    assert ended.committed - ended.acknowledged == set(), "what was in hand was finished and acknowledged"


def test_the_books_agree(one):
    assert one.stage.verify().clean
    assert one.stage.rows("SELECT count(*) FROM tip_keys")[0][0] >= TAPS * len(SIGNALS), (
        "what the lane remembers taps by"
    )
