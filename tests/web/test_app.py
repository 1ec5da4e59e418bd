"""What holds on every route: headers, methods, sizes, and no word too much when something breaks."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from yarl import URL

from giving.errors import NotAllowed, ProjectClosed, TipTooSmall
from services.projects import ProjectService
from storage.work import DatabaseTrouble
from tests.web.conftest import Open, Site
from tests.web.world import World, cny
from web import pages
from web.security import HEADERS, POLICY


class Broken:
    """Stands where the projects should be."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        async def fail(*_: object, **__: object) -> None:
            raise self.error

        return fail


async def test_every_answer_carries_the_security_headers(world: World, open_site: Open):
    await world.project()
    tip = await world.gift(await world.project("second"), cny("1"))
    site = await open_site()
    style = "/static/style.css"
    paths = ["/", "/p/library", "/p/none", f"/r/{tip.receipt_code}", f"/r/{tip.receipt_code.lower()}", "/r", "/r/x"]
    for path in [*paths, style, "/static/none", "/healthz", "/nowhere", "/hooks/sandbox"]:
        answer = await site.get(path)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, (path, name)
        assert answer.headers["X-Request-Id"]
        assert "aiohttp" not in str(answer.headers)
    hook = await site.post("/hooks/sandbox", data=b"{}")
    assert hook.headers["Content-Security-Policy"] == POLICY
    assert "'unsafe" not in POLICY
    assert "script-src" not in POLICY
    assert "default-src 'none'" in POLICY


async def test_pages_stay_as_they_were_at_the_start(
    world: World, open_site: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """An upgrade puts other templates there; a process that runs shows its own, also those nobody saw yet."""
    folder = tmp_path / "templates"
    shutil.copytree(pages.FOLDER, folder)
    monkeypatch.setattr(pages, "FOLDER", folder)
    await world.project()
    site = await open_site()
    for template in folder.iterdir():
        template.write_text("of another version")
    for path in ("/", "/p/library", "/r", "/terms", "/nowhere"):
        answer = await site.get(path)
        assert "<html" in answer.text, path
        assert "another version" not in answer.text, path


async def test_https_is_held_to_where_we_have_it(world: World, open_site: Open):
    assert "Strict-Transport-Security" in (await (await open_site()).get("/")).headers
    world.links.public_url = "http://127.0.0.1:8081"
    assert "Strict-Transport-Security" not in (await (await open_site()).get("/")).headers


async def test_pages_hold_no_script_no_inline_style_and_nothing_from_elsewhere(world: World, site: Site):
    project = await world.project()
    tip = await world.gift(project, cny("1"))
    for path in ("/", "/p/library", f"/r/{tip.receipt_code}", "/r", "/nowhere"):
        page = (await site.get(path)).text
        for word in ("<script", " style=", "<style", "onclick", "onerror", 'src="http', "<iframe"):
            assert word not in page, (path, word)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_pages_are_read_only(site: Site, method: str):
    for path in ("/", "/p/library", "/r/x", "/static/style.css", "/healthz"):
        answer = await site.get(path, method=method)
        assert answer.status == 405
        assert answer.headers["Allow"] == "GET,HEAD"
        assert "这个地址不能这样用" in answer.text


async def test_head_is_get_without_the_page(world: World, site: Site):
    await world.project()
    head = await site.get("/p/library", method="HEAD")
    assert (head.status, head.text) == (200, "")
    assert int(head.headers["Content-Length"]) > 1000


async def test_no_link_leaves_the_site_by_a_crooked_address(site: Site):
    async with site.client.session.get(URL(f"{site.client.make_url('/')}/evil.example/x", encoded=True)) as response:
        page = await response.text()
    assert response.status == 404
    assert "//evil" not in page


async def test_there_is_no_page_in_both_languages(site: Site):
    assert "这里没有页面" in (await site.get("/nowhere")).text
    english = await site.get("/nowhere", accept="en")
    assert english.status == 404
    assert "There is no page here" in english.text
    assert english.headers["Cache-Control"] == "no-store"


async def test_a_mistake_of_ours_is_a_page_with_a_number_and_no_details(open_site: Open, capsys: Any):
    site = await open_site(projects=Broken(RuntimeError("secret detail")))
    answer = await site.get("/", accept="en")
    assert answer.status == 500
    assert "Something broke on our side" in answer.text
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert "web_failed" in capsys.readouterr().out


async def test_a_database_that_is_away_is_one_line_without_a_traceback(open_site: Open):
    site = await open_site(projects=Broken(DatabaseTrouble("gone")))
    with capture_logs() as logs:
        assert (await site.get("/", accept="en")).status == 500
    (line,) = [line for line in logs if line["event"] == "web_failed"]
    assert (line["log_level"], line["error"]) == ("warning", "DatabaseTrouble")
    assert "exc_info" not in line


async def test_refusals_have_their_status(open_site: Open):
    forbidden = await open_site(projects=Broken(NotAllowed()))
    assert (await forbidden.get("/")).status == 403
    refusal = TipTooSmall(least=cny("1"), most=cny("5"), alternatives=(1, 2))
    assert (await (await open_site(projects=Broken(refusal))).get("/")).status == 400


async def test_a_refusal_names_the_project_in_the_readers_language(world: World, open_site: Open):
    project = await world.project()
    site = await open_site(projects=Broken(ProjectClosed(project=project, alternatives=())))
    for language in ("zh-CN", "en"):
        assert project.title(language) in (await site.get("/", accept=language)).text


async def test_what_takes_too_long_is_a_503(world: World, open_site: Open, monkeypatch: pytest.MonkeyPatch):
    async def never(*_: object, **__: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(ProjectService, "search", never)
    monkeypatch.setattr("web.errors.TIMEOUT_S", 0.05)
    site = await open_site()
    answer = await site.get("/")
    assert answer.status == 503
    assert answer.headers["Retry-After"]


async def test_static_files_may_be_kept_only_under_their_hash(site: Site):
    page = (await site.get("/")).text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    kept, plain = await site.get(address), await site.get("/static/style.css")
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plain.headers["Cache-Control"] == "no-cache"
    again = await site.get("/static/style.css", headers={"If-None-Match": plain.headers["ETag"]})
    assert (again.status, again.text) == (304, "")
    for path in ("/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static/", "/static/base.html"):
        assert (await site.get(path)).status == 404


async def test_it_is_alive(site: Site):
    answer = await site.get("/healthz")
    assert (answer.status, answer.text) == (200, "ok")
    assert answer.headers["Cache-Control"] == "no-store"
