"""Tokens, keys and passwords go in by every door; nothing that is written anywhere says them again."""

import contextlib
import io
import json
import logging
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import pytest
import structlog

import logs
from tests.payments.china import key_of
from tests.processes import Program, command, environment, fetch
from tests.processes.basics import ROOT, free_port

TOKEN: Final = "987654321:AAF-example_of_a_bot_token_0123456789"
RAIL_KEY: Final = "sk_live_51Habcdefghijklmnopqrstuvwxyz"
HOOK_SECRET: Final = "whsec_abcdefghijklmnopqrstuvwxyz0123456789"
TELEGRAM_SECRET: Final = "deliveries-of-Telegram_0123456789"
PASSWORD: Final = "hunter2-and-more"
STRIPE_KEY: Final = "rk_test_51Jzyxwvutsrqponmlkjihgfedcba"
STRIPE_SECRETS: Final = ("whsec_of-payments_0123456789abcdef", "whsec_of-accounts_0123456789abcdef")
APIV3_KEY: Final = "OfAllThatWeChatTells0123456789Ab"
PRIVATE_KEYS: Final = tuple(key_of(who).private_pem for who in ("merchant of WeChat Pay", "app of Alipay"))
SECRETS: Final = (
    TOKEN, TOKEN.partition(":")[2], RAIL_KEY, HOOK_SECRET, TELEGRAM_SECRET, PASSWORD, STRIPE_KEY, *STRIPE_SECRETS,
    APIV3_KEY, *(line for pem in PRIVATE_KEYS for line in pem.splitlines() if not line.startswith("--")),
)  # fmt: skip
NOBODY: Final = "http://127.0.0.1:9"
WITH_ALL: Final = {
    "YIZAN_TELEGRAM__TOKEN": TOKEN, "YIZAN_TELEGRAM__SECRET_TOKEN": TELEGRAM_SECRET, "YIZAN_RAILS__ENABLED": "sandbox",
    "YIZAN_RAILS__SANDBOX__KEY": RAIL_KEY, "YIZAN_RAILS__SANDBOX__WEBHOOK_SECRET": HOOK_SECRET,
    "YIZAN_TELEGRAM__API_BASE": NOBODY, "YIZAN_RAILS__SANDBOX__API_BASE": NOBODY,
    "YIZAN_RAILS__STRIPE__API_KEY": STRIPE_KEY, "YIZAN_RAILS__STRIPE__SIGNING_SECRET": STRIPE_SECRETS[0],
    "YIZAN_RAILS__STRIPE__CONNECT_SIGNING_SECRET": STRIPE_SECRETS[1], "YIZAN_RAILS__STRIPE__API_BASE": NOBODY,
    "YIZAN_RAILS__WECHAT__MERCHANT_KEY": PRIVATE_KEYS[0], "YIZAN_RAILS__WECHAT__APIV3_KEY": APIV3_KEY,
    "YIZAN_RAILS__WECHAT__MCHID": "1900000109", "YIZAN_RAILS__WECHAT__APPID": "wxd678efh567hg6787",
    "YIZAN_RAILS__WECHAT__KEY_SERIAL": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
    "YIZAN_RAILS__WECHAT__PUBLIC_KEY_ID": "PUB_KEY_ID_0119000001092024010100000000000000",
    "YIZAN_RAILS__WECHAT__PUBLIC_KEY": key_of("WeChat Pay").public_pem, "YIZAN_RAILS__WECHAT__API_BASE": NOBODY,
    "YIZAN_RAILS__ALIPAY__APP_ID": "2021000000000000", "YIZAN_RAILS__ALIPAY__SELLER_ID": "2088000000000000",
    "YIZAN_RAILS__ALIPAY__PUBLIC_KEY": key_of("Alipay").public_pem, "YIZAN_RAILS__ALIPAY__APP_KEY": PRIVATE_KEYS[1],
    "YIZAN_RAILS__ALIPAY__API_BASE": NOBODY,
}  # fmt: skip
RAILS: Final = ("sandbox", "stripe", "wechat", "alipay")
EVERY_RAIL: Final = {
    "YIZAN_RAILS__ENABLED": ",".join(RAILS), "YIZAN_WEB__PUBLIC_URL": "https://give.example",
    "YIZAN_TELEGRAM__UPDATES": "polling",
}  # fmt: skip
ASKED_AT: Final = tuple(f"YIZAN_RAILS__{rail.upper()}__API_BASE" for rail in RAILS)
AWAY: Final = f"postgresql://yizan:{PASSWORD}@127.0.0.1:9/yizan"


def silent(said: str, about: object = "") -> None:
    """None of the secrets is in it, in whole or quoted."""
    for secret in SECRETS:
        for form in (secret, secret.replace(":", "%3A"), secret.replace(":", "%3a")):
            at = said.find(form)
            assert at < 0, f"{about}: …{said[max(0, at - 200) : at]}[{form[:6]}…]"


# --- the command line ---

COMMANDS: Final[dict[str, tuple[tuple[str, ...], dict[str, str]]]] = {
    "config show": (("config", "show"), {"YIZAN_DATABASE__URL": AWAY}),
    "doctor": (("doctor",), {"YIZAN_DATABASE__URL": AWAY}),
    "doctor --offline": (("doctor", "--offline"), {"YIZAN_DATABASE__URL": AWAY}),
    "db current": (("db", "current"), {"YIZAN_DATABASE__URL": AWAY}),
    "ledger verify": (("ledger", "verify"), {"YIZAN_DATABASE__URL": AWAY}),
    "privacy left": (("privacy", "left", "--since", "2026-11-01"), {"YIZAN_DATABASE__URL": AWAY}),
    "a database of no kind": (("run",), {"YIZAN_DATABASE__URL": f"mysql://yizan:{PASSWORD}@127.0.0.1/yizan"}),
    "an address that can't be read": (("run",), {"YIZAN_DATABASE__URL": f"postgresql://yizan:{PASSWORD}@[127:x/y"}),
    "a database's port of letters": (("db", "current"), {"YIZAN_DATABASE__URL": f"postgresql://y:{PASSWORD}@h:no/y"}),
    "options it has not": (("db", "current"), {"YIZAN_DATABASE__URL": f"{AWAY}?sslmode=maybe&password={PASSWORD}"}),
    "a secret of the wrong shape": (("run",), {"YIZAN_TELEGRAM__SECRET_TOKEN": f"{TELEGRAM_SECRET} with blanks"}),
    "no token at all": (("run",), {"YIZAN_TELEGRAM__TOKEN": RAIL_KEY}),
    "a token as a port": (("run",), {"YIZAN_WEB__PORT": TOKEN}),
    "a token as a language": (("run",), {"YIZAN_LANGUAGE": TOKEN}),
    "a key as a rail": (("run",), {"YIZAN_RAILS__ENABLED": RAIL_KEY}),
    "a key as an owner": (("run",), {"YIZAN_OWNERS": RAIL_KEY}),
    "a key as a timezone": (("run",), {"YIZAN_TIMEZONE": RAIL_KEY}),
    "a password in an address": (("run",), {"YIZAN_WEB__PUBLIC_URL": f"https://yizan:{PASSWORD}@give.example"}),
    "a token in an address": (("config", "show"), {"YIZAN_WEB__PUBLIC_URL": f"https://give.example/bot{TOKEN}"}),
    "a token in the name of a variable": (("run",), {f"YIZAN_TELEGRAM__{TOKEN}": "x"}),
    "a token as a file": (("run",), {"YIZAN_DATABASE__URL_FILE": f"/nowhere/{TOKEN}", "YIZAN_DATABASE__URL": ""}),
    "a token as a command": ((TOKEN,), {}),
    "a token as an argument": (("run", TOKEN), {}),
    "a key as an option": (("run", f"--{RAIL_KEY}"), {}),
    "a key as a value": (("demo", "--port", RAIL_KEY), {}),
    "a key as a file": (("project", "import", RAIL_KEY), {}),
    "a token as settings": (("--config", f"/nowhere/{TOKEN}.yaml", "config", "show"), {}),
    "an address as an id": (("role", "grant", AWAY, "admin"), {}),
    "every rail's settings": (("config", "show"), EVERY_RAIL),
    "every rail, and nobody answers": (("doctor",), EVERY_RAIL),
    "every rail's books": (("reconcile", "--days", "2"), EVERY_RAIL),
    "half a merchant's key": (("doctor",), EVERY_RAIL | {"YIZAN_RAILS__WECHAT__MERCHANT_KEY": PRIVATE_KEYS[0][:900]}),
    "an app's key without its ends": (("run",), EVERY_RAIL | {"YIZAN_RAILS__ALIPAY__APP_KEY": PRIVATE_KEYS[1][40:-40]}),
    "a private key as a public one": (("doctor",), EVERY_RAIL | {"YIZAN_RAILS__ALIPAY__PUBLIC_KEY": PRIVATE_KEYS[1]}),
    "a private key as a number": (("doctor",), EVERY_RAIL | {"YIZAN_RAILS__WECHAT__KEY_SERIAL": PRIVATE_KEYS[0]}),
    "a key of WeChat's that is too long": (("run",), EVERY_RAIL | {"YIZAN_RAILS__WECHAT__APIV3_KEY": APIV3_KEY + "x"}),
    "a key of Stripe's with a blank": (("run",), EVERY_RAIL | {"YIZAN_RAILS__STRIPE__API_KEY": STRIPE_KEY + " x"}),
    "a secret of Stripe's as its key": (("run",), EVERY_RAIL | {"YIZAN_RAILS__STRIPE__API_KEY": STRIPE_SECRETS[0]}),
    "a merchant's key as a rail": (("run",), {"YIZAN_RAILS__ENABLED": PRIVATE_KEYS[0]}),
    "WeChat's key as minutes": (("run",), {"YIZAN_RAILS__WECHAT__OPEN_MINUTES": APIV3_KEY}),
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_says_a_secret(name: str, tmp_path: Path):
    arguments, environ = COMMANDS[name]
    done = command(*arguments, **{"YIZAN_DATABASE__URL": f"sqlite:///{tmp_path}/no.db", **WITH_ALL, **environ})
    said = done.stdout + done.stderr
    silent(said, name)
    assert said.strip()
    assert "Traceback" not in said


def test_a_doctor_says_no_secret_whatever_the_rails_answer(awkward: str, tmp_path: Path):
    """They say back all that they were sent."""
    asked = dict.fromkeys((*ASKED_AT, "YIZAN_TELEGRAM__API_BASE"), awkward)
    done = command("doctor", **WITH_ALL | EVERY_RAIL | asked | {"YIZAN_DATABASE__URL": f"sqlite:///{tmp_path}/no.db"})
    silent(done.stdout + done.stderr)
    assert "Traceback" not in done.stdout + done.stderr
    for rail in RAILS[1:]:
        assert f"rails.{rail}.api_base: something answers there" in done.stdout, "they were asked"


def test_waiting_for_a_database_says_no_secret(tmp_path: Path):
    bot = Program(["main.py", "run"], tmp_path / "log", environment(**WITH_ALL | {"YIZAN_DATABASE__URL": AWAY}))
    try:
        bot.wait_for("database_waited_for")
        bot.signal(signal.SIGTERM)
        bot.ends()
    finally:
        bot.close()
    silent(bot.output)


@pytest.mark.parametrize("text", [
    f"telegram:\n  tokn: {TOKEN}\n", f"web: {{port: {RAIL_KEY}}}\n", f"telegram: [{TOKEN}]\n", f"{TOKEN}: x\n",
    f"telegram:\n  token: {TOKEN}\n", f"database: {{url: '{AWAY}'}}\n", f"telegram: {{token: '{TOKEN}\n",
    f"rails: {{sandbox: {{key: {RAIL_KEY}: x}}}}\n", f"language: {HOOK_SECRET}\n",
])  # fmt: skip
def test_no_mistake_in_the_settings_file_says_a_secret(text: str, tmp_path: Path):
    (tmp_path / "config.yaml").write_text(text, "utf-8")
    done = command("--config", str(tmp_path / "config.yaml"), "config", "show")
    silent(done.stdout + done.stderr, text)
    assert done.returncode


# --- the running bot ---


ME: Final = {"id": 1, "is_bot": True, "first_name": "b", "username": "b"}
# As their providers sign, with secrets in place of signatures.
SIGNED_BY: Final = {
    "stripe": {"Stripe-Signature": f"t=1,v1={STRIPE_SECRETS[0]}"},
    "wechat": {
        "Wechatpay-Signature": APIV3_KEY, "Wechatpay-Serial": APIV3_KEY, "Wechatpay-Nonce": "n",
        "Wechatpay-Timestamp": "1",
    },
    "alipay": {"Authorization": PRIVATE_KEYS[1].splitlines()[1]},
}  # fmt: skip
PATHS: Final = (
    f"/bot{TOKEN}/x",
    f"/p/{RAIL_KEY}?key={RAIL_KEY}",
    f"/r/{HOOK_SECRET}",
    f"/hooks/{RAIL_KEY}",
    "/metrics",
)


class Awkward(BaseHTTPRequestHandler):
    """A Bot API and a rail that fail in every way, and say back whatever they were told."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        echo = f"{self.path} {self.headers}"
        answers: dict[str, Callable[[], None]] = {
            "getMe": lambda: self.say(200, {"ok": True, "result": ME}),
            "setMyCommands": lambda: self.say(500, {"ok": False, "error_code": 500, "description": echo}),
            "setMyDescription": lambda: self.say(400, {"ok": False, "error_code": 400, "description": echo}),
            "setMyShortDescription": self.close,
            "getUpdates": self.next_way,
            "deleteWebhook": lambda: self.say(200, {"ok": True, "result": True}),
        }  # fmt: skip
        answers.get(self.path.rpartition("/")[2], lambda: self.say(502, echo))()

    def do_GET(self) -> None:
        self.do_POST()

    def next_way(self) -> None:
        self.server.asked += 1  # type: ignore[attr-defined]
        echo = f"no: {self.path}"
        ways: list[Callable[[], None]] = [
            self.close, lambda: self.say(502, f"<html>{self.path}</html>"), lambda: self.say(200, "{"),
            lambda: self.say(409, {"ok": False, "error_code": 409, "description": echo}),
            lambda: self.say(200, {"ok": True, "result": [{"update_id": 1, "message": {"text": echo}}]}),
            lambda: self.say(302, "", Location=f"http://127.0.0.1:9{self.path}"),
            lambda: self.say(401, {"ok": False, "error_code": 401, "description": f"Unauthorized {echo}"}),
        ]  # fmt: skip
        ways[min(self.server.asked, len(ways)) - 1]()  # type: ignore[attr-defined]

    def close(self) -> None:
        self.connection.close()

    def say(self, status: int, body: object, **headers: str) -> None:
        content = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), "Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing: this one knows all the secrets."""


class Server(ThreadingHTTPServer):
    asked = 0

    def handle_error(self, *_: object) -> None:
        """The connection was closed on purpose."""


@pytest.fixture
def awkward() -> Iterator[str]:
    with Server(("127.0.0.1", 0), Awkward) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("style", ["json", "console"])
def test_the_bot_says_no_secret_whatever_telegram_and_visitors_do(awkward: str, style: str, tmp_path: Path):
    port, metrics = free_port(), free_port()
    environ = environment(**WITH_ALL | EVERY_RAIL | dict.fromkeys(ASKED_AT, awkward) | {
        "YIZAN_TELEGRAM__API_BASE": awkward, "YIZAN_WEB__PORT": str(port),
        "YIZAN_WEB__METRICS_PORT": str(metrics), "YIZAN_LOGS__LEVEL": "debug", "YIZAN_LOGS__FORMAT": style,
        "YIZAN_DATABASE__URL": f"sqlite:///{tmp_path}/yizan.db", "PYTHONASYNCIODEBUG": "1",
    })  # fmt: skip
    bot = Program(["main.py", "run"], tmp_path / "log", environ)
    try:
        bot.wait_for("bot_listens")
        pages = []
        for path in PATHS:
            pages.append(fetch("GET", f"http://127.0.0.1:{port}{path}"))
            pages.append(fetch("POST", f"http://127.0.0.1:{port}{path}", {"secret": HOOK_SECRET}))
        for headers in ({"Sandbox-Signature": HOOK_SECRET}, {"Authorization": f"Bearer {RAIL_KEY}"}):
            pages.append(fetch("POST", f"http://127.0.0.1:{port}/hooks/sandbox", {"token": TOKEN}, headers))
        for rail, headers in SIGNED_BY.items():
            body = {"keys": [STRIPE_KEY, *STRIPE_SECRETS, APIV3_KEY, *PRIVATE_KEYS]}
            pages.append(fetch("POST", f"http://127.0.0.1:{port}/hooks/{rail}", body, headers))
        with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics") as answer:
            silent(answer.read().decode(), "metrics")
        for page in pages:  # a page may say the address that was asked for, which the reader knows
            assert TOKEN not in page.body
            assert TELEGRAM_SECRET not in page.body
        with contextlib.suppress(Exception):  # it gives up by itself once its token is refused
            bot.ends(seconds=40)
        if bot.process.poll() is None:
            bot.signal(signal.SIGTERM)
            bot.ends(seconds=20)
        silent(bot.output, style)
        assert "library_log" in bot.output or "telegram" in bot.output
    finally:
        bot.close()


# --- whatever is raised ---


def deep(secret: str, depth: int = 3) -> None:
    """A traceback with the secret in its locals, in its message and in what caused it."""
    held = {"token": secret}
    if depth:
        deep(secret, depth - 1)
    try:
        raise ConnectionError(f"GET https://api.telegram.org/bot{TOKEN}/getMe refused, {held}")
    except ConnectionError as error:
        error.add_note(f"Authorization: Bearer {RAIL_KEY}")
        raise RuntimeError(f"connect {AWAY}: password={PASSWORD} key={RAIL_KEY} {HOOK_SECRET}") from error


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_traceback_is_written_without_secrets(style: str, restored: None):
    stream = io.StringIO()
    logging.getLogger().handlers.clear()
    logs.configure(style, "debug", stream)
    log = structlog.get_logger()
    try:
        deep(RAIL_KEY)
    except RuntimeError as error:
        log.exception("web_failed", error=error, url=f"{AWAY}", env=WITH_ALL, args=error.args)
        log.error(str(error), exc_info=error)
        logging.getLogger("aiohttp.server").exception("Error handling %s", error)
        logging.getLogger("asyncio").error("Task exception was never retrieved", exc_info=error)
    said = stream.getvalue()
    silent(said, style)
    assert said.count("RuntimeError") >= 3


def test_what_nobody_caught_is_written_without_secrets():
    broken = f"""
import runpy, sys
import launch.command_line
def load(*_):
    raise RuntimeError("connect {AWAY} with {TOKEN} and {RAIL_KEY}")
launch.command_line.load = load
sys.argv = ["main.py", "config", "show"]
runpy.run_path("main.py", run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", broken], cwd=ROOT, capture_output=True, text=True, check=False)
    silent(done.stdout + done.stderr, "uncaught")
    assert "RuntimeError: connect postgresql://" in done.stderr
