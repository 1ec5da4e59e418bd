"""What Telegram and a provider send, byte for byte as long as theirs; made fast, since who sends shares the machine.

Everything here can be sent to another process as JSON: see `Plan`.
"""

import itertools
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

PRESETS: Final = (100, 500, 1000)
TOO_SMALL: Final = 1
_OTHER: Final = re.compile(rb'"tip:[0-9]+:CNY:([^"]+)"}}$')
_COMMANDS: Final = ("/help", "/terms", "/gifts")


@dataclass(frozen=True, slots=True)
class Plan:
    """Whose commands, which strangers' taps, under which posts (with their weights, cumulative).

    `payments`: (their reference, minor units), told of once, or `around` and around. Of `replays` the same comes twice.
    `refusals`: taps that are refused, for a sum that is too small or under `closed`, whose project takes no more.
    `first`: the number of the first update, so that several runs on one database say nothing twice.
    """

    kind: str
    people: Sequence[tuple[int, str, str]]
    strangers: Sequence[tuple[int, str, str]] = ()
    posts: Sequence[tuple[str, int, int]] = ()
    weights: Sequence[float] = ()
    payments: Sequence[tuple[str, int]] = ()
    replays: float = 0.05
    around: bool = False
    refusals: float = 0.0
    closed: tuple[str, int, int] | None = None
    first: int = 1

    def as_json(self) -> dict[str, Any]:
        """For the other process."""
        return {name: getattr(self, name) for name in self.__slots__}


class Refused(bytes):
    """A tap that is answered with a no: nothing of it is kept."""


def bodies(plan: Plan) -> Iterator[bytes]:
    """One after the other, without end (payments: until each was told)."""
    return {"taps": _taps, "taps_known": _taps, "updates": _updates, "events": _events}[plan.kind](plan)


def _taps(plan: Plan) -> Iterator[bytes]:
    """Some come again as they were: a tap whose answer was lost on the way."""
    dice, make, last = random.Random("taps"), _tap_maker(), b""
    for number in itertools.count(plan.first):
        if last and dice.random() < plan.replays:
            yield last
        if plan.closed is not None and dice.random() < plan.refusals:
            last = Refused(_refused(plan, plan.closed, dice, make, number))
        else:
            last = _tap(plan, dice, make, number)
        yield last


def _refused(
    plan: Plan, closed: tuple[str, int, int], dice: random.Random, make: Callable[..., bytes], number: int
) -> bytes:
    user, name, code = plan.strangers[number % len(plan.strangers)]
    if number % 2:
        return make(number, user, name, code, *closed, PRESETS[0])
    return make(number, user, name, code, *dice.choices(plan.posts, cum_weights=plan.weights)[0], TOO_SMALL)


def _tap(plan: Plan, dice: random.Random, make: Callable[..., bytes], number: int) -> bytes:
    user, name, code = plan.strangers[number % len(plan.strangers)]
    post, chat, message = dice.choices(plan.posts, cum_weights=plan.weights)[0]
    return make(number, user, name, code, post, chat, message, dice.choice(PRESETS))


def _updates(plan: Plan) -> Iterator[bytes]:
    """What is no tap on an amount: commands in private, and now and then a tap on "other"."""
    dice, make = random.Random("updates"), _tap_maker()
    for number in itertools.count(plan.first):
        if number % 4 == 0:
            yield _OTHER.sub(rb'"oth:\1"}}', _tap(plan, dice, make, number))
            continue
        user, name, code = plan.people[number % len(plan.people)]
        words = _COMMANDS[number % len(_COMMANDS)]
        message = {
            "message_id": number, "from": _person(user, name, code), "date": 1763784000, "text": words,
            "chat": {"id": user, "first_name": name, "type": "private"},
            "entities": [{"offset": 0, "length": len(words), "type": "bot_command"}],
        }  # fmt: skip
        yield orjson.dumps({"update_id": number, "message": message})


def _events(plan: Plan) -> Iterator[bytes]:
    dice, now = random.Random("events"), int(datetime.now(UTC).timestamp())
    for reference, minor in itertools.cycle(plan.payments) if plan.around else plan.payments:
        event = orjson.dumps(
            {
                "id": f"evt_{reference}", "kind": "paid", "at": now, "reference": reference,
                "charge": f"ch_{reference}", "minor": minor, "fee": (minor * 6 + 500) // 1000,
            }
        )  # fmt: skip
        yield event
        if dice.random() < plan.replays:
            yield event


def _person(user: int, name: str, code: str) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": name, "language_code": code}


def _tap_maker() -> Callable[[int, int, str, str, str, int, int, int], bytes]:
    """Fills a callback query under a channel post with a picture, as Telegram sends it."""
    head, middle, tail = _skeleton()

    def make(number: int, user: int, name: str, code: str, post: str, chat: int, message: int, minor: int) -> bytes:
        person = orjson.dumps(_person(user, name, code))
        told = b'"id":%d,"title":"bench","username":"bench_channel","type":"channel"' % chat
        under = middle.replace(b'"CHAT":0', told).replace(b"POST", post.encode()).replace(b'"MESSAGE"', b"%d" % message)
        data = b'"tip:%d:CNY:%s"' % (minor, post.encode())
        return head % number + b'"id":"%d","from":%s,' % (number, person) + under + data + tail

    return make


def _skeleton() -> tuple[bytes, bytes, bytes]:
    """A post with a picture in four sizes, a caption with two links, the counter, three amounts and "other"."""
    sizes = [
        {
            "file_id": f"AgACAgUAAx0CeYQyAAIBb2kh{size:04}" + "x" * 60, "file_unique_id": f"AQADyMsxG{size:04}",
            "file_size": size * 90, "width": size, "height": size * 3 // 4,
        }
        for size in (90, 320, 800, 1280)
    ]  # fmt: skip
    amounts = [{"text": f"¥{minor // 100}", "callback_data": f"tip:{minor}:CNY:POST"} for minor in PRESETS]
    rows = [
        [{"text": "❤️ 已有 128 人 · ¥1,024 → 乡村图书馆计划", "url": "https://t.me/yizan_bot?start=p_POST"}],
        [*amounts, {"text": "其他金额", "callback_data": "oth:POST"}],
    ]
    under = {
        "message_id": "MESSAGE", "sender_chat": {"CHAT": 0}, "chat": {"CHAT": 0}, "date": 1763784000,
        "photo": sizes, "caption": "今天和孩子们读完了一本书,他们问我下一本什么时候到。" * 5,
        "caption_entities": [
            {"offset": 2, "length": 6, "type": "bold"},
            {"offset": 12, "length": 9, "type": "text_link", "url": "https://example.org/one/day/in/the/village"},
        ],
        "reply_markup": {"inline_keyboard": rows},
    }  # fmt: skip
    after = b',"chat_instance":"-8123406621984417711","data":'
    return b'{"update_id":%d,"callback_query":{', b'"message":' + orjson.dumps(under) + after, b"}}"
