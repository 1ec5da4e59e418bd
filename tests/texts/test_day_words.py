"""Words of giving days and slots that are true whenever, and in whichever currency, they are read."""

import re

import pytest

from tests.texts.words import TEXTS


def plain(language: str, key: str, **about: object) -> str:
    return TEXTS.plain(language, key, **about).replace("\u2068", "").replace("\u2069", "")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("key", ["day-card-left", "web-day-live", "web-day-scheduled"])
@pytest.mark.parametrize("days", [1, 2])
def test_whole_days_have_no_hours_beside_them(language: str, key: str, days: int):
    assert not re.search("0|小时| h", plain(language, key, days=days, hours=0, minutes=0))
    assert re.search("5 (小时|h)", plain(language, key, days=days, hours=5, minutes=0))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("key", ["day-card-left", "web-day-live", "web-day-scheduled"])
def test_whole_hours_have_no_minutes_beside_them(language: str, key: str):
    assert not re.search("0|分| min", plain(language, key, days=0, hours=6, minutes=0))
    assert not re.search("0|小时| h|  ", plain(language, key, days=0, hours=0, minutes=45))


def test_hours_and_minutes_stand_apart():
    said = {language: plain(language, "web-day-live", days=0, hours=6, minutes=5) for language in ("en", "zh-CN")}
    assert said == {"en": "On now · 6 h 5 min left", "zh-CN": "进行中 · 还剩 6 小时 5 分"}


def test_what_may_be_read_on_the_next_day_does_not_say_today():
    assert "今天" not in plain("zh-CN", "day-target", project="图书馆", title="公益日", raised="5", donors=3)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("key", ["slot-share-words", "picture-share-scan"])
def test_what_is_shared_names_no_sum_of_some_currency(language: str, key: str):
    assert not re.search("[¥元]|yuan", plain(language, key, project="P", link="L"))
