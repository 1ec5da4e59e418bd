"""kill -9 between "paid" and "told": paid once, told once or twice, never zero, on both databases."""

import random
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.processes import FOLLOWER, Stage, database_on, pay, publish, switch_on, tip, together, until, words

LIBRARIES, LIBRARIES_TITLE = "village-libraries", "乡村图书馆计划"
ROUNDS = {"sqlite": 5, "postgresql": 2}
LATEST_S = 0.25  # from paid to told takes about 0.1 s when nothing is killed
LEASE_S = 30  # what a killed sender had claimed waits for its lease; then it is told


@dataclass
class Played:
    """What a few kills left behind."""

    stage: Stage
    moments: list[str] = field(default_factory=list)
    told: dict[str, int] = field(default_factory=dict)  # receipt code → messages that tell of it


@pytest.fixture(scope="module")
def played(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Played]]:
    """Both databases beside each other, since nearly all the time goes into starting the bot again."""
    folder = tmp_path_factory.mktemp("kill")
    with database_on(postgres, "kill") as server:
        stages = {
            "sqlite": Stage(folder / "sqlite", f"sqlite:///{folder}/yizan.db"),
            "postgresql": Stage(folder / "postgresql", server),
        }
        try:
            plays = [lambda name=name: play(stages[name], name) for name in stages]
            yield dict(zip(stages, together(*plays), strict=True))
        finally:
            for stage in stages.values():
                stage.close()


def play(stage: Stage, name: str) -> Played:
    """Tip, pay, kill, start again; as often as this database has rounds."""
    stage.begin().ready()
    creator, follower, done = stage.creator, stage.persona(FOLLOWER), Played(stage)
    switch_on(creator, creator.wait(words("bot-ready")), LIBRARIES_TITLE)
    post = publish(creator, "会断电的一天")
    chance = random.Random(f"kill {name}")
    # The latest first: what a killed sender had claimed is told while the other rounds go on.
    for moment in sorted((chance.uniform(0, LATEST_S) for _ in range(ROUNDS[name])), reverse=True):
        card = tip(follower, post)
        pay(card)
        stage.given[LIBRARIES] += 100
        time.sleep(moment)
        stage.bot.kill()
        state = stage.rows("SELECT state FROM tips ORDER BY offered_at DESC LIMIT 1")[0][0]
        told = any(words("receipt-thanks") in m.text for m in follower.messages(after=card.id))
        done.moments.append(f"{name}: killed {moment * 1000:.0f} ms after the payment, tip {state}, told: {told}")
        stage.start_bot()
        stage.ready()
        stage.settled()
    codes = [str(code) for (code,) in stage.rows("SELECT receipt_code FROM tips WHERE state = 'paid'")]
    until(lambda: all(tellings(stage, code) for code in codes), f"all of {codes} told", seconds=LEASE_S + 15)
    done.told = {code: tellings(stage, code) for code in codes}
    return done


def tellings(stage: Stage, code: str) -> int:
    """How many messages tell the follower of this gift."""
    return sum(code in message.text for message in stage.persona(FOLLOWER).messages())


@pytest.fixture(params=list(ROUNDS))
def one(request: pytest.FixtureRequest, played: dict[str, Played]) -> Iterator[Played]:
    """One database's rounds; their moments are printed, and shown where a test fails."""
    found = played[request.param]
    sys.stdout.write("\n".join(found.moments) + "\n")
    yield found
    found.stage.show_logs()


def test_killed_between_paid_and_told_it_is_paid_once_and_told_once_or_twice(one):
    rounds = len(one.moments)
    assert one.stage.rows("SELECT count(*) FROM tips WHERE state = 'paid'") == [(rounds,)]
    assert one.stage.rows("SELECT count(*) FROM entries WHERE key LIKE 'payment:%'") == [(rounds,)]
    assert len(one.told) == rounds
    assert set(one.told.values()) <= {1, 2}, one.told
    one.stage.settled()


def test_the_counter_and_the_creator_know_of_every_gift_in_the_end(one):
    creator, rounds = one.stage.creator, len(one.moments)
    post = creator.last("@xiaowen_reads")
    creator.wait_at(post, lambda m: f"¥{rounds}" in m.labels[0], "@xiaowen_reads")
    creator.wait("晓雯的阅读时光 收到了公益赞赏")


def test_a_killed_sandbox_keeps_its_state_and_the_bot_goes_on(one):
    stage, follower = one.stage, one.stage.persona(FOLLOWER)
    before, events = follower.messages(), stage.rail("GET", "/events")
    stage.sandbox.kill()
    stage.start_sandbox()

    assert follower.messages() == before
    assert stage.rail("GET", "/events") == events
    post = publish(stage.creator, "又来电了")
    card = tip(follower, post)
    pay(card)
    stage.given[LIBRARIES] += 100
    follower.wait(words("receipt-thanks"), after=card.id)
    stage.settled()


def test_a_sigterm_ends_the_bot_within_ten_seconds_and_without_a_word(one):
    one.stage.bot.signal(signal.SIGTERM)

    assert one.stage.bot.ends(seconds=10) == 0
    assert "Traceback" not in one.stage.bot.output
    assert '"stopping"' in one.stage.bot.output
    one.stage.settled()
