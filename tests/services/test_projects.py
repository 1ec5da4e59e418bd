"""Projects: found and listed; people are their numbers."""

from pathlib import Path

import pytest

from giving.errors import ProjectUnknown
from giving.people import Visitor
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


async def test_a_name_is_a_label_and_the_number_is_the_person(world: World):
    again = await world.people.meet(Visitor(1002, "Alice Renamed", None, "en"))
    stranger = await world.people.meet(Visitor(777, "Mallory", "alice", "en"))
    assert again.id == world.alice.id
    assert stranger.id != world.alice.id
