"""`main.py demo`: it says where it is, is there for this machine only, keeps its data, and leaves nothing behind."""

import json
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.processes import (
    ADMIN,
    CREATOR,
    FOLLOWER,
    Persona,
    Program,
    command,
    environment,
    fetch,
    free_port,
    is_open,
    together,
    until,
    words,
)

Start = Callable[[Path], Program]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts demos; all of them are ended."""
    running: list[Program] = []

    def begin(data: Path) -> Program:
        arguments = ["main.py", "demo", "--port", "0", "--data", str(data), "--no-browser"]
        running.append(Program(arguments, tmp_path / f"demo-{len(running)}.log", environment()))
        return running[-1]

    yield begin
    for program in running:
        program.close()


def urls(demo: Program) -> tuple[str, str]:
    """The chat page and our own pages, as printed."""
    found = demo.wait_for(r"chat page +(http://127\.0\.0\.1:\d+)\n +our pages +(http://127\.0\.0\.1:\d+)\n")
    return found[1], found[2]


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def test_it_is_there_survives_a_kill_with_its_data_and_leaves_no_orphan(start, tmp_path):
    demo = start(tmp_path / "data")
    chat, pages = urls(demo)
    assert "data-persona" in fetch("GET", f"{chat}/static/panel.js").body
    assert fetch("GET", chat).status == 200
    until(lambda: is_open(port_of(pages)), "our own pages")
    assert "¥300,000" in fetch("GET", f"{pages}/p/village-libraries?lang=zh-CN").body
    for port in (port_of(chat), port_of(pages)):
        with socket.socket() as other:  # what listens on every address holds this one too
            other.bind(("127.0.0.2", port))
    said = Persona(chat, FOLLOWER).say("/help")

    demo.kill()
    until(lambda: not is_open(port_of(chat)), "the sandbox ends with the demo", seconds=3)

    again = start(tmp_path / "data")
    chat, pages = urls(again)
    follower, creator = Persona(chat, FOLLOWER), Persona(chat, CREATOR)
    assert said in follower.messages()
    assert follower.wait(words("help").split("\n")[0], after=said.id, seconds=60), (
        "asked before the kill, answered after"
    )
    assert creator.wait(words("bot-ready"))
    its_past_is_there_once(chat, tmp_path / "data")
    spring = fetch("GET", f"{pages}/p/clear-spring?lang=zh-CN").body
    assert "小时候要走两里路去挑水" in spring, "why somebody gives to it every month"
    assert "第一座蓄水池封顶了" in spring, "what it did"
    give = re.findall(r'href="([^"]*start%3Dg_[^"]*)"', fetch("GET", f"{pages}/p/village-libraries").body)
    assert give, "a button that gives"
    assert all(href.startswith(f"{chat}/?open=https%3A%2F%2Ft.me%2Fyizan_bot") for href in give), give
    again.signal(signal.SIGINT)
    assert again.ends(seconds=10) == 0
    assert not is_open(port_of(chat))
    assert "Traceback" not in demo.output + again.output
    assert "Warning" not in again.output, "something was left open"


def its_past_is_there_once(chat: str, data: Path) -> None:
    """Two promises on the follower's tab, and a gift that its giver wants back: no screen begins empty."""
    follower, admin = Persona(chat, FOLLOWER), Persona(chat, ADMIN)
    tab = follower.ask("/tab")
    assert words("tab-title", sum="¥3") in tab.text
    assert words("tab-below", rail=words("rail-sandbox-card"), least="¥4") in tab.text
    (line,) = re.findall("¥20 · (.*)", admin.ask("/refunds").text)
    assert line == "一眼清泉"
    assert "我女儿每天中午都有热饭吃" in admin.ask("/whys").text
    books = command("ledger", "verify", "--json", YIZAN_DATABASE__URL=f"sqlite:///{data}/yizan.db")
    assert json.loads(books.stdout)["checked"] == {"entries": 10, "postings": 20, "accounts": 4, "tips": 7}
    assert (books.returncode, json.loads(books.stdout)["clean"]) == (0, True)


def test_a_port_in_use_is_said_in_one_line(tmp_path):
    began = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        first, second = together(
            lambda: command("demo", "--port", str(port), "--data", str(tmp_path / "a"), "--no-browser"),
            lambda: command("demo", "--port", str(port - 1), "--data", str(tmp_path / "b"), "--no-browser"),
        )
    for done in (first, second):
        assert done.returncode == 2
        assert done.stdout == ""
        assert re.fullmatch(r"yizan: port \d+ is in use: .*--port.*\n", done.stderr), done.stderr
    assert time.monotonic() - began < 20


def test_a_folder_that_can_not_be_made_is_said_in_one_line(tmp_path):
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    done = command("demo", "--port", str(free_port()), "--data", str(file / "data"), "--no-browser")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert str(file / "data") in done.stderr
