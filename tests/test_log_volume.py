"""However often something happens, the log stays short, says what it left out, and never leaves out an error."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

import logs


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    root.handlers.clear()
    stream = io.StringIO()
    logs.configure("json", "debug", stream, most_alike=20)
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


class Clock:
    """Moves when told."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        patch.setattr("logs.time.monotonic", lambda: self.now)


@pytest.fixture
def clock(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_storm_is_cut_and_counted_and_what_is_rare_stays(stream: io.StringIO, clock: Clock):
    log = structlog.get_logger()
    for second in range(60):
        clock.now += 1
        for number in range(1000):
            log.info("tip_paid", tip_id=number)
        log.info("giving_day_began", second=second)
    logs.flush()
    found = lines(stream)
    paid = [line for line in found if line["event"] == "tip_paid"]
    assert len(paid) <= 7 * 20
    assert sum(line["event"] == "giving_day_began" for line in found) == 60
    said = sum(line.get("left_out_before", 0) for line in paid)
    said += sum(line["count"] for line in found if line["event"] == "log_lines_left_out")
    assert said == 60_000 - len(paid) == logs.left_out()


def test_an_error_is_never_left_out(stream: io.StringIO, clock: Clock):
    log = structlog.get_logger()
    for number in range(100):
        log.warning("it_goes_wrong", number=number)
        log.error("it_goes_wrong", number=number)
        try:
            raise ValueError
        except ValueError:
            log.exception("it_went_wrong")
        log.critical("gone")
    levels = [line["level"] for line in lines(stream)]
    assert levels.count("warning") == 20
    assert levels.count("error") == 200
    assert levels.count("critical") == 100


def test_what_was_left_out_is_said_when_the_storm_is_over(stream: io.StringIO, clock: Clock):
    log = structlog.get_logger()
    for _ in range(50):
        log.info("storm")
    clock.now += 60
    log.info("quiet")
    assert [(line["event"], line.get("of"), line.get("count")) for line in lines(stream)[20:]] == [
        ("log_lines_left_out", "storm", 30),
        ("quiet", None, None),
    ]
    logs.flush()
    assert len(lines(stream)) == 22, "it is said once"


def test_libraries_are_limited_each_for_itself(stream: io.StringIO, clock: Clock):
    for number in range(100):
        logging.getLogger("chatty").warning("again %d", number)
    logging.getLogger("calm").warning("once")
    assert [line["logger"] for line in lines(stream)].count("chatty") == 20
    assert [line["logger"] for line in lines(stream)].count("calm") == 1


def test_events_that_are_no_constants_are_limited_together(stream: io.StringIO, clock: Clock):
    log = structlog.get_logger()
    for number in range(5000):
        log.info(f"event {number}")  # noqa: G004
    assert len(lines(stream)) <= logs.MOST_KINDS + 20


def test_threads_lose_no_count(stream: io.StringIO, clock: Clock):
    log = structlog.get_logger()
    work = [threading.Thread(target=lambda: [log.info("many") for _ in range(2000)]) for _ in range(4)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert logs.left_out() == 8000 - 20 == 8000 - len(lines(stream))


def test_without_a_limit_all_is_written(stream: io.StringIO):
    logs.configure("json", "info", stream)
    for _ in range(300):
        structlog.get_logger().info("all")
    assert len(lines(stream)) == 300
