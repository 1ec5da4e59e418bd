from giving.ids import token_of
from giving.money import Money
from giving.people import Visibility
from giving.projects import ProjectText
from services.links import Links
from storage.ids import new_id
from storage.tallies import Gift
from tests.web.conftest import Open, Site
from tests.web.world import World, cny


async def test_a_project_shows_what_it_raised_in_chinese_and_in_english(world: World, site: Site):
    project = await world.project(filing_number="53110000-A-2026", designated_url="https://gongyi.example/42")
    await world.gift(project, cny("120"), name="林晓雯")
    await world.gift(project, cny("5.50"), name="Ada")

    chinese, english = await site.get("/p/library"), await site.get("/p/library?lang=en")

    assert chinese.status == english.status == 200
    for words in (
        "乡村图书馆",
        "已筹 ¥125.50",
        "目标 ¥1,000",
        "12%",
        "林晓雯",
        "¥5.50",
        "微光公益",
        "第二段。",
        "一元可以借出两本书",
    ):
        assert words in chinese.text
    for words in ("Village library", "¥125.50 raised", "of ¥1,000", "Glimmer", "What your money does", "Verified on"):
        assert words in english.text
    for page in (chinese.text, english.text):
        assert "53110000-A-2026" in page
        assert 'href="https://gongyi.example/42"' in page
        assert "100%" in page
        assert f'href="https://t.me/yizan_bot?start=g_{token_of(project.id)}"' in page


async def test_what_was_given_in_stars_stands_apart_and_does_not_count_towards_the_target(world: World, site: Site):
    project = await world.project()
    await world.gift(project, cny("120"), name="Ada")
    async with world.unit() as work:
        await work.tallies.apply([Gift(project.id, new_id(), Money(500, "XTR"))])
    page, home = await site.get("/p/library?lang=en"), await site.get("/?lang=en")
    for shown in (page.text, home.text):
        assert "¥120 · ⭐500 raised" in shown
        assert "12%" in shown
    assert "<dd>2</dd>" in page.text, "donors and gifts are those of both"


async def test_where_a_page_stands_for_the_chat_giving_opens_it_there(world: World, open_site: Open):
    project = await world.project()
    site = await open_site(links=Links("http://127.0.0.1:8081", "yizan_bot", "http://127.0.0.1:8080"))
    page = (await site.get("/p/library")).text
    start = f"https%3A%2F%2Ft.me%2Fyizan_bot%3Fstart%3Dg_{token_of(project.id)}"
    assert f'href="http://127.0.0.1:8080/?open={start}"' in page
    assert 'href="https://t.me/' not in page


async def test_each_donor_is_seen_as_they_chose(world: World, site: Site):
    project = await world.project()
    await world.gift(project, cny("11"), name="Seen", visibility=Visibility.NAMED)
    await world.gift(project, cny("22"), name="Unseen", visibility=Visibility.ANONYMOUS)
    await world.gift(project, cny("33"), name="Discreet", visibility=Visibility.AMOUNT_HIDDEN)

    page = (await site.get("/p/library", accept="en")).text

    assert "Seen</bdi>" in page
    assert "¥11<" in page
    assert "Unseen" not in page
    assert "A kind person" in page
    assert "¥22<" in page
    assert "Discreet" in page
    assert "¥33" not in page
    assert "¥66 raised" in page


async def test_names_titles_and_stories_can_not_disturb_the_page(world: World, site: Site):
    nasty = "<script>alert(1)</script>\u202egnp.exe\u200b\"'&"
    text = ProjectText(nasty, nasty, f"{nasty}\n\n<img src=x onerror=alert(1)>", nasty)
    project = await world.project(
        texts={"zh-CN": text, "en": text}, filing_number=nasty, designated_url="javascript:alert(1)"
    )
    await world.gift(project, cny("1"), name=nasty)

    for path in ("/p/library", "/p/library?lang=en", "/"):
        page = (await site.get(path)).text
        assert "<script" not in page
        assert "<img" not in page
        assert "\u202e" not in page
        assert "\u200b" not in page
        assert "javascript:" not in page


async def test_a_closed_project_says_so_and_shows_three_others_instead_of_a_button(world: World, site: Site):
    project = await world.project()
    await world.gift(project, cny("3"))
    await world.close(project)
    for number in range(4):
        await world.project(f"other-{number}")

    page = (await site.get("/p/library")).text

    assert "已经停止募捐" in page
    assert "t.me" not in page
    assert page.count('href="/p/other-') == 3
    assert "已筹 ¥3" in page


async def test_an_organisation_not_verified_takes_no_gifts(world: World, site: Site):
    await world.project(verified_at=None)

    page = (await site.get("/p/library")).text

    assert "暂时不能捐" in page
    assert "t.me" not in page
    assert "资质核验于" not in page


async def test_until_the_bot_is_known_a_sentence_stands_for_the_button(world: World, site: Site):
    await world.project()
    world.links.bot_username = ""

    page = (await site.get("/p/library", accept="en")).text

    assert "t.me" not in page
    assert "still connecting" in page


async def test_an_unknown_project_is_a_friendly_404(site: Site):
    for path in ("/p/nothing", "/p/%00", "/p/%ff%fe", "/p/" + "x" * 300, "/p/..%2f..%2fetc"):
        answer = await site.get(path)
        assert answer.status == 404, path
        assert "没有找到这个项目" in answer.text
        assert 'href="/"' in answer.text


async def test_home_lists_open_projects_and_pages(world: World, site: Site):
    for number in range(13):
        await world.project(f"p{number}")
    await world.close(await world.project("done"))

    first, second, far, odd = [
        (await site.get(f"/?lang=en{more}")).text for more in ("", "&page=2", "&page=99999", "&page=٣")
    ]

    assert first.count('href="/p/') == 12
    assert "/p/done" not in first + second
    assert 'href="/?page=2&amp;lang=en"' in first
    assert second.count('href="/p/') == 1
    assert far.count('href="/p/') == 1
    assert odd == first


async def test_home_without_projects_says_so(site: Site):
    assert "眼下没有正在募捐的项目" in (await site.get("/")).text


async def test_little_is_not_nothing_and_more_than_the_target_is_told(world: World, site: Site):
    await world.gift(await world.project("little"), cny("1"))
    await world.gift(await world.project("much", target=cny("10")), cny("25"))
    await world.project("none")

    assert "不到 1%" in (await site.get("/p/little")).text
    assert "250%" in (await site.get("/p/much")).text
    assert 'width="100%"' in (await site.get("/p/much")).text
    assert "0%" in (await site.get("/p/none")).text


async def test_words_we_lack_in_a_language_are_marked_as_the_other(world: World, site: Site):
    text = ProjectText("只有中文", "摘要", "故事", "用途")
    await world.project(texts={"zh-CN": text})

    page = (await site.get("/p/library?lang=en")).text

    assert '<html lang="en">' in page
    assert 'lang="zh-CN">\n    <h1>只有中文</h1>' in page


async def test_test_money_is_said_on_every_page(world: World, open_site: Open):
    await world.project()
    site = await open_site(test_money=True)
    for path in ("/", "/p/library", "/r", "/p/none", "/nowhere"):
        assert "测试 · 不是真钱" in (await site.get(path)).text
        assert "Test money" in (await site.get(path, accept="en")).text
        assert (await site.get(path)).headers["X-Robots-Tag"] == "noindex"


async def test_the_operator_names_themselves(world: World, open_site: Open):
    site = await open_site(public_name="Lantern & Co", legal_basis="慈善组织 <No. 1>", contact="help@lantern.example")
    page = (await site.get("/")).text
    assert "Lantern &amp; Co" in page
    assert "慈善组织 &lt;No. 1&gt;" in page
    assert 'href="mailto:help@lantern.example"' in page
