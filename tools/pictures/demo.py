"""The demo as the README shows it: light and dark, wide and phone, with its pay page and public pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Page

from tests.processes import (
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
from tools.pictures.camera import LANGUAGES, PHONE, WIDE, Scheme, shot, window

PROJECT: Final = {"zh-CN": "乡村图书馆计划", "en": "Village Libraries"}
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
def demo(folder: Path, language: str) -> Iterator[tuple[str, str]]:
    """A demo on free ports: its chat page and its public pages."""
    arguments = ["main.py", "demo", "--port", "0", "--data", str(folder / "data"), "--language", language]
    program = Program([*arguments, "--no-browser"], folder / "demo.log", environment())
    try:
        found = program.wait_for(r"chat page +(http\S+)\n +our pages +(http\S+)\n")
        program.wait_for("the bot listens")
        yield found[1], found[2]
    finally:
        program.close()


def play(chat: str, pages: str, language: str) -> Story:
    """Switch on, post, give: three people, several gifts, one of them waiting to be paid."""
    creator, follower, admin = (Persona(chat, user) for user in (CREATOR, FOLLOWER, ADMIN))
    creator.wait(words("bot-ready", language))
    for person in (creator, follower, admin):
        person.speak(LANGUAGES[language])
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


def take(browser: Browser, temporary: Path, language: str, folder: Path) -> Iterator[Path]:
    """Every picture of one language."""
    with demo(temporary, language) as (chat, pages):
        yield from _take(browser, play(chat, pages, language), folder)


def _take(browser: Browser, story: Story, folder: Path) -> Iterator[Path]:
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
