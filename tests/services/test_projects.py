"""Projects: found, listed, imported whole or not at all."""

from pathlib import Path

import pytest

from giving.errors import ProjectUnknown
from giving.money import Money
from giving.people import Visitor
from services.project_import import ImportRefused, ProjectImport
from storage.ids import new_id
from tests.services.test_tips import close
from tests.world import World

DEMO = Path(__file__).parents[2] / "sandbox" / "projects.yaml"


async def test_search_finds_words_of_both_languages_and_organisations(world: World):
    async def found(query: str) -> list[str]:
        return [card.project.slug for card in (await world.projects.search(query)).items]

    assert await found("图书") == ["library"]
    assert await found("LIBRARY project") == ["library"]
    assert set(await found("阳光")) == {"library", "meals"}
    assert await found("100%_") == []
    assert (await world.projects.search(page=99, size=1)).number == 1, "past the end is the last page"
    await close(world)
    assert await found("") == ["meals"]


async def test_unknown_projects_are_said_to_be(world: World):
    with pytest.raises(ProjectUnknown):
        await world.projects.card(new_id())
    with pytest.raises(ProjectUnknown):
        await world.projects.by_slug("nothing")


async def test_the_demos_projects_come_in_and_come_in_again(world: World):
    text = DEMO.read_text(encoding="utf-8")
    first = await ProjectImport(world.unit).run(text)
    assert (len(first.added), first.renewed) == (4, ())
    before = await world.projects.by_slug("village-libraries")
    again = await ProjectImport(world.unit).run(text.replace("target: 300000", "target: '300000.50'"))
    assert (again.added, len(again.renewed)) == ((), 4)
    after = await world.projects.by_slug("village-libraries")
    assert (after.project.id, after.project.target) == (before.project.id, Money(30_000_050, "CNY"))
    assert after.project.open


TEXT = "{zh-CN: {title: t, summary: s, story: s, use: u}}"


@pytest.mark.parametrize(("yaml", "line"), [
    ("projects: [", "not YAML"),
    ("[]", "file: Input should be"),
    ("projcts: []", "projcts: Extra inputs"),
    (f"projects: [{{slug: a b, organisation: sunshine, target: 1, texts: {TEXT}}}]", "projects[0].slug:"),
    (f"projects: [{{slug: a, organisation: nobody, target: 1, texts: {TEXT}}}]", "no organisation 'nobody'"),
    (f"projects: [{{slug: a, organisation: sunshine, target: 1.5, texts: {TEXT}}}]", "projects[0].target: write a"),
    (f"projects: [{{slug: a, organisation: sunshine, target: -1, texts: {TEXT}}}]", "more than nothing"),
    (f"projects: [{{slug: a, organisation: sunshine, target: '0.001', texts: {TEXT}}}]", "is no amount of CNY"),
    (f"projects: [{{slug: a, organisation: sunshine, target: 1, currency: XXX, texts: {TEXT}}}]", "unknown currency"),
    (f"projects: [{{slug: library, organisation: sunshine, target: 1, currency: USD, texts: {TEXT}}}]", "stays in CNY"),
    ("projects: [{slug: a, organisation: sunshine, target: 1, texts: {fr: "
     "{title: t, summary: s, story: s, use: u}}}]", "unknown language"),
    ("organisations: [{slug: a, names: {en: A}}, {slug: a, names: {en: A}}]", "stands twice"),
    (f"organisations: [{{slug: n, names: {{en: N}}}}]\n"
     f"projects: [{{slug: a, organisation: x, target: 1, texts: {TEXT}}}]",
     "no organisation 'x'"),
])  # fmt: skip
async def test_a_file_with_a_mistake_is_refused_whole_with_its_place(world: World, yaml: str, line: str):
    with pytest.raises(ImportRefused) as refused:
        await ProjectImport(world.unit).run(yaml)
    assert line in str(refused.value)
    async with world.unit.read() as work:
        assert await work.projects.by_slug("a") is None
        assert await work.projects.organisations_by_slug(["n"]) == {}


async def test_a_name_is_a_label_and_the_number_is_the_person(world: World):
    again = await world.people.meet(Visitor(1002, "Alice Renamed", None, "en"))
    stranger = await world.people.meet(Visitor(777, "Mallory", "alice", "en"))
    assert again.id == world.alice.id
    assert stranger.id != world.alice.id
