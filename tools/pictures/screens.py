"""Every screen of the bot in one language, scene by scene, each picture taken as soon as its scene was played."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser

from tests.processes import Stage, write_seed
from tests.way.cast import QUICK
from tools.pictures.camera import LANGUAGES, PHONE, Camera, window
from tools.pictures.cast import Cast, Scene
from tools.pictures.scenes import (
    channels,
    codes,
    creators,
    followers,
    groups,
    leaving,
    money_back,
    operators,
    refusals,
    sites,
    slots,
    tabs,
)

# In this order: later scenes stand on what earlier ones did.
SCENES: Final[tuple[Scene, ...]] = (
    *channels.SCENES, *groups.SCENES, *creators.SCENES, *slots.SCENES, *followers.SCENES, *sites.SCENES,
    *operators.SCENES, *refusals.SCENES, *leaving.SCENES,
)  # fmt: skip
# With a card beside the wallet, so that there is a choice, and a tab.
MONEY: Final[tuple[Scene, ...]] = (*tabs.SCENES, *money_back.SCENES, *codes.SCENES)
CARD: Final = {"YIZAN_RAILS__SANDBOX__CARD": "true", "YIZAN_TIPS__PRESETS_MINOR": "100,300,1000"}
CONTACT: Final = "help@yizan.example"
LEGAL: Final = {
    language: {"YIZAN_LEGAL__OPERATOR": operator, "YIZAN_LEGAL__BASIS": basis, "YIZAN_LEGAL__CONTACT": CONTACT}
    for language, operator, basis in (
        ("zh-CN", "青石公益服务中心", "演示，不募集任何款项"),
        ("en", "Greystone Community Service", "A demonstration, no funds are raised"),
    )
}


def take(browser: Browser, temporary: Path, language: str, folder: Path) -> Iterator[Path]:
    """A picture of each scene, numbered through."""
    yield from act(browser, temporary / "main", language, folder, SCENES, {})
    yield from act(browser, temporary / "money", language, folder, MONEY, CARD, first=len(SCENES) + 1)


def act(
    browser: Browser, temporary: Path, language: str, folder: Path, scenes: Sequence[Scene], more: Mapping[str, str],
    *, first: int = 1,
) -> Iterator[Path]:  # fmt: skip
    """These scenes, one after another, on a stage of their own with these settings."""
    temporary.mkdir()
    database = f"sqlite:///{temporary}/yizan.db"
    seed = write_seed(temporary / "seed.yaml", lambda seed: speaking(seed, language))
    settings = QUICK | LEGAL[language] | {"YIZAN_LANGUAGE": language} | dict(more)
    stage = Stage(temporary / "stage", database, seed=seed, **settings)
    end = language.partition("-")[0]
    try:
        cast = Cast(stage.begin(), language)
        with window(browser, PHONE, "light", language) as phone:
            camera = Camera(phone, stage.url, language)
            for number, scene in enumerate(scenes, first):
                yield camera.take(scene.play(cast), folder / f"{number:02}-{scene.name}-{end}.png")
    finally:
        stage.close()


def speaking(seed: dict[str, Any], language: str) -> None:
    """Everyone's Telegram has this language from the first message on."""
    for user in seed["users"]:
        user["language"] = LANGUAGES[language]
