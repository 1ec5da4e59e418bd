import pytest

from tests.web.conftest import Open, Site
from tests.web.world import World
from web.language import accepted_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", None),
        ("*", None),
        ("fr,de;q=0.5", None),
        ("zh-TW,en;q=0.8", "zh-CN"),
        ("en-GB;q=0.4, zh-Hans;q=0.9", "zh-CN"),
        ("fr, en;q=0.1", "en"),
        ("en;q=0, zh;q=0.1", "zh-CN"),
        ("en;q=zero", None),
        ("en;q=nan", None),
        (",,;;q=", None),
    ],
)
def test_the_header_is_read_by_weight(header: str, language: str | None):
    assert accepted_language(header) == language


async def test_the_address_beats_the_browser_beats_the_default(world: World, open_site: Open):
    site = await open_site(default_language="en")
    assert '<html lang="zh-CN">' in (await site.get("/?lang=zh-CN", accept="en")).text
    assert '<html lang="zh-CN">' in (await site.get("/", accept="zh")).text
    assert '<html lang="en">' in (await site.get("/", accept="fr")).text
    assert '<html lang="en">' in (await site.get("/?lang=tlh", accept="fr")).text


async def test_every_page_names_its_twin(world: World, site: Site):
    await world.project()
    answer = await site.get("/p/library", accept="en")
    assert answer.headers["Vary"] == "Accept-Language"
    assert answer.headers["Content-Language"] == "en"
    assert 'href="?lang=zh-CN" hreflang="zh-CN" lang="zh-CN"' in answer.text
    for language in ("zh-CN", "en"):
        assert f'hreflang="{language}" href="https://give.example/p/library?lang={language}"' in answer.text
    assert '<meta property="og:title" content="Village library">' in answer.text


async def test_a_chosen_language_stays_with_the_links(world: World, site: Site):
    await world.project()
    assert 'href="/p/library?lang=en"' in (await site.get("/?lang=en")).text
    assert 'href="/p/library"' in (await site.get("/", accept="en")).text
