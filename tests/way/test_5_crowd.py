"""Many taps at once, by HTTP, through a real bot on both databases: one tip each, and nobody waits behind the hasty.

How long a crowd waits is only written down here (the machine has other things to do in a test); `make bench` measures
it: the row `crowd`.
"""

import re
import sys
from typing import Final

from tests.processes import Stage, fetch, publish, switch_on, until, words
from tests.processes.crowd import Tapped, figures, tap_at
from tests.processes.stage import TOKEN
from tests.way.cast import CROWD, CROWD_CHANNEL, FRESH, SPRING_TITLE, answered

ONE_YUAN: Final = 1  # the button after the counter
TO_THEIR_TIP: Final = r"https://t\.me/yizan_bot\?start=t_([\w-]{22})"
PROMPT_S: Final = 1.0
KEPT_UP_S: Final = 10.0
ROUNDS: Final = 3  # a machine that does other things may be slow once


def tips_of(stage: Stage, *people: int) -> dict[int, int]:
    """How many each has."""
    query = "SELECT telegram_id, count(*) FROM tips JOIN people ON people.id = donor_id GROUP BY telegram_id"
    found = dict(stage.rows(query))
    return {person: found.get(person, 0) for person in people}


def test_fifty_taps_of_one_person_are_one_tip_and_nobody_else_waits(stage, on):
    post = publish(stage.creator, "手快")
    slowest = []
    for _ in range(ROUNDS):
        hasty, others = next(FRESH), [next(FRESH) for _ in range(8)]
        taps = [(hasty, 0.04 * number) for number in range(50)]
        taps += [(other, 0.1 + 0.22 * number) for number, other in enumerate(others)]
        tapped = tap_at(stage.url, "@xiaowen_reads", post.id, ONE_YUAN, taps)
        burst = [tap for tap in tapped if tap.user == hasty]
        calm = [tap for tap in tapped if tap.user != hasty]
        sys.stdout.write(f"50 taps of one person: {figures(burst)}; eight others: {figures(calm)}\n")

        links = {tap.answer["url"] for tap in burst} - {None}
        assert len(links) == 1, "to the one tip"
        assert re.fullmatch(TO_THEIR_TIP, links.pop())
        turned_away = {tap.answer["text"] for tap in burst if not tap.answer["url"]}
        asked_to_wait = {answered("one-moment"), *(answered("error-too-fast", seconds=n) for n in range(1, 5))}
        assert turned_away <= asked_to_wait
        assert all(re.fullmatch(TO_THEIR_TIP, tap.answer["url"]) for tap in calm)
        assert tips_of(stage, hasty, *others) == dict.fromkeys((hasty, *others), 1)
        slowest.append(max(tap.seconds for tap in calm))
        if slowest[-1] < PROMPT_S:
            return
    raise AssertionError(f"others waited behind one person, each time: {slowest}")


def test_a_thousand_people_in_one_second_have_one_tip_each(stage, on):
    creator = stage.creator
    after = creator.last_id()
    creator.set_member(CROWD_CHANNEL, "@yizan_bot", "administrator", can_post_messages=True, can_edit_messages=True)
    switch_on(creator, creator.wait(words("bot-ready"), after=after), SPRING_TITLE)
    post = publish(creator, "一千个人", CROWD_CHANNEL)
    taps = [(person, number / len(CROWD)) for number, person in enumerate(CROWD)]
    tapped = tap_at(stage.url, CROWD_CHANNEL, post.id, ONE_YUAN, taps)
    sys.stdout.write(f"1,000 people in one second: {figures(tapped)}\n")

    until(lambda: held(stage) == 0, "Telegram holds nothing any more", seconds=120)
    without = [person for person, count in tips_of(stage, *CROWD).items() if not count]
    heard = [tap for tap in tapped if tap.answer["answered"]]
    told = {tap.user for tap in heard if tap.answer["text"] == answered("error-unknown")}
    assert len({link_of(tap) for tap in heard if tap.user not in told}) == len(heard) - len(told), "a tip of their own"
    if max(tap.seconds for tap in tapped) < KEPT_UP_S:  # else the machine was too busy, and handlers ran out of time
        assert without == []
    assert not told - set(without), "who was told to try again has none"
    tap_at(stage.url, CROWD_CHANNEL, post.id, ONE_YUAN, [(one, 0.1 * number) for number, one in enumerate(without)])
    sys.stdout.write(f"{len(without)} had to tap again\n")
    assert tips_of(stage, *CROWD) == dict.fromkeys(CROWD, 1)


def held(stage: Stage) -> int:
    """Updates that were not acknowledged yet."""
    return int(fetch("GET", f"{stage.url}/bot{TOKEN}/getWebhookInfo").json["result"]["pending_update_count"])


def link_of(tap: Tapped) -> str:
    found = re.fullmatch(TO_THEIR_TIP, tap.answer["url"] or "")
    assert found, tap
    return found[1]
