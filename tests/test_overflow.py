"""No text leaves its place on any page, on a small phone, a phone and a desk, however long the names are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.processes import (
    CREATOR,
    FOLLOWER,
    PROJECTS,
    Stage,
    is_card,
    pay,
    pay_url,
    publish,
    switch_on,
    tip,
    words,
    write_seed,
)
from tests.way.cast import LIBRARIES, QUICK, code_in
from tools.ensure_browser import chromium_path

pytestmark = pytest.mark.browser
WIDTHS: Final = (320, 390, 1280)
GROUP: Final = -1002000000001
# Nothing to break at; nothing but signs that may all break; and what people are really called.
WORD: Final = ("Wolfeschlegelsteinhausenbergerdorff" * 2)[:60]
CJK: Final = ("青石镇中心小学三年级图书角志愿者协会" * 4)[:60]
MIXED: Final = "Maria-Magdalena Theodorakopoulou-Papadimitriou von Hohenlohe"
LONG: Final = {"zh-CN": CJK, "en": WORD}
LEGAL: Final = {
    "YIZAN_LEGAL__OPERATOR": WORD,
    "YIZAN_LEGAL__BASIS": f"{CJK} {WORD}",
    "YIZAN_LEGAL__CONTACT": f"{WORD}@yizan.example",
}
# Blocks of text wider than their box, and words that reach over the edge of the block they stand in. What scrolls by
# itself, or says by "…" that it was cut, is as it should be.
OVERFLOWING: Final = r"""() => {
  const found = [], name = (el) => `${el.tagName}.${el.className}: ${el.textContent.trim().slice(0, 40)}`;
  const root = document.scrollingElement;
  if (root.scrollWidth > root.clientWidth) found.push(`page ${root.scrollWidth} > ${root.clientWidth}`);
  for (const log of document.querySelectorAll("[role=log]"))
    if (log.scrollWidth > log.clientWidth) found.push(`log ${log.scrollWidth} > ${log.clientWidth}`);
  const free = (el) => {
    const style = getComputedStyle(el);
    const scrolls = ["auto", "scroll"].includes(style.overflowX);
    return scrolls || style.textOverflow === "ellipsis" || el.classList.contains("sr");
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    let block = node.parentElement;
    if (!node.data.trim() || !block.checkVisibility()) continue;
    while (getComputedStyle(block).display.startsWith("inline") && block.parentElement) block = block.parentElement;
    const own = [block];
    for (let el = node.parentElement; el !== block; el = el.parentElement) own.push(el);
    if (own.some(free) || !block.clientWidth) continue;
    if (block.scrollWidth > block.clientWidth + 1) found.push(`block ${name(block)}`);
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = block.getBoundingClientRect();
    for (const part of range.getClientRects())
      if (part.right > box.right + 1 || part.left < box.left - 1) { found.push(`words ${name(block)}`); break; }
  }
  return [...new Set(found)];
}"""


@dataclass(frozen=True)
class Places:
    """Where the pages are, `{}` for the language; and the chat page."""

    chat: str
    pages: tuple[str, ...]
    pay: dict[str, str]


def long_names(seed: dict[str, Any]) -> None:
    for user, name in zip(seed["users"], (WORD, CJK, MIXED, WORD), strict=True):
        user["name"] = name
    for chat, title in zip(seed["chats"], (WORD, CJK), strict=True):
        chat["title"] = title


def import_long(stage: Stage, file: Path) -> None:
    """Projects and organisations with long words everywhere."""
    content = yaml.safe_load(PROJECTS.read_text(encoding="utf-8"))
    for organisation in content["organisations"]:
        organisation["names"] = LONG
    for project in content["projects"]:
        project["filing_number"] = WORD
        project["designated_url"] = f"https://morning-light.example/{WORD}/{WORD}"
        for language, text in project["texts"].items():
            text |= dict.fromkeys(("summary", "story", "use"), f"{LONG[language]} {WORD}")
            text["title"] = LONG[language]
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    done = stage.command("project", "import", str(file))
    assert done.returncode == 0, done.stderr + done.stdout


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """A bot whose people, chats and projects all have long names, with gifts that show them."""
    folder = tmp_path_factory.mktemp("overflow")
    seed = write_seed(folder / "seed.yaml", long_names)
    stage = Stage(folder, f"sqlite:///{folder}/yizan.db", seed=seed, **(QUICK | LEGAL))
    try:
        stage.begin()
        import_long(stage, folder / "projects.yaml")
        yield played(stage)
    finally:
        stage.show_logs()
        stage.close()


def played(stage: Stage) -> Places:
    """A gift under a shown name, an unpaid one in each language, a slot, an album in the discussion group."""
    creator, follower = stage.creator, stage.persona(FOLLOWER)
    switch_on(creator, creator.wait(words("bot-ready")), CJK[:20])
    post = publish(creator, f"{WORD} {CJK}")
    card = tip(follower, post)
    follower.tap(card, words("button-see-named", name="", amount="").split("「")[0])
    follower.wait_at(card, lambda m: any(label.startswith("✓ 显示名字") for label in m.labels))
    pay(card)
    receipt = code_in(follower.wait(words("receipt-thanks"), after=card.id))
    creator.call("POST", "/messages", {"chat": "@xiaowen_reads", "photos": 2, "text": WORD})
    follower.wait(lambda m: m.has("¥1"), GROUP)
    pays = {}
    for language, spoken in (("zh-CN", "zh-hans"), ("en", "en")):
        follower.speak(spoken)
        pays[language] = pay_url(tip(follower, post, "¥5"))
        follower.wait(is_card)
    pages = ("/", f"/p/{LIBRARIES}", f"/r/{receipt}", slot(stage), "/privacy", "/terms", "/r/unknown", f"/c/{WORD}")
    return Places(stage.url, tuple(f"{stage.web}{path}?lang={{}}" for path in pages), pays)


def slot(stage: Stage) -> str:
    """The address of a slot with a name of one long word."""
    creator = stage.persona(CREATOR)
    asked = creator.ask("/slot")
    creator.tap(asked, words("button-slot-open"))
    asked = creator.wait_at(asked, lambda m: m.has(CJK[:20]))
    creator.tap(asked, CJK[:20])
    asked = creator.wait_at(asked, lambda m: m.has(words("button-slot-confirm")))
    creator.tap(asked, words("button-slot-confirm"))
    opened = creator.wait_at(asked, lambda m: m.has(words("button-slot-page")))
    found = re.search(r"/c/[^?]+", opened.url(words("button-slot-page")))
    assert found
    return found[0]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path())
        yield browser
        browser.close()


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    fresh = chromium.new_page(viewport={"width": request.param, "height": 800})
    yield fresh
    fresh.close()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_nothing_leaves_its_place_on_the_pages(places: Places, page: Page, language: str) -> None:
    wrong = {}
    for address in (*(place.format(language) for place in places.pages), places.pay[language]):
        page.goto(address)
        expect(page.locator("main")).to_be_visible()
        if found := page.evaluate(OVERFLOWING):
            wrong[address] = found
    assert wrong == {}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_nothing_leaves_its_place_on_the_chat_page(places: Places, page: Page, language: str) -> None:
    page.goto(f"{places.chat}/?lang={language}")
    panels = page.locator("[data-persona]")
    expect(panels).to_have_count(3)
    wrong = {}
    for persona in ("creator", "follower", "admin"):
        if (switch := page.locator(f'[data-switch="{persona}"]')).is_visible():
            switch.click()
        panel = page.locator(f'[data-persona="{persona}"]')
        for number in range(panel.locator("button[data-chat]").count()):
            panel.locator("button[data-chat]").nth(number).click()
            expect(panel.locator("[data-message], .empty").first).to_be_visible()
            if found := page.evaluate(OVERFLOWING):
                wrong[persona, number] = found
    assert wrong == {}
