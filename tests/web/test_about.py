"""The rules and the privacy page: in both languages, with the operator's own words, reached from every page."""

import pytest

from tests.web.conftest import Open, Site

NAMED = {"operator": "阳光基金会 <b>", "legal_basis": "慈善法第二十二条", "contact": "help@charity.example"}


@pytest.mark.parametrize(
    ("path", "title", "words"),
    [
        ("/terms", "规则", "捐赠不是购买"),
        ("/terms?lang=en", "Terms", "A gift is not a purchase"),
        ("/privacy", "隐私", "备份到期"),
        ("/privacy?lang=en", "Privacy", "remain in backups until these expire"),
    ],
)
async def test_the_pages_say_it_in_both_languages_and_who_answers(open_site: Open, path: str, title: str, words: str):
    page = await (await open_site(**NAMED)).get(path)
    assert page.status == 200
    assert f"<h1>{title}</h1>" in page.text
    assert words in page.text
    assert "阳光基金会 &lt;b&gt;" in page.text
    assert "慈善法第二十二条" in page.text
    assert 'href="mailto:help@charity.example"' in page.text


async def test_who_named_nobody_is_said_to_have_named_nobody(site: Site):
    assert "运营方还没有写明自己是谁" in (await site.get("/terms")).text


async def test_the_privacy_page_opens_the_settings_in_the_chat(site: Site):
    assert 'href="https://t.me/yizan_bot?start=privacy"' in (await site.get("/privacy")).text


async def test_every_page_leads_to_both(site: Site):
    for path in ("/", "/r", "/terms", "/nowhere"):
        page = (await site.get(f"{path}?lang=en")).text
        assert 'href="/terms?lang=en"' in page
        assert 'href="/privacy?lang=en"' in page
