"""The rules of broadcasts: what may be said, who is told when, what it costs."""

import datetime as dt
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.broadcasts import (
    BroadcastAct,
    BroadcastState,
    Content,
    Go,
    Later,
    Photo,
    Reader,
    Segment,
    Skip,
    UrlButton,
    deci_stars,
    decide,
    last_month,
    may,
    must,
    must_be_as_many,
    shown_stars,
)
from giving.errors import AudienceGrown, BroadcastEmpty, BroadcastNotNow, BroadcastTooLong, ButtonsWrong, SegmentWrong
from giving.quiet import QuietHours
from giving.subscriptions import Lately, Often

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati")
MOMENTS = st.integers(0, 2 * 365 * 86_400).map(lambda s: dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(0, s))
PERSON = UUID(int=7)


@st.composite
def readers(draw: st.DrawFn) -> Reader:
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    quiet = QuietHours(dt.time(draw(st.integers(0, 23))), dt.time(draw(st.integers(0, 23))), zone)
    return Reader(
        PERSON,
        draw(st.none() | st.just(42)),
        reachable=draw(st.booleans()),
        often=draw(st.sampled_from(Often)),
        lately=draw(st.integers(0, 3).flatmap(lambda n: st.builds(Lately, st.integers(0, n), st.just(n)))),
        language="en",
        quiet=draw(st.none() | st.just(quiet)),
    )


@given(readers(), MOMENTS, st.integers(1, 3))
def test_nobody_is_told_against_their_wish_nor_at_night(reader: Reader, now: dt.datetime, per_week: int) -> None:
    verdict = decide(reader, now, per_week)
    wished = reader.telegram_id is not None and reader.reachable and reader.often is not Often.NONE
    wished = wished and reader.lately.in_all < per_week
    wished = wished and (reader.often is Often.ALL or not reader.lately.of_kind)
    asleep = reader.quiet is not None and reader.quiet.holds(now)

    assert isinstance(verdict, Skip) == (not wished)
    assert isinstance(verdict, Go) == (wished and not asleep)
    if isinstance(verdict, Later) and reader.quiet is not None:
        assert now < verdict.at <= now + dt.timedelta(hours=25)
        assert isinstance(decide(reader, verdict.at, per_week), Go), "in their morning they are told"


@given(st.integers(0, 3_000_000), st.integers(1, 1000))
def test_the_price_is_that_of_what_is_above_thirty_in_each_second(messages: int, per_second: int) -> None:
    full, rest = divmod(messages, per_second)
    assert deci_stars(messages, per_second) == full * max(0, per_second - 30) + max(0, rest - 30)


def test_a_price_is_shown_in_whole_stars_and_never_too_low() -> None:
    assert deci_stars(1_000_000, 1000) == 970_000
    assert [shown_stars(deci) for deci in (0, 1, 9, 10, 11, 970_000)] == [0, 1, 1, 1, 2, 97_000]
    assert deci_stars(1_000_000, 30) == 0


@given(MOMENTS, st.sampled_from(ZONES))
def test_last_month_is_the_whole_month_before(now: dt.datetime, name: str) -> None:
    zone = ZoneInfo(name)
    since, until = last_month(now, zone)
    local = now.astimezone(zone)
    assert (until.day, until.hour, since.day, since.hour) == (1, 0, 1, 0)
    assert (until.year, until.month) == (local.year, local.month)
    assert (until - dt.timedelta(hours=2)).month == since.month != until.month
    assert since.astimezone(dt.UTC) < until.astimezone(dt.UTC) <= now


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        (BroadcastState.DRAFT, {BroadcastAct.START, BroadcastAct.EDIT, BroadcastAct.CANCEL}),
        (BroadcastState.RUNNING, {BroadcastAct.PAUSE, BroadcastAct.EDIT, BroadcastAct.CANCEL}),
        (BroadcastState.PAUSED, {BroadcastAct.RESUME, BroadcastAct.EDIT, BroadcastAct.CANCEL}),
        (BroadcastState.CANCELLED, set()),
        (BroadcastState.DONE, set()),
    ],
)
def test_what_may_be_done_with_one_in_each_state(state: BroadcastState, allowed: set[BroadcastAct]) -> None:
    assert {act for act in BroadcastAct if may(state, act)} == allowed
    for act in set(BroadcastAct) - allowed:
        with pytest.raises(BroadcastNotNow):
            must(state, act)


def test_what_is_said_fits_into_one_message() -> None:
    Content({"en": "x" * 4096})
    Content({"en": "<b>" + "x" * 4096 + "</b>"})
    Content({"zh-CN": "好" * 1024}, Photo("AgAC"))
    for texts, photo in (({"en": "x" * 4097}, None), ({"en": "x" * 1025}, Photo("AgAC")), ({"en": "😀" * 2049}, None)):
        with pytest.raises(BroadcastTooLong):
            Content(texts, photo)
    for empty in ({}, {"en": " \n"}, {"en": "x", "zh-CN": ""}, {"fr": "x"}):
        with pytest.raises(BroadcastEmpty):
            Content(empty)


@pytest.mark.parametrize(
    "button",
    [
        UrlButton({"en": ""}, "https://example.org"),
        UrlButton({}, "https://example.org"),
        UrlButton({"en": "x" * 65}, "https://example.org"),
        UrlButton({"en": "x"}, "javascript:alert(1)"),
        UrlButton({"en": "x"}, "https://"),
        UrlButton({"en": "x"}, "https://exa mple.org"),
        UrlButton({"en": "x"}, "http://[1"),
    ],
)
def test_a_button_says_something_and_leads_somewhere(button: UrlButton) -> None:
    with pytest.raises(ButtonsWrong):
        Content({"en": "hello"}, buttons=(button,))


def test_at_most_six_buttons() -> None:
    one = UrlButton({"en": "Give"}, "https://t.me/yizan_bot?start=x")
    Content({"en": "hello"}, buttons=(one,) * 6)
    with pytest.raises(ButtonsWrong):
        Content({"en": "hello"}, buttons=(one,) * 7)


@pytest.mark.parametrize("wrong", [{"last_month": True, "lapsed": True}, {"language": "fr"}, {"country": "China"}])
def test_a_segment_nobody_can_be_in_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(SegmentWrong):
        Segment(**wrong)  # type: ignore[arg-type]


def test_what_is_kept_as_json_comes_back_as_it_was() -> None:
    segment = Segment(project=PERSON, last_month=True, creators=True, language="en", country="CN")
    assert Segment.of_json(segment.as_json()) == segment
    assert Segment.of_json(Segment().as_json()) == Segment()
    content = Content({"en": "a"}, Photo("AgAC"), (UrlButton({"en": "b"}, "https://c.example"),))
    assert Content.of_json(content.as_json()) == content
    assert content.text("zh-CN") == "a"


@pytest.mark.parametrize(("shown", "most"), [(0, 10), (1, 11), (99, 109), (100, 110), (2_000, 2_200)])
def test_a_tenth_more_than_were_shown_or_ten_is_nothing_and_one_more_is(shown: int, most: int):
    must_be_as_many(shown, most)
    must_be_as_many(most, shown)
    must_be_as_many(None, most + 1)
    with pytest.raises(AudienceGrown) as grown:
        must_be_as_many(shown, most + 1)
    assert grown.value.args_for_message == {"people": most + 1, "shown": shown}
