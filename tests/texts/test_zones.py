"""The world's clocks in words: what people type finds theirs, and every clock has its country."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texts import zones

BOTH = ("zh-CN", "en")


@pytest.mark.parametrize(("words", "first"), [
    ("柏林", "Europe/Berlin"), (" berlin ", "Europe/Berlin"), ("Germany", "Europe/Berlin"), ("德国", "Europe/Berlin"),
    ("New  York", "America/New_York"), ("new_york", "America/New_York"), ("北京", "Asia/Shanghai"),
    ("中国", "Asia/Shanghai"), ("CN", "Asia/Shanghai"), ("us", "America/New_York"), ("旧金山", "America/Los_Angeles"),
    ("europe/berlin", "Europe/Berlin"), ("Asia/Calcutta", "Asia/Calcutta"), ("utc", "UTC"), ("shang", "Asia/Shanghai"),
])  # fmt: skip
def test_what_people_type_finds_their_clock(words, first):
    assert zones.found(words, BOTH)[0] == first


@pytest.mark.parametrize("words", ["", "  ", "a", "北", "Atlantis", "../etc/passwd", "x" * 5000, "Etc/GMT+99"])
def test_what_is_no_place_finds_nothing(words):
    assert zones.found(words, BOTH) == ()


@given(st.text(max_size=30))
def test_whatever_is_typed_only_real_clocks_are_found(words):
    found = zones.found(words, BOTH)
    assert len(found) <= zones.MOST_FOUND
    assert all(zones.is_zone(zone) and ZoneInfo(zone) for zone in found)


def test_a_clock_has_the_country_it_is_of_under_each_of_its_names():
    assert zones.country_of("Asia/Shanghai") == zones.country_of("PRC") == "CN"
    assert zones.country_of("Asia/Calcutta") == zones.country_of("Asia/Kolkata") == "IN"
    assert zones.country_of("UTC") is zones.country_of("Etc/UTC") is zones.country_of("Nowhere/At_All") is None
    assert {"Asia/Shanghai", "Asia/Urumqi", "PRC"} <= zones.zones_of("CN")
    assert zones.zones_of("ZZ") == frozenset()


def test_every_clock_belongs_to_at_most_one_country_and_each_country_has_a_name():
    of = [zone for code in zones.countries() for zone in zones.zones_of(code)]
    assert len(of) == len(set(of))
    assert set(of) | {z for z in available_timezones() if zones.country_of(z) is None} == available_timezones()
    for code in zones.countries():
        for language in BOTH:
            assert zones.country(language, code) != code, code


def test_places_and_offsets_in_words():
    winter, summer = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    assert [zones.place(language, "Europe/Berlin") for language in BOTH] == ["柏林（德国）", "Berlin (Germany)"]
    assert zones.place("en", "Asia/Singapore") == "Singapore"
    assert zones.place("zh-CN", "UTC") == "UTC"
    assert [zones.offset("Europe/Berlin", at) for at in (winter, summer)] == ["UTC+1", "UTC+2"]
    assert zones.offset("America/St_Johns", winter) == "UTC-3:30"
    assert zones.offset("UTC", winter) == "UTC"


def test_the_common_ones_are_real_and_begin_with_the_operators_usual():
    assert all(zones.is_zone(zone) for zone in zones.COMMON)
    assert not zones.is_zone("europe/berlin")
