"""50 taps of one person in two seconds are told to wait; a thousand people in one second are not."""

from typing import Any

import pytest
from aiogram.methods import AnswerCallbackQuery, SendMessage
from hypothesis import given
from hypothesis import strategies as st

from bot.pacing import PaceMiddleware
from giving.budgets import Rate
from giving.errors import TooFast, TooManyHere
from services.guard import Keyed, Pace, PaceRules
from tests.handlers.chat import Chat, answers
from tests.handlers.conftest import chat as unpaced
from tests.handlers.conftest import dialect
from tests.texts.words import TEXTS
from tests.world import CHANNEL, GROUP, Time, World

__all__ = ["dialect", "unpaced"]


@pytest.fixture
def chat(unpaced: Chat) -> Chat:
    """The whole dispatcher, paced as in `run`."""
    unpaced.dispatcher.update.outer_middleware(PaceMiddleware(Pace()))
    return unpaced


def granted(pace: Pace, acts: int, person: int = 1, chat: int | None = None) -> int:
    count = 0
    for _ in range(acts):
        try:
            pace.act(person, chat)
        except (TooFast, TooManyHere):
            continue
        count += 1
    return count


def test_fifty_taps_of_one_person_in_two_seconds_are_told_to_wait():
    time = Time()
    pace = Pace(now=time)
    done = 0
    for _ in range(50):
        done += granted(pace, 1, chat=CHANNEL)
        time.passes(milliseconds=40)
    assert 30 <= done <= 32
    granted(pace, 40)
    with pytest.raises(TooFast) as refusal:
        pace.act(1)
    time.passes(seconds=float(str(refusal.value.args_for_message["seconds"])))
    pace.act(1)


def test_a_thousand_people_in_one_second_in_one_chat_are_honest():
    pace = Pace(now=Time())
    assert sum(granted(pace, 1, person, CHANNEL) for person in range(1, 1001)) == 1000


def test_one_chat_does_not_take_everything():
    time = Time()
    pace = Pace(PaceRules(chat=Rate(10, PaceRules().chat.every)), now=time)
    assert sum(granted(pace, 1, person, GROUP) for person in range(1, 101)) == 10
    with pytest.raises(TooManyHere):
        pace.act(500, GROUP)
    pace.act(501, CHANNEL)
    pace.act(502, 502)  # one's own chat with the bot is nobody else's


@given(st.lists(st.integers(0, 5), max_size=200))
def test_what_is_forgotten_was_whole_or_the_oldest(keys: list[int]):
    time = Time()
    budget: Keyed[int] = Keyed(Rate(1, PaceRules().person.every), most=4)
    for key in keys:
        budget.spend(key, time())
        assert len(budget._whole_at) <= 4


async def test_each_tap_is_answered_with_when_to_try_again(world: World, chat: Chat):
    said = [await chat.taps(1002, "nonsense", chat=CHANNEL) for _ in range(45)]
    assert all(len(answers(made)) == 1 for made in said), "every callback is answered"
    texts = [answers(made)[0].text or "" for made in said]
    slow = [text for text in texts if text.startswith("That was quicker than I can follow.")]
    assert 5 <= len(slow) <= 15
    assert "try again in a second" in slow[0]


async def test_who_writes_is_told_once_in_their_language(world: World, chat: Chat):
    made: list[Any] = []
    for _ in range(55):
        made += await chat.says(1001, "/gifts")
    told = [m for m in made if isinstance(m, SendMessage) and "点得太快啦" in (m.text or "")]
    assert len(told) <= 2  # a second may pass in between
    assert told
    assert not [m for m in made if isinstance(m, AnswerCallbackQuery)]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_words_fit_an_alert(language: str):
    for error in (TooFast(seconds=3600), TooManyHere(seconds=1)):
        assert len(TEXTS.plain(language, error.message_key, **error.args_for_message)) <= 180
