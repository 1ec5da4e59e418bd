"""Chromium plays what the demo shows of paying: a choice of rails, the tab, a refund of its past; and its names."""

import re

import pytest
from playwright.sync_api import expect

from tests.processes import ADMIN, CHANNEL, CREATOR, Persona, until, words
from tests.test_browser import Panel, a_gift, chromium, demo, wide_parts, window

__all__ = ["chromium", "demo", "window"]
pytestmark = pytest.mark.browser


def test_a_yuan_by_card_goes_on_the_tab_and_is_paid_with_the_others(demo, window):
    a_gift(demo)
    page = window.new_page()
    page.goto(demo.chat)
    follower = Panel(page, "follower")

    follower.open("晓雯的阅读时光")
    follower.messages.get_by_role("button", name="¥1", exact=True).last.click()
    follower.open("益赞")
    expect(follower.button(words("button-pay", amount="¥1"))).to_contain_text(words("rail-sandbox"))
    follower.press(words("rail-sandbox-card"))
    expect(follower.messages.last).to_contain_text("小账本上现在有")
    page.locator('[data-step="follower:bot:/tab"]').click()
    expect(follower.root.locator('[data-role="composer"]')).to_have_value("/tab")  # written when the chat is there
    follower.root.locator('[data-role="send"]').click()
    expect(follower.messages.last).to_contain_text(words("tab-title", sum="¥4"))
    follower.press(words("button-tab-pay", sum="¥4", name=""))
    with window.expect_page() as opened:
        follower.press(words("button-pay", amount="¥4"))
    expect(opened.value.locator("main")).to_contain_text("测试银行卡")
    opened.value.locator('button[value="pay"]').click()
    expect(follower.messages.last).to_contain_text(words("receipt-thanks-many", count=3))
    follower.say("/tab")
    expect(follower.messages.last).to_contain_text(words("tab-none").split("\n")[0])
    assert wide_parts(page) == []


def test_an_admin_decides_on_a_refund_of_the_past(demo, window):
    page = window.new_page()
    page.goto(demo.chat)
    admin = Panel(page, "admin")
    Persona(demo.chat, ADMIN).ask("/start")
    page.locator('[data-step="admin:bot:/refunds"]').click()
    expect(admin.root.locator('[data-role="composer"]')).to_have_value("/refunds")  # written when the chat is there
    admin.root.locator('[data-role="send"]').click()
    expect(admin.messages.last).to_contain_text(re.compile("¥20\\W*·\\W*一眼清泉"))
    admin.press(words("button-refund-yes"))
    expect(admin.messages.last).to_contain_text(words("refunds-ask-reason"))
    admin.say("付错了，已经确认。")
    expect(admin.messages.last).to_contain_text(words("refunds-decided-yes", amount="¥20"))
    admin.say("/refunds")
    expect(admin.messages.last).to_contain_text(words("refunds-none"))


@pytest.mark.parametrize("width", [1440, 1120, 390, 360])
def test_no_name_of_a_chat_is_cut(demo, window, width):
    page = window.new_page()
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{demo.chat}/?lang=en")
    expect(page.locator(".tab-text b").first).to_be_attached()
    page.wait_for_timeout(300)
    cut = """() => [...document.querySelectorAll('.person:not([hidden]) .tab-text b')].filter((el) =>
      el.scrollHeight > el.clientHeight + 1 || el.scrollWidth > el.clientWidth + 1).map((el) => el.textContent)"""
    assert page.evaluate(cut) == []


@pytest.mark.parametrize("width", [1440, 1120, 390])
def test_three_chats_stand_side_by_side_whatever_was_said_in_them(demo, window, width):
    page = window.new_page()
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{demo.chat}/?lang=en")
    expect(page.locator(".tab-text b").first).to_be_attached()
    preview = page.locator(".person:not([hidden]) .tab-text span", has_text="People ask").first

    def comes() -> bool:
        """What was said before the page listened is no news to it."""
        Persona(demo.chat, CREATOR).say("People ask me what they can do from so far away. Read on!", CHANNEL)
        page.wait_for_timeout(700)
        return bool(preview.is_visible())

    until(comes, "a preview of what was said")
    over = """() => [...document.querySelectorAll('.person:not([hidden]) .tab-list')]
      .map((el) => el.scrollWidth - el.clientWidth).filter((over) => over > 1)"""
    assert page.evaluate(over) == []
