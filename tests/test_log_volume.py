"""However often something happens, the log stays short and says what it left out, of errors too."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

import logs
from services.wake import log_trouble
from storage.engines import open_engines
from storage.work import UnitOfWork
from tests.processes import free_port


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
        patch.setattr("logs.limit.time.monotonic", lambda: self.now)


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


def test_errors_have_a_limit_of_their_own(stream: io.StringIO, clock: Clock):
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


def fail(times: int, error: Exception, event: str = "it_went_wrong") -> None:
    log = structlog.get_logger()
    for number in range(times):
        try:
            raise type(error)(*error.args)
        except Exception:
            log.exception(event, number=number)


def test_a_storm_of_errors_loses_its_tracebacks_then_lines_and_each_is_counted(stream: io.StringIO, clock: Clock):
    fail(1000, ValueError("x" * 5000))
    fail(3, KeyError("other"))
    found = lines(stream)
    storm = [line for line in found if "KeyError" not in line.get("exception", "")]
    assert [("exception" in line, line.get("traceback")) for line in storm] == (
        [(True, None)] * logs.MOST_TRACEBACKS + [(False, "left out")] * (logs.MOST_ERRORS - logs.MOST_TRACEBACKS)
    )
    assert {line.get("error") for line in storm[logs.MOST_TRACEBACKS :]} == {"ValueError"}
    assert len(found) - len(storm) == 3, "another exception is another kind"
    assert len(stream.getvalue()) < 60 * 7_000
    clock.now += 11
    fail(1, ValueError("again"))
    said, again = lines(stream)[-2:]
    assert (said["event"], said["count"], said["error"]) == (
        "log_lines_left_out",
        1000 - logs.MOST_ERRORS,
        "ValueError",
    )
    assert "exception" in again
    assert logs.left_out() == 1000 - logs.MOST_ERRORS


def test_what_was_left_out_of_errors_is_said_where_only_errors_are_written(stream: io.StringIO, clock: Clock):
    logs.configure("json", "error", stream, most_alike=20)
    fail(300, ValueError())
    for _ in range(300):
        logging.getLogger("driver").error("gone", exc_info=OSError())
    logs.flush()
    said = [line for line in lines(stream) if line["event"] == "log_lines_left_out"]
    assert [(line["level"], line["of"], line["error"], line["count"]) for line in said] == [
        ("error", "it_went_wrong", "ValueError", 50),
        ("error", "library_log driver", "OSError", 50),
    ]


def test_errors_of_ever_new_names_are_bounded_too(stream: io.StringIO, clock: Clock):
    log = structlog.get_logger()
    for number in range(5000):
        log.error(f"event {number}")  # noqa: G004
    logs.flush()
    found = lines(stream)
    assert len(found) <= logs.MOST_KINDS + logs.MOST_ERRORS + 1
    assert found[-1]["count"] == 5000 - (len(found) - 1)


def test_log_calls_that_fail_are_bounded(stream: io.StringIO, clock: Clock):
    for _ in range(1000):
        structlog.get_logger().info("broken %d %s", "one too few")
    assert len(lines(stream)) <= logs.MOST_ERRORS


async def test_a_database_that_is_away_is_one_short_line_for_each_who_asks(stream: io.StringIO):
    engines = open_engines(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    for number in range(300):
        try:
            async with UnitOfWork(engines)():
                pass
        except Exception as error:  # noqa: BLE001
            log_trouble("hook_not_stored", error, rail=str(number))
    await engines.close()
    found = [line for line in lines(stream) if line["event"] == "hook_not_stored"]
    assert [line["level"] for line in found] == ["warning"] * 20
    assert len(stream.getvalue()) < 20 * 300


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
