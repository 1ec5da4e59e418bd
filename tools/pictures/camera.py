"""Windows of a browser, and what is kept of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tools.pictures.png import smaller

WIDE: Final = (1440, 900)
PHONE: Final = (390, 844)
# What the bot calls the languages, and what Telegram does.
LANGUAGES: Final = {"zh-CN": "zh-hans", "en": "en"}
Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Chat:
    """One person's open chat; `press`: a button under its newest message that has one, whose answer is shown."""

    persona: str
    chat: int
    press: str | None = None


@dataclass(frozen=True)
class Web:
    """A whole page of ours, this many pixels wide."""

    address: str
    width: int = PHONE[0]


View = Chat | Web


@contextmanager
def window(browser: Browser, size: tuple[int, int], scheme: Scheme, language: str) -> Iterator[BrowserContext]:
    """A window of this size that prefers this language and these colours."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        locale=language,
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )
    try:
        yield context
    finally:
        context.close()


def shot(page: Page, path: Path, *, whole: bool = False) -> Path:
    """The visible part of the page, or all of it."""
    path.write_bytes(smaller(page.screenshot(full_page=whole)))
    return path


class Camera:
    """A phone on which one person's chat after another is looked at, and pages."""

    def __init__(self, context: BrowserContext, chat_page: str, language: str) -> None:
        self._context, self._language = context, language
        self._page = context.new_page()
        self._page.goto(f"{chat_page}/?lang={language}")
        self._page.locator("[data-switch]").first.wait_for()
        # The other people, the first steps: not what a screen of the bot is about.
        self._page.evaluate("document.querySelectorAll('.top, .hint, .switcher').forEach((el) => { el.hidden = true })")

    def take(self, view: View, path: Path) -> Path:
        """What is to be seen now."""
        return self._web(view, path) if isinstance(view, Web) else self._chat(view, path)

    def _web(self, view: Web, path: Path) -> Path:
        page = self._context.new_page()
        page.set_viewport_size({"width": view.width, "height": PHONE[1]})
        page.goto(view.address, wait_until="networkidle")
        shot(page, path, whole=True)
        page.close()
        return path

    def _chat(self, view: Chat, path: Path) -> Path:
        page = self._page
        page.locator(f'[data-switch="{view.persona}"]').evaluate("(el) => el.click()")
        panel = page.locator(f'[data-persona="{view.persona}"]')
        panel.locator(f'button[data-chat="{view.chat}"]').click()
        panel.locator("[data-message]").last.wait_for()
        page.wait_for_timeout(400)  # news come to the page a moment later
        if view.press is not None:
            _press(page, panel, view.press)
        page.mouse.move(0, 0)
        shot(page, path)
        page.evaluate("""() => {
          document.querySelectorAll("dialog[open]").forEach((box) => box.close());
          document.querySelectorAll('[data-role="toast"]').forEach((note) => note.remove());
          document.activeElement?.blur();
        }""")
        return path


def _press(page: Page, panel: Locator, label: str) -> None:
    panel.locator(".keys").get_by_role("button", name=label, exact=True).last.click()
    page.locator('[data-role="toast"], dialog[open]').first.wait_for()
