"""A recording of a giving day's live page, as pictures: a small day is played, and the page looked at as it goes.

python -m tools.pictures.live_day [folder]     needs Chromium (tools/ensure_browser.py)
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, async_playwright

import logs
from launch.day_demo import Size, play_day
from tests.processes import ROOT
from tools.ensure_browser import chromium_path

SIZE: Final = Size(creators=8, donors=160, seconds=40, seed=11)
EVERY_S: Final = 12.0
MOST: Final = 4
LANGUAGES: Final = {"zh": "zh-CN", "en": "en"}


async def record(browser: Browser, folder: Path) -> list[Path]:
    """One row of pictures for each language: the same day, as it goes on."""
    taken: list[Path] = []

    async def watch(page_url: str) -> None:
        """Without loading anew: what moves is what the page itself shows."""
        pages = {}
        for short, language in LANGUAGES.items():
            page = await browser.new_page(viewport={"width": 420, "height": 860}, device_scale_factor=2)
            await page.goto(f"{page_url}?lang={language}")
            pages[short] = page
        for number in range(1, MOST + 1):
            for short, page in pages.items():
                path = folder / f"live-day-{short}-{number}.png"
                await page.screenshot(path=path)
                taken.append(path)
            await asyncio.sleep(EVERY_S)

    with tempfile.TemporaryDirectory() as temporary:
        url = f"sqlite:///{temporary}/yizan.db"
        played = await play_day(SIZE, Path(temporary), url, print, watch)
    if played.wrong:
        raise SystemExit("; ".join(played.wrong))
    return taken


async def main() -> None:
    """Say which pictures were taken."""
    logs.configure("auto", "warning")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path())
        for path in await record(browser, folder):
            print(f"{path}: {path.stat().st_size // 1000} KB")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
