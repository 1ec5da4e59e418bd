"""Plays the demo's story and takes its pictures into docs/pictures/: 中文 and English, light and dark, wide and phone.

python tools/pictures.py [folder]     needs Chromium (tools/ensure_browser.py) and the development requirements
"""

import re
import struct
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

ROOT: Final = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright  # noqa: E402

from tests.processes import (  # noqa: E402
    ADMIN,
    BOT,
    CHANNEL,
    CREATOR,
    FOLLOWER,
    Message,
    Persona,
    Program,
    environment,
    pay,
    pay_url,
    publish,
    switch_on,
    tip,
    words,
)
from tools.ensure_browser import BrowserMissing, chromium_path  # noqa: E402

WIDE: Final = (1440, 900)
PHONE: Final = (390, 844)
MOST_BYTES: Final = 200_000
Scheme = Literal["light", "dark"]
PROJECT: Final = {"zh-CN": "乡村图书馆计划", "en": "Village Libraries"}
TELEGRAM: Final = {"zh-CN": "zh-hans", "en": "en"}
POSTS: Final = {
    "zh-CN": (
        "新书到了！《昆虫记》两套、绘本 24 本。三年级的小朋友自己拆的箱，拆得比过年还认真。",
        "有人问我，隔着几千里能做什么。\n\n今天的借阅本上，最后一行写着：“我还想再借一本。”",
    ),
    "en": (
        "The books are here: 24 picture books, two sets of Fabre. Grade three unpacked them as if it were New Year.",
        "People ask me what they can do from so far away.\n\nThe last line in today's lending book: “I want one more.”",
    ),
}


@dataclass(frozen=True)
class Story:
    """Where the played demo is, and what there is to take pictures of."""

    language: str
    chat: str
    pages: str
    code: str
    pay_page: str


@contextmanager
def demo(folder: Path) -> Iterator[tuple[str, str]]:
    """A demo on free ports: its chat page and its public pages."""
    arguments = ["main.py", "demo", "--port", "0", "--data", str(folder / "data"), "--no-browser"]
    program = Program(arguments, folder / "demo.log", environment())
    try:
        found = program.wait_for(r"chat page +(http\S+)\n +our pages +(http\S+)\n")
        program.wait_for("the bot listens")
        yield found[1], found[2]
    finally:
        program.close()


def play(chat: str, pages: str, language: str) -> Story:
    """Switch on, post, give: three people, several gifts, one of them waiting to be paid."""
    creator, follower, admin = (Persona(chat, user) for user in (CREATOR, FOLLOWER, ADMIN))
    creator.wait(words("bot-ready"))
    for person in (creator, follower, admin):
        person.speak(TELEGRAM[language])
    switch_on(creator, creator.ask("/charity"), PROJECT[language], language)
    first = publish(creator, POSTS[language][0])
    give(admin, first, "¥10", language)
    give(follower, first, "¥5", language, see=words("button-see-named", language, name="陈默", amount="¥5"))
    latest = publish(creator, POSTS[language][1])
    give(admin, latest, "¥5", language)
    receipt = give(follower, latest, "¥1", language)
    found = re.search(r"YZ-[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{3}", receipt.text)
    creator.wait_at(latest, lambda m: m.has(words("post-counter", language, donors=2, given="¥6")), CHANNEL)
    return Story(language, chat, pages, found[0] if found else "", pay_url(tip(admin, latest, "¥1")))


def give(person: Persona, post: Message, amount: str, language: str, *, see: str | None = None) -> Message:
    """Tip and pay; the receipt."""
    card = tip(person, post, amount)
    if see is not None:
        person.tap(card, see)
        person.wait_at(card, lambda m: m.has(f"✓ {see}"))
    pay(card)
    return person.wait(words("receipt-thanks", language), after=card.id)


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


def take(browser: Browser, story: Story, folder: Path) -> Iterator[Path]:
    """Every picture of one language."""
    schemes: tuple[Scheme, Scheme] = ("light", "dark")
    for scheme in schemes:
        end = story.language.partition("-")[0] + ("-dark" if scheme == "dark" else "") + ".png"
        with window(browser, WIDE, scheme, story.language) as wide:
            yield shot(demo_page(wide, story), folder / f"demo-{end}")
        with window(browser, PHONE, scheme, story.language) as phone:
            yield shot(demo_page(phone, story, one="follower"), folder / f"demo-phone-{end}")
            for name, address in addresses(story).items():
                page = phone.new_page()
                page.goto(address, wait_until="networkidle")
                yield shot(page, folder / f"{name}-{end}")


def addresses(story: Story) -> dict[str, str]:
    """The public pages and the pay page."""
    return {
        "project": f"{story.pages}/p/village-libraries?lang={story.language}",
        "receipt": f"{story.pages}/r/{story.code}?lang={story.language}",
        "pay": story.pay_page,
    }


def demo_page(context: BrowserContext, story: Story, *, one: str | None = None) -> Page:
    """The chat page: creator and follower in the channel, the admin with the bot; or one of them, on a phone."""
    page = context.new_page()
    page.goto(f"{story.chat}/?lang={story.language}")
    if one is not None:
        page.locator(f'[data-switch="{one}"]').click()
    chats = {"creator": CHANNEL, "follower": BOT, "admin": BOT} if one is None else {one: CHANNEL}
    for persona, chat in chats.items():
        panel = page.locator(f'[data-persona="{persona}"]')
        panel.locator("button[data-chat]", has_text="晓雯的阅读时光" if chat == CHANNEL else "益赞").click()
        panel.locator("[data-message]").last.wait_for()
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    return page


def shot(page: Page, path: Path) -> Path:
    """The visible part of the page."""
    path.write_bytes(smaller(page.screenshot()))
    return path


def smaller(png: bytes) -> bytes:
    """The same picture in a quarter less: flat colours and text compress best unfiltered. 8-bit RGB only."""
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        chunks[kind] = chunks.get(kind, b"") + png[at + 8 : at + 8 + length]
        at += 12 + length
    width, height, depth, colours, *_ = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if (depth, colours) != (8, 2):
        return png
    rows = unfiltered(zlib.decompress(chunks[b"IDAT"]), height, 3 * width)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    made = png[:8] + b"".join(chunk(*part) for part in ((b"IHDR", chunks[b"IHDR"]), (b"IDAT", data), (b"IEND", b"")))
    return min(png, made, key=len)


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk. Source: www.w3.org/TR/png-3/#5Chunk-layout"""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def unfiltered(data: bytes, height: int, stride: int) -> list[bytes]:
    """The rows as they are. Source: www.w3.org/TR/png-3/#9Filters (three bytes a pixel)"""
    rows, above = [], bytearray(stride)
    for y in range(height):
        kind, row = data[y * (stride + 1)], bytearray(data[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
        for i in range(stride if kind else 0):
            left, over, corner = (row[i - 3], above[i], above[i - 3]) if i > 2 else (0, above[i], 0)
            row[i] = (row[i] + (0, left, over, (left + over) // 2, _paeth(left, over, corner))[kind]) & 255
        rows.append(bytes(row))
        above = row
    return rows


def _paeth(left: int, over: int, corner: int) -> int:
    """The neighbour nearest to left + over - corner."""
    by = abs(over - corner), abs(left - corner), abs(left + over - 2 * corner)
    return (left, over, corner)[by.index(min(by))]


def main() -> int:
    """Play, take, and say how large each picture is; exit 1 if one is too large to keep."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        chromium = chromium_path()
    except BrowserMissing as missing:
        print(missing, file=sys.stderr)
        return 2
    too_large = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        for language in PROJECT:
            with tempfile.TemporaryDirectory() as temporary, demo(Path(temporary)) as (chat, pages):
                for path in take(browser, play(chat, pages, language), folder):
                    size = path.stat().st_size
                    too_large += size > MOST_BYTES
                    print(f"{path}: {size // 1000} KB{' (too large)' if size > MOST_BYTES else ''}")
        browser.close()
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
