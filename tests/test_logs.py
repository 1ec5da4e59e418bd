"""A log line is one line, in one stream, and no secret is ever in it."""

import io
import json
import logging
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from logs import configure, mask_text, masking

TOKEN = "123456789:AAF-example_of_a_bot_token_0123456789"
FORMATS = ("json", "console")
digits = st.text("0123456789", min_size=6, max_size=12)
rest = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", min_size=20, max_size=40)
tokens = st.builds("{}:{}".format, digits, rest)
anything = st.text(max_size=18) | st.text(
    "0123456789:-/ ", max_size=18
)  # shorter than a token's secret half: never its double
same_stream = hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def written():
    """Configures the given style and returns a function that takes what was written since the last time."""

    def of(style: str = "json", level: str = "info") -> Any:
        stream = io.StringIO()
        logging.getLogger().handlers.clear()  # pytest's own raise at a wrong call
        configure(style, level, stream)

        def taken() -> str:
            text = stream.getvalue()
            stream.seek(0)
            stream.truncate()
            return text

        return taken

    return of


def raised(error: Exception) -> Exception:
    try:
        raise error
    except type(error) as caught:
        return caught


# --- the line ---


def test_json_is_one_line_an_event_with_a_utc_timestamp(written):
    taken = written("json")

    structlog.get_logger().info("tip_paid", tip_id="t1", gross_minor=500, rail="sandbox", note="一\n二")

    line = taken()
    assert line.count("\n") == 1
    event = json.loads(line)
    assert list(event) == ["timestamp", "level", "event", "tip_id", "gross_minor", "rail", "note"]
    assert event["timestamp"].endswith("Z")
    assert event | {"timestamp": ""} == {
        "timestamp": "",
        "level": "info",
        "event": "tip_paid",
        "tip_id": "t1",
        "gross_minor": 500,
        "rail": "sandbox",
        "note": "一\n二",
    }


def test_the_console_shows_text_so_that_it_cannot_move_the_cursor(written):
    taken = written("console")

    structlog.get_logger().info("tip_paid", name="益赞\x1b[2J\n", bidi="\u202e", gross_minor=500)

    line = taken()
    assert line.count("\n") == 1
    assert "tip_paid" in line
    assert r"name='益赞\x1b[2J\n'" in line
    assert "gross_minor=500" in line
    assert "\x1b" not in line
    assert "\u202e" not in line


@pytest.mark.parametrize(
    ("style", "stream", "is_json"),
    [
        ("auto", io.StringIO, True),
        ("auto", Terminal, False),
        ("json", Terminal, True),
        ("console", io.StringIO, False),
    ],
)
def test_auto_is_readable_in_a_terminal_and_json_elsewhere(style, stream, is_json):
    out = stream()
    configure(style, "info", out)
    structlog.get_logger().info("started")
    assert out.getvalue().startswith("{") is is_json


def test_no_color_is_respected(monkeypatch):
    coloured, plain = Terminal(), Terminal()
    monkeypatch.delenv("NO_COLOR", raising=False)
    configure("auto", "info", coloured)
    structlog.get_logger().info("started")
    monkeypatch.setenv("NO_COLOR", "1")
    configure("auto", "info", plain)
    structlog.get_logger().info("started")

    assert "\x1b[" in coloured.getvalue()
    assert "\x1b[" not in plain.getvalue()


def test_bytes_go_straight_to_a_real_file(tmp_path):
    with (tmp_path / "log").open("w", encoding="ascii") as stream:
        configure("console", "info", stream)
        structlog.get_logger().info("started", name="益赞")
    assert "益赞" in (tmp_path / "log").read_text("utf-8")


@pytest.mark.parametrize(("level", "seen"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_only_the_level_and_graver_is_written(written, level, seen):
    taken = written("json", level)
    log = structlog.get_logger()
    for name in ("debug", "info", "warning", "error"):
        getattr(log, name)("event")
    assert taken().count("\n") == seen


def test_a_logger_made_before_follows_a_later_configure(written):
    log = structlog.get_logger()
    first = written("json")
    log.info("one")
    second = written("console", "warning")
    log.info("two")
    log.warning("three")
    assert json.loads(first())["event"] == "one"
    assert "three" in second()


def test_what_is_bound_to_the_request_is_on_its_lines(written):
    taken = written("json")
    structlog.contextvars.bind_contextvars(update_id=7, secret="hunter2")
    structlog.get_logger().info("event")
    assert json.loads(taken())["update_id"] == 7


@pytest.mark.parametrize(("style", "level"), [("xml", "info"), ("json", "loud")])
def test_a_format_or_level_nobody_knows_is_refused(style, level):
    with pytest.raises((ValueError, KeyError)):
        configure(style, level, io.StringIO())


# --- masking by pattern ---


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (TOKEN, "••••"),
        (f"https://api.telegram.org/bot{TOKEN}/sendMessage", "https://api.telegram.org/bot••••/sendMessage"),
        (f"/file/bot{TOKEN.replace(':', '%3A')}/x.jpg", "/file/bot••••/x.jpg"),
        (f"4242 {TOKEN} is taken", "4242 •••• is taken"),
        (f"12 {TOKEN}", "12 ••••"),
        ("123456:ABCDEFG", "••••"),
        (f"seen:5551234567:{TOKEN}:7", "seen:••••:7"),
        ("key sk_live_51Habc, then", "key ••••, then"),
        ("sk_test_a", "••••"),
        ("rk_live_abc", "••••"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw=", "••••"),
        ("4242424242424242", "••••"),
        ("card 4242 4242 4242 4242 12/34", "card •••• 12/34"),
        ("4242-4242-4242-4242", "••••"),
        ("no. 12 4242 4242 4242 4242", "no. 12 ••••"),
        ("4242 4242 4242 4242 4000 0566 5566 5556", "•••• ••••"),
        ("3782 822463 10005", "••••"),
        ("postgresql://yizan:p@ss/w@db/yizan", "postgresql://yizan:••••@db/yizan"),
        ("postgresql+asyncpg://u:p@h/d failed", "postgresql+asyncpg://u:••••@h/d failed"),
        ("postgresql:///d?password=hunter2&user=u", "postgresql:///d?password=••••&user=u"),
        ("http://u:p@proxy:3128/", "http://u:••••@proxy:3128/"),
        ("Authorization: Bearer abcdefghijklmnop", "Authorization: Bearer ••••"),
        ('{"webhook_secret": "hunter2", "a": 1}', '{"webhook_secret": ••••, "a": 1}'),
        (
            "k: -----BEGIN PRIVATE KEY-----\nMIIE\n4==\n-----END PRIVATE KEY-----!",
            "k: -----BEGIN PRIVATE KEY-----••••!",
        ),
        (r"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n4=", "-----BEGIN RSA PRIVATE KEY-----••••"),
        ("Settings(token='a b', port=1)", "Settings(token=••••, port=1)"),
    ],
)
def test_a_secret_in_a_text_is_hidden_and_the_rest_stays(text, shown):
    assert mask_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tip_paid",
        "018f3c2e-7d4a-7c31-8b5e-1f2a3b4c5d6e",
        "payment:12345678-1234-7234-8234-123456789012:delivered",
        "00000000-0000-4000-8000-000000000000",
        "42424242-4242-4242-4242-424242424242",
        "42424242424242424242424242424242",
        "123456789012",
        "7000000000",
        "-1001234567890",
        "-1000000000009",
        "chat -1000000000009 left",
        "4242424242424241",
        "2026-11-22T01:28:30.528486Z",
        "https://t.me/c/1234567890/42",
        "http://127.0.0.1:8081/tips/1",
        "postgresql://db:5432/yizan",
        "invalid token: expected a colon",
        "token = settings.token.get_secret_value()",
        "¥5,000,000.00",
    ],
)
def test_what_is_no_secret_is_left_alone(text):
    assert mask_text(text) == text


@given(st.uuids())
def test_a_uuid_is_never_changed(value):
    assert mask_text(str(value)) == str(value)
    assert mask_text(f"payment:{value}:delivered") == f"payment:{value}:delivered"
    assert mask_text(value.hex) == value.hex


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_a_telegram_id_is_never_changed(number):
    for text in (f"{number}", f"user {number} left", f"-100{number:010}"[:14]):
        assert mask_text(text) == text


@given(st.integers(min_value=10**11, max_value=10**18 - 1), st.sampled_from(["", " ", "-"]))
def test_every_card_number_is_hidden_however_it_is_grouped(number, between):
    check = next(digit for digit in "0123456789" if masking._is_luhn(f"{number}{digit}"))
    card = f"{number}{check}"
    grouped = between.join(card[at : at + 4] for at in range(0, len(card), 4)) if len(card) >= 13 else card
    assert mask_text(f"no. {grouped}!") == ("no. ••••!" if len(card) >= 13 else f"no. {card}!")


# --- masking by key ---

SECRET_KEYS = ["token", "bot_token", "botToken", "bottoken", "TOKEN", "token_hash", "access_token", "credentials"]
SECRET_KEYS += ["secret", "webhook_secret", "webhookSecret", "password", "db_password", "passwd", "init_data"]
SECRET_KEYS += ["authorization", "Authorization", "cookie", "Set-Cookie", "X-Telegram-Bot-Api-Secret-Token"]
SECRET_KEYS += ["api_key", "apiKey", "X-Api-Key", "private_key", "secret_key"]


@pytest.mark.parametrize(
    "key",
    SECRET_KEYS,
)
def test_the_value_of_a_secret_key_is_hidden_at_any_depth(written, key):
    taken = written("json")

    structlog.get_logger().info("event", headers=[{key: "hunter2"}], **{key: {"inner": "hunter2"}})

    line = taken()
    assert "hunter2" not in line
    assert json.loads(line)[key] == "••••"
    assert json.loads(line)["headers"] == [{key: "••••"}]


@pytest.mark.parametrize(
    "key", ["key", "event_key", "dedupe_key", "message_key", "idempotency_key", "secretary", "monkey", "keyboard"]
)
def test_a_key_of_the_domain_is_shown(written, key):
    taken = written("json")
    structlog.get_logger().info("event", **{key: "payment:sandbox:1:paid"})
    assert json.loads(taken())[key] == "payment:sandbox:1:paid"


def test_whether_there_is_a_secret_may_be_told(written):
    taken = written("json")
    structlog.get_logger().info("event", token=None, has_token=True, password=12345678)
    event = json.loads(taken())
    assert (event["token"], event["has_token"], event["password"]) == (None, True, "••••")


def test_numbers_are_left_as_they_are(written):
    taken = written("json")
    structlog.get_logger().info("event", gross_minor=4242424242424242, chat_id=-1001234567890, share=0.5)
    event = json.loads(taken())
    assert (event["gross_minor"], event["chat_id"], event["share"]) == (4242424242424242, -1001234567890, 0.5)


# --- a token never survives ---


class Holder:
    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"<Holder {self.text}>"


@pytest.mark.parametrize("style", FORMATS)
@same_stream
@given(token=tokens, before=anything, after=anything)
def test_a_token_never_survives_in_any_field(written, style, token, before, after):
    taken = written(style)
    text = f"{before}/bot{token}/{after}"
    values = [text, [text], {"a": {"b": (text,)}}, {text: 1}, {text}, text.encode(errors="ignore")]
    for value in [*values, Holder(text), ValueError(text), uuid]:
        structlog.get_logger().info("event", value=value)
    structlog.get_logger().info(text)
    structlog.get_logger().info("at %s", text)
    structlog.get_logger().info("at %s %s", text)
    structlog.get_logger().bind(bound=text).warning("event", **{f"url_{text}": 1})

    out = taken()
    assert out.count("event") >= 9
    assert token.partition(":")[2] not in out


@pytest.mark.parametrize("style", FORMATS)
@same_stream
@given(token=tokens, before=anything)
def test_a_token_never_survives_in_an_exception_its_cause_its_notes_or_its_group(written, style, token, before):
    taken = written(style)
    url = f"{before} https://api.telegram.org/bot{token}/getMe"
    error = ExceptionGroup(url, [raised(ValueError(url))])
    error.add_note(url)
    error.__cause__ = raised(KeyError(url))
    try:
        raise error
    except ExceptionGroup:
        structlog.get_logger().exception("call_failed")
        structlog.get_logger().error("call_failed", exc_info=error)
        logging.getLogger("aiogram").exception("Failed at %s", url)
        logging.getLogger("aiogram").error(url, exc_info=error, stack_info=True)

    out = taken()
    assert out.count("KeyError") == 4
    assert out.count("Traceback") >= 4
    assert token.partition(":")[2] not in out


@pytest.mark.parametrize("style", FORMATS)
@same_stream
@given(token=tokens, before=anything, after=anything)
def test_a_token_never_survives_in_the_standard_librarys_logging(written, style, token, before, after):
    taken = written(style)
    text = f"{before}/bot{token}/{after}"
    for name in ("aiogram.dispatcher", "aiohttp.client", "sqlalchemy.pool", "alembic", "asyncio"):
        logging.getLogger(name).warning("Failed at %s", text)
        logging.getLogger(name).error("Failed at %s %d", text)
        logging.getLogger(name).critical(Holder(text))

    out = taken()
    assert out.count("library_log") == 15
    assert token.partition(":")[2] not in out


# --- the standard library ---


def test_the_standard_library_joins_the_stream_from_warning_up(written):
    taken = written("json", "debug")

    logging.getLogger("aiogram.event").info("Update id=1 is handled")
    logging.getLogger("aiogram.event").warning("Slow %s", "update")

    event = json.loads(taken())
    assert (event["event"], event["level"], event["logger"]) == ("library_log", "warning", "aiogram.event")
    assert event["message"] == "Slow update"


def test_the_standard_library_is_quieter_when_the_level_is_error(written):
    taken = written("json", "error")
    logging.getLogger("aiogram").warning("w")
    logging.getLogger("aiogram").error("e")
    assert json.loads(taken())["message"] == "e"


def test_configuring_again_leaves_one_bridge_and_other_handlers(written):
    written("json")
    other, stream = logging.NullHandler(), io.StringIO()
    logging.getLogger().addHandler(other)
    configure("json", "info", stream)
    logging.getLogger("aiogram").warning("once")
    assert stream.getvalue().count("once") == 1
    assert other in logging.getLogger().handlers


# --- never raises ---


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    __str__ = __repr__


@pytest.mark.parametrize("style", FORMATS)
@pytest.mark.parametrize(
    "value",
    [
        Hostile(),
        {Hostile(): 1},
        "\ud800",
        {"\ud800": "\udfff"},
        2**70,
        float("nan"),
        b"\xff",
        uuid.UUID(int=0),
        {1: {2: 3}},
        object(),
        type,
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_of_any_kind_makes_a_line(written, style, value):
    taken = written(style)
    structlog.get_logger().info("event", value=value)
    logging.getLogger("x").warning("event %s", value)
    out = taken()
    assert "event" in out.splitlines()[0]
    assert len(out.splitlines()) == 2
    if style == "json":
        assert [json.loads(line)["event"] for line in out.splitlines()] == ["event", "library_log"]


@pytest.mark.parametrize("style", FORMATS)
def test_a_value_that_holds_itself_is_cut_short(written, style):
    taken = written(style)
    loop: dict[str, Any] = {"token": "hunter2"}
    loop["self"] = [loop]
    structlog.get_logger().info("event", loop=loop)
    assert "…" in (line := taken())
    assert "hunter2" not in line


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(), st.lists))
def test_what_is_logged_as_json_can_be_read_as_json(value):
    stream = io.StringIO()
    configure("json", "info", stream)
    structlog.get_logger().info("event", value=value)
    assert json.loads(stream.getvalue())["event"] == "event"


@pytest.mark.parametrize("style", FORMATS)
def test_a_wrong_call_leaves_a_line_and_raises_nothing(written, style):
    taken = written(style)
    log = structlog.get_logger()
    calls: list[Callable[[], object]] = [
        lambda: log.info("tips %s of %s", 1),
        lambda: log.info(),
        lambda: log.info("tip", event="twice"),
        lambda: log.info("tip", method_name="taken"),
        lambda: log.log("info", "tip"),
    ]
    for call in calls:
        call()
        lines = taken().splitlines()
        assert len(lines) == 1
        assert json.loads(lines[0])["event"] == "log_call_failed"
        assert json.loads(lines[0])["level"] == "error"


def test_an_exception_logged_where_there_is_none_is_only_a_line(written):
    taken = written("json")
    structlog.get_logger().error("event", exc_info=("not", "an", "error"))
    structlog.get_logger().exception("event")
    logging.getLogger("x").exception("event")  # noqa: LOG004 (it is the mistake that is tried)
    assert len(taken().splitlines()) == 3


def test_a_closed_stream_and_a_full_disk_are_borne():
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    closed = io.StringIO()
    configure("json", "info", closed)
    closed.close()
    structlog.get_logger().info("event")
    logging.getLogger("x").error("event")
    configure("json", "info", Full())
    structlog.get_logger().info("event")
