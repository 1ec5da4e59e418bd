"""`main.py demo`: a sandbox in a process of its own, and the service against it, on loopback only."""

import asyncio
import contextlib
import json
import secrets
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

import click

from settings import Settings

TOKEN: Final = "100000001:sandbox"  # noqa: S105 - opens nothing but the sandbox on this machine
RAIL_KEY: Final = "sandbox-key"
OWNER: Final = 1003
ROOT: Final = Path(__file__).parent.parent
PROJECTS: Final = ROOT / "sandbox" / "projects.yaml"
HOST: Final = "127.0.0.1"
START_TIMEOUT_S: Final = 30


class DemoFailed(Exception):
    """The demo can't start; str() is one clear line."""


def _make_folder(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DemoFailed(f"--data {data}: {error.strerror}") from None


def machine_language(environment: Mapping[str, str]) -> str | None:
    """What the person at this machine reads: zh-CN, else en, as the chat page has it; None if nothing says."""
    set_ = next((said for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (said := environment.get(name))), "C")
    spoken = set_.partition(".")[0].partition("_")[0].lower()
    if spoken in ("c", "posix"):
        return None
    return "zh-CN" if spoken == "zh" else "en"


async def run_demo(*, port: int, data: Path, language: str | None, browser: bool) -> None:
    """Run until Ctrl-C. The chat page is on `port`, our own pages on the next one. Raises: DemoFailed.

    `language`: what the people of a new demo have set, and in what they wrote before; None: as the seed has it.
    """
    _make_folder(data)
    webhook_secret = secrets.token_hex(24)
    with _listen(port + 1 if port else 0) as listening:
        web_url = f"http://{HOST}:{listening.getsockname()[1]}"
        async with _sandbox(port, data, f"{web_url}/hooks", webhook_secret, language) as page:
            _greet(page, web_url, data)
            if browser:
                webbrowser.open(page)
            await _serve(settings_for(page, web_url, data, webhook_secret), listening)


def _greet(page: str, web_url: str, data: Path) -> None:
    click.echo(f"益赞 · Yizan demo: {page}\n  chat page   {page}\n  our pages   {web_url}\n  data        {data}")
    click.echo("  the bot is loading; what you send it is answered as soon as it is there (Ctrl-C ends the demo)")


def settings_for(page: str, web_url: str, data: Path, webhook_secret: str) -> Settings:
    """The defaults with the sandbox as Telegram and as provider; your own settings and secrets are not touched."""
    rail = {"api_base": page, "key": RAIL_KEY, "webhook_secret": webhook_secret}
    return Settings.model_validate(
        {
            "telegram": {"token": TOKEN, "api_base": page, "tap_lane": "off"},
            "database": {"url": f"sqlite:///{(data / 'yizan.db').absolute()}"},
            "web": {"public_url": web_url},
            "owners": [OWNER],
            "limits": {"failures_at_once": 50},  # whoever tries it declines a few times
            "quiet_hours": "",  # whoever tries it at night wants to see everything too
            # A wallet that is paid from at once, and a card that carries no ¥1: so one sees the choice, and the tab.
            "rails": {"enabled": ["sandbox"], "sandbox": rail | {"card": True}},
            "legal": {
                "operator": "益赞演示 · Yizan demo",
                "basis": "演示，不募集任何款项 · A demonstration, no funds are raised",
                "contact": "help@yizan.example",
            },
        }
    )


async def _serve(settings: Settings, listening: socket.socket) -> None:
    from launch.failures import StartFailed
    from launch.service.running import serve

    def ready(username: str) -> None:
        click.echo(f"  the bot listens as @{username}")

    try:
        await _make_ready(settings)
        await serve(settings, listening=listening, chat_page=settings.telegram.api_base, on_ready=ready)
    except StartFailed as failure:
        raise DemoFailed(str(failure)) from None


async def _make_ready(settings: Settings) -> None:
    """The demo's projects and its past, on the first start."""
    from launch.demo_past import Past
    from launch.service.database import prepare_database
    from services.project_import import ProjectImport
    from services.projects import ProjectService
    from storage.engines import open_engines
    from storage.work import UnitOfWork

    engines = open_engines(settings.database.url)
    try:
        await prepare_database(engines)
        unit = UnitOfWork(engines)
        if not (await ProjectService(unit).search(size=1)).total:
            await ProjectImport(unit).run(PROJECTS.read_text(encoding="utf-8"))
            await Past(settings, engines).make()
    finally:
        await engines.close()


def _listen(port: int) -> socket.socket:
    """A listening socket on loopback. Raises: DemoFailed."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError:
        listening.close()
        raise DemoFailed(f"port {port} is in use: choose another pair with --port N (N and N+1 are used)") from None
    return listening


@contextlib.asynccontextmanager
async def _sandbox(
    port: int, data: Path, hooks: str, webhook_secret: str, language: str | None
) -> AsyncIterator[str]:  # fmt: skip
    """The sandbox as a child that ends with the block, or with us however we end: its chat page. Raises: DemoFailed."""
    log = data / "sandbox.log"
    with log.open("ab") as written:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sandbox", "--port", str(port), "--data", str((data / "sandbox.db").absolute()),
            "--webhook-url", f"{hooks}/sandbox", "--card-webhook-url", f"{hooks}/sandbox_card",
            "--webhook-secret", webhook_secret, "--rail-key", RAIL_KEY, "--exit-with-parent",
            *(("--language", language) if language else ()),
            cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=written,
            # Not in the terminal's group: Ctrl-C is for us; the sandbox ends when we close its input, after our last
            # word.
            start_new_session=True,
        )  # fmt: skip
    try:
        yield await _page_of(child, log)
    finally:
        await _end(child)


async def _page_of(child: asyncio.subprocess.Process, log: Path) -> str:
    try:
        line = await asyncio.wait_for(child.stdout.readline(), START_TIMEOUT_S) if child.stdout else b""
    except TimeoutError:
        raise DemoFailed("the sandbox did not start in time") from None
    if not line:
        raise DemoFailed(_last_line(log).removeprefix("sandbox: ") or "the sandbox did not start")
    return str(json.loads(line)["url"])


def _last_line(log: Path) -> str:
    return next(reversed(log.read_text(errors="replace").strip().splitlines()), "")


async def _end(child: asyncio.subprocess.Process) -> None:
    """Close its input and wait until it is gone; one that does not go is killed."""
    if child.stdin is not None:
        child.stdin.close()
    try:
        await asyncio.wait_for(child.wait(), 5)
    except TimeoutError:
        child.kill()
        await child.wait()
