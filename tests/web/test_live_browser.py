"""Chromium looks on at a giving day: figures move without a reload, and nothing of it is against the page's policy."""

import pytest
from playwright.async_api import async_playwright, expect

from services.giving_days.live import LiveDays
from tests.web.conftest import Open
from tests.web.world import World, cny
from tools.ensure_browser import chromium_path

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_a_figure_moves_without_a_reload(open_site: Open, world: World, language: str) -> None:
    world.links.public_url = "http://127.0.0.1"  # https would be asked for otherwise
    library = await world.project()
    await world.day(library)
    site = await open_site(live=LiveDays(world.unit, every_s=0.2))
    wrong: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path())
        page = await browser.new_page(locale=language)
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        await page.goto(str(site.client.make_url(f"/d/2026-11-11?lang={language}")))
        await expect(page.locator("body[data-live=on]")).to_be_visible(timeout=30_000)
        await page.locator("h1").evaluate("h1 => { h1.dataset.same = 'page' }")
        await world.gift(library, cny("12.34"))
        await expect(page.locator('[data-live="raised"]')).to_have_text("¥12.34", timeout=30_000)
        await expect(page.locator("h1[data-same=page]")).to_be_visible()
        await browser.close()
    assert wrong == []
