"""Chromium drives the demo's page as creator, follower and creator again, from enabling to the moved counter."""

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.processes import (
    ADMIN,
    CHANNEL,
    CREATOR,
    FOLLOWER,
    Persona,
    Program,
    command,
    environment,
    pay,
    pay_url,
    publish,
    switch_on,
    tip,
    words,
)
from tests.test_demo import urls
from tools.ensure_browser import chromium_path

pytestmark = pytest.mark.browser
LIBRARIES, LIBRARIES_TITLE = "village-libraries", "乡村图书馆计划"
WAIT_MS = 30_000


@dataclass
class Demo:
    """A demo that runs, and where."""

    program: Program
    chat: str
    pages: str
    data: Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for the file, with everything as it is on the first start."""
    folder = tmp_path_factory.mktemp("browser")
    arguments = ["main.py", "demo", "--port", "0", "--data", str(folder / "data"), "--no-browser"]
    program = Program(arguments, folder / "demo.log", environment())
    try:
        yield Demo(program, *urls(program), folder / "data")
    finally:
        program.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real Chromium."""
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path())
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """A wide window in Chinese; what the pages log as errors fails the test."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.set_default_timeout(WAIT_MS)
    wrong: list[str] = []
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    yield context
    context.close()
    assert wrong == []


class Panel:
    """One person's column on the page."""

    def __init__(self, page: Page, persona: str) -> None:
        self.root = page.locator(f'[data-persona="{persona}"]')
        self.messages = self.root.locator("[data-message]")

    def open(self, title: str) -> None:
        self.root.locator("button[data-chat]", has_text=title).click()

    def press(self, label: str) -> None:
        """The newest button whose label begins so."""
        self.button(label).click()

    def button(self, label: str) -> Locator:
        return self.messages.get_by_role("button", name=re.compile(f"^{re.escape(label)}")).last

    def say(self, text: str) -> None:
        self.root.locator('[data-role="composer"]').fill(text)
        self.root.locator('[data-role="send"]').click()


def test_creator_follower_and_creator_again(demo, window):
    page = window.new_page()
    page.goto(demo.chat)
    creator, follower = Panel(page, "creator"), Panel(page, "follower")

    creator.open("益赞")
    creator.press(words("button-tipping-on"))
    creator.press(LIBRARIES_TITLE)
    creator.press(words("button-confirm-on"))
    expect(creator.messages.last).to_contain_text(words("chat-on", chat="", project="").split("\n")[0])
    creator.open("晓雯的阅读时光")
    creator.say("今天去了山里的小学")
    expect(creator.button(words("post-counter-none"))).to_be_visible()

    follower.open("晓雯的阅读时光")
    follower.messages.get_by_role("button", name="¥1", exact=True).click()
    follower.root.locator('[data-role="start"]').click()
    named = words("button-see-named", name="陈默", amount="¥1")
    follower.press(named)
    expect(follower.button(f"✓ {named}")).to_be_visible()
    with window.expect_page() as opened:
        follower.press(words("button-pay", amount="¥1"))
    pay_page = opened.value
    pay_page.locator('button[value="pay"]').click()
    expect(pay_page.locator("body")).to_have_attribute("data-status", "paid")
    pay_page.close()
    expect(follower.messages.last).to_contain_text(words("receipt-thanks"))

    expect(creator.button(words("post-counter", donors=1, given="¥1"))).to_be_visible()
    creator.open("益赞")
    expect(creator.messages.last).to_contain_text(re.compile("陈默\\W*¥1"))
    with window.expect_page() as opened:
        follower.press(words("button-receipt"))
    expect(opened.value.locator("main")).to_contain_text(words("web-state-paid"))
    books_show(demo, 100)


def books_show(demo: Demo, minor: int) -> None:
    """The ledger is clean, and credits what was given: now, and in the demo's past (five gifts, each with its fee).

    Three of ¥20 are months of what is promised to the libraries, which is what is given to now; ¥20 and a month of
    somebody else's went to the spring.
    """
    done = command("ledger", "verify", "--json", YIZAN_DATABASE__URL=f"sqlite:///{demo.data}/yizan.db")
    report = json.loads(done.stdout)
    assert (done.returncode, report["clean"]) == (0, True), done
    assert report["checked"] == {"entries": 12, "postings": 24, "accounts": 4, "tips": 8}
    with sqlite3.connect(demo.data / "yizan.db") as books:
        credited = books.execute("SELECT name, balance_minor FROM accounts WHERE name LIKE 'project:%:credited'")
        assert sorted(balance for _, balance in credited) == [-6_000 - minor, -3_000]
    books.close()


def test_a_reply_with_tip_in_a_group(demo, window):
    a_gift(demo)
    persona = Persona(demo.chat, CREATOR)
    body = {"type": "supergroup", "title": "读书会", "members": [FOLLOWER, ADMIN, "@yizan_bot"]}
    group = persona.call("POST", "/chats", body)["chat"]["id"]
    page = window.new_page()
    page.goto(demo.chat)
    creator, follower, author = Panel(page, "creator"), Panel(page, "follower"), Panel(page, "admin")

    creator.open("益赞")
    expect(creator.messages.last).to_contain_text(words("group-ready"))
    creator.press(words("button-tipping-on"))
    creator.press(LIBRARIES_TITLE)
    creator.press(words("button-confirm-on"))
    expect(creator.messages.last).to_contain_text(words("group-on", chat="", project="").split("\n")[0])

    author.open("读书会")
    author.say("我把家里的旧书整理好了，谁要？")
    follower.open("读书会")
    follower.messages.filter(has_text="我把家里的旧书").get_by_role("button", name=re.compile("^回复")).click()
    follower.say("/tip 5")
    expect(author.button(words("post-counter-none"))).to_be_visible()
    carrier = author.messages.filter(has_text=words("carrier-how"))
    expect(carrier).to_contain_text("我把家里的旧书")

    follower.open("益赞")
    with window.expect_page() as opened:
        follower.press(words("button-pay", amount="¥5"))
    opened.value.locator('button[value="pay"]').click()
    expect(author.button(words("post-counter", donors=1, given="¥5"))).to_be_visible()
    expect(carrier).to_contain_text(re.compile(rf"1 人 · \W*¥5\W* 给「\W*{LIBRARIES_TITLE}"))
    expect(carrier).to_have_count(1)
    assert wide_parts(page) == []
    assert len([m for m in Persona(demo.chat, ADMIN).messages(group) if m.buttons]) == 1


def test_it_goes_without_a_mouse(demo, window):
    a_gift(demo)
    page = window.new_page()
    page.goto(demo.chat)
    follower = Panel(page, "follower")
    follower.root.locator("button[data-chat]", has_text="益赞").focus()
    page.keyboard.press("Enter")
    follower.root.locator('[data-role="composer"]').focus()
    page.keyboard.type("/gifts")
    page.keyboard.press("Enter")
    expect(follower.messages.last).to_contain_text(words("gifts-title", total="").split(" · ")[0])
    follower.button(words("button-give")).focus()
    page.keyboard.press("Enter")
    expect(follower.messages.last).to_contain_text(words("project-list"))


def test_privacy_is_one_message_and_leaving_takes_two_taps(demo, window):
    page = window.new_page()
    page.goto(demo.chat)
    someone = Panel(page, "admin")
    someone.open("益赞")
    someone.root.locator('[data-role="start"]').click()
    expect(someone.button(words("button-give"))).to_be_visible()
    someone.say("/privacy")
    for key in ("button-kind-giving-days", "button-kind-thanks", "button-named-in-groups"):
        someone.press(f"○ {words(key)}")
        expect(someone.button(f"✓ {words(key)}")).to_be_visible()
    with window.expect_page() as opened:
        someone.press(words("button-privacy-page"))
    expect(opened.value.locator("h1")).to_have_text(words("web-privacy-title"))
    opened.value.close()
    someone.press(words("button-leave-service"))
    expect(someone.messages.last).to_contain_text(words("leave-ask"))
    someone.press(words("button-back"))
    someone.press(words("button-leave-service"))
    someone.press(words("button-leave-really"))
    expect(someone.messages.last).to_contain_text(words("leave-done").split("\n")[0])
    expect(someone.messages.last.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_nothing_is_wider_than_a_phone(demo, window, language):
    receipt = a_gift(demo)
    follower, creator = Persona(demo.chat, FOLLOWER), Persona(demo.chat, CREATOR)
    unpaid = tip(follower, creator.last(CHANNEL), "¥10")
    page = window.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    addresses = [f"{demo.chat}/?lang={language}", pay_url(unpaid)]
    addresses += [
        f"{demo.pages}{path}?lang={language}"
        for path in ("/", f"/p/{LIBRARIES}", f"/r/{receipt}", "/terms", "/privacy", f"/recap/{this_year()}")
    ]
    for address in addresses:
        page.goto(address)
        expect(page.locator("main")).to_be_visible()
        assert wide_parts(page) == [], address
    page.goto(addresses[0])
    for persona in ("creator", "follower", "admin"):
        page.locator(f'[data-switch="{persona}"]').click()
        expect(
            page.locator(f'[data-persona="{persona}"] [data-role="log"], [data-persona="{persona}"] [role="log"]')
        ).to_be_visible()
        assert wide_parts(page) == [], persona


def test_no_page_asks_for_what_its_own_policy_refuses(demo, chromium):
    receipt = a_gift(demo)
    context = chromium.new_context(locale="zh-CN")
    context.set_default_timeout(WAIT_MS)
    context.add_init_script(
        "window.refused = []; addEventListener('securitypolicyviolation',"
        " (e) => refused.push(`${e.effectiveDirective} ${e.blockedURI}`))"
    )
    page = context.new_page()
    paths = ["/", f"/p/{LIBRARIES}", f"/r/{receipt}", "/r", "/r/YZ-00000-00000-000", "/terms", "/privacy", "/nowhere"]
    paths.append(f"/recap/{this_year()}")
    for path in [f"{path}?lang={language}" for path in paths for language in ("zh-CN", "en")]:
        answer = page.goto(demo.pages + path)
        assert answer is not None
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        expect(page.locator("main")).to_be_visible()
        assert page.evaluate("refused") == [], path
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
    assert page.evaluate("[refused, window.ran ?? null]") == [["script-src-elem inline"], None]
    context.close()


def this_year() -> int:
    """By the demo's clock, which is the operator's."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).year


def wide_parts(page: Page) -> list[str]:
    """What reaches over the right edge, apart from what scrolls by itself."""
    found: list[str] = page.evaluate(
        """() => document.scrollingElement.scrollWidth <= innerWidth ? [] :
             [...document.querySelectorAll("body *")].filter((el) => el.getBoundingClientRect().right > innerWidth + 1)
               .map((el) => `${el.tagName}.${el.className}`)"""
    )
    return found


def a_gift(demo: Demo) -> str:
    """The code of a gift: the follower's newest, or the first one, made for this."""
    creator, follower = Persona(demo.chat, CREATOR), Persona(demo.chat, FOLLOWER)
    if not any(words("receipt-thanks") in message.text for message in follower.messages()):
        switch_on(creator, creator.wait(words("bot-ready"), seconds=60), LIBRARIES_TITLE)
        pay(tip(follower, publish(creator, "今天去了山里的小学")))
    found = re.search(r"YZ-[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{3}", follower.wait(words("receipt-thanks")).text)
    assert found
    return found[0]
