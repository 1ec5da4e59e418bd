"""SIGTERM and kill -9 in the middle of 200 taps, by webhook and by polling, on both databases.

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
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from tests.processes import CHANNEL, Stage, database_on, fetch, publish, switch_on, together, until, words, write_seed
from tests.processes.stage import TOKEN

LIBRARIES_TITLE: Final = "乡村图书馆计划"
PEOPLE: Final = range(5000, 5100)
AMOUNTS: Final = ("¥1", "¥5")  # two amounts each: 200 taps, 200 different wishes
TAPS: Final = len(PEOPLE) * len(AMOUNTS)
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


@dataclass
class Played:
    """One way of getting updates, on one database."""

    stage: Stage
    name: str
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
    for number in SIGNALS:
        published = publish(creator, f"{number.name} 的一天")
        post, buttons = published.id, [published.button(amount) for amount in AMOUNTS]
        before = one.acknowledged()
        tappers = [
            threading.Thread(target=tap, args=(one, person, post, button), daemon=True)
            for person in PEOPLE
            for button in buttons
        ]
        for tapper in tappers:
            tapper.start()
            time.sleep(0.004)
        enough = chance.randrange(TAPS // 10, TAPS * 7 // 10)
        acknowledged(one, len(before) + enough)
        one.ended[number] = end(one, number, post, before)
        stage.start_bot()
        stage.ready()
        assert one.unheard == []
        made = f"SELECT count(*) FROM tips t JOIN posts p ON p.id = t.post_id WHERE p.message_id = {post}"
        tips_made(one, made)
        acknowledged(one, len(before) + TAPS)
        for tapper in tappers:
            tapper.join(30)
        one.ended[number].in_the_end = int(stage.rows(made)[0][0])


def acknowledged(one: Played, count: int) -> None:
    until(lambda: len(one.acknowledged()) >= count, f"{count} taps acknowledged", seconds=60)


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
    return Ended(
        post, code, took, one.acknowledged() - before, committed, errors=one.stage.bot.output.count("Traceback")
    )


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
            f"({done} committed in all), in {ended.seconds:.2f} s with {ended.code}; then {ended.in_the_end} tips\n"
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


def test_a_sigterm_ends_it_in_order_within_ten_seconds_and_loses_no_answer(one):
    ended = one.ended[signal.SIGTERM]
    assert ended.code == 0
    assert ended.seconds < 10
    assert ended.errors == 0
    assert ended.committed - ended.acknowledged == set(), "what was in hand was finished and acknowledged"


def test_the_books_agree(one):
    assert one.stage.verify().clean
    assert one.stage.rows("SELECT count(*) FROM updates_seen")[0][0] >= TAPS * len(SIGNALS)
