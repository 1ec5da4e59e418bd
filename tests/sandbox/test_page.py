"""The chat page shows what the sandbox plays: replies in a group, albums, invoices; by Chromium."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.sandbox.conftest import BOT, CREATOR, FOLLOWER, TOKEN
from tools.ensure_browser import chromium_path

pytestmark = pytest.mark.browser


class Box:
    """A sandbox process, called without asyncio: Playwright's own loop runs here."""

    def __init__(self, url: str) -> None:
        self.url = url

    def call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=20) as response:
            return json.load(response)

    def api(self, path: str, body: Any) -> Any:
        return self.call("POST", f"/api{path}", body)

    def bot(self, method: str, **parameters: Any) -> Any:
        return self.call("POST", f"/bot{TOKEN}/{method}", parameters)["result"]


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--data", str(tmp_path / "s.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield Box(json.loads(process.stdout.readline())["url"])
        process.kill()


@pytest.fixture
def page(box: Box) -> Iterator[Page]:
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path())
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        page.on("pageerror", lambda error: wrong.append(str(error)))
        yield page
        browser.close()
    assert wrong == []


def test_a_group_with_replies_an_album_and_what_happened(box: Box, page: Page) -> None:
    new = {"type": "supergroup", "title": "周末读书会", "members": [FOLLOWER, BOT]}
    group = box.api(f"/users/{CREATOR}/chats", new)["chat"]["id"]
    box.api(f"/users/{FOLLOWER}/messages", {"chat": group, "text": "推荐一本书"})
    box.api(f"/users/{CREATOR}/messages", {"chat": group, "photos": 2, "text": "两本"})
    page.goto(box.url)
    creator = page.locator('[data-persona="creator"]')
    creator.locator("button[data-chat]", has_text="周末读书会").click()

    expect(creator.locator(".log")).to_contain_text("陈默 加入了")
    expect(creator.locator("img.photo")).to_have_count(2)
    creator.get_by_role("button", name="回复 陈默：推荐一本书").click()
    creator.locator('[data-role="composer"]').fill("《昆虫记》")
    creator.locator('[data-role="send"]').click()
    answer = creator.locator("[data-message]").last
    expect(answer).to_contain_text("《昆虫记》")
    expect(answer.locator(".quote")).to_contain_text("推荐一本书")
    expect(creator.locator(".answering")).to_have_count(0)


def test_an_invoice_is_paid_on_the_page(box: Box, page: Page) -> None:
    prices = [{"label": "a", "amount": 5}]
    box.bot("sendInvoice", chat_id=CREATOR, title="书", description="一本", payload="p", currency="XTR", prices=prices)
    last = box.bot("getUpdates")[-1]["update_id"]
    page.goto(box.url)
    creator = page.locator('[data-persona="creator"]')
    creator.locator("button[data-chat]", has_text="益赞").click()
    expect(creator.locator(".invoice")).to_contain_text("⭐ 5")

    def say_yes() -> None:
        (update,) = box.bot("getUpdates", timeout=10, offset=last + 1)
        box.bot("answerPreCheckoutQuery", pre_checkout_query_id=update["pre_checkout_query"]["id"], ok=True)

    bot = threading.Thread(target=say_yes)
    bot.start()
    creator.get_by_role("button", name="Pay ⭐️5").click()
    expect(creator.locator('[data-role="toast"]')).to_contain_text("付好了")
    expect(creator.locator("[data-message]").last).to_have_text("付了 ⭐ 5")
    bot.join()


def test_an_invoice_link_is_opened_and_paid_on_the_page(box: Box, page: Page) -> None:
    prices = [{"label": "a", "amount": 5}]
    link = box.bot("createInvoiceLink", title="书", description="一本", payload="p", currency="XTR", prices=prices)
    box.api(f"/users/{CREATOR}/messages", {"chat": BOT, "text": "/start"})
    keys = {"inline_keyboard": [[{"text": "付 ⭐5", "url": link}]]}
    box.bot("sendMessage", chat_id=CREATOR, text="一笔", reply_markup=keys)
    last = box.bot("getUpdates")[-1]["update_id"]
    page.goto(box.url)
    creator = page.locator('[data-persona="creator"]')
    creator.locator("button[data-chat]", has_text="益赞").click()

    def say_no() -> None:
        (update,) = box.bot("getUpdates", timeout=10, offset=last + 1)
        said = {"ok": False, "error_message": "已经付过了"}
        box.bot("answerPreCheckoutQuery", pre_checkout_query_id=update["pre_checkout_query"]["id"], **said)

    bot = threading.Thread(target=say_no)
    bot.start()
    creator.get_by_role("button", name="付 ⭐5").click()
    shown = page.locator('[data-role="invoice"]')
    expect(shown).to_contain_text("一本")
    shown.get_by_role("button", name="支付 ⭐ 5").click()
    expect(creator.locator('[data-role="toast"]')).to_contain_text("已经付过了")
    expect(shown).to_have_count(0)
    bot.join()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_steps_and_each_name_of_a_chat_take_one_line_on_a_laptop(box: Box, page: Page, language: str) -> None:
    page.goto(f"{box.url}/?lang={language}")
    creator = page.locator('[data-persona="creator"]')
    expect(creator.locator('[data-role="more"]')).to_be_visible()

    heights = "(all) => [...new Set(all.map((el) => Math.round(el.getBoundingClientRect().top)))].length"
    assert page.locator("#steps summary, #steps li").count() == 7
    assert page.locator("#steps li").evaluate_all(heights) == 1
    assert page.locator("#steps").evaluate("(el) => el.getBoundingClientRect().height") < 50
    assert creator.locator(".tab b").evaluate_all(heights) == 1


def test_a_passing_note_goes_with_its_chat(box: Box, page: Page) -> None:
    keys = {"inline_keyboard": [[{"text": "?", "callback_data": "x"}]]}
    box.bot("sendMessage", chat_id=CREATOR, text="a", reply_markup=keys)
    last = box.bot("getUpdates")[-1]["update_id"]
    page.goto(box.url)
    creator = page.locator('[data-persona="creator"]')

    def answer() -> None:
        (update,) = box.bot("getUpdates", timeout=10, offset=last + 1)
        box.bot("answerCallbackQuery", callback_query_id=update["callback_query"]["id"], text="!")

    bot = threading.Thread(target=answer)
    bot.start()
    creator.get_by_role("button", name="?", exact=True).click()
    expect(creator.locator('[data-role="toast"]')).to_have_text("!")
    bot.join()
    creator.locator("button[data-chat]", has_text="青石读书群").click()
    expect(creator.locator('[data-role="toast"]')).to_have_count(0, timeout=1500)
