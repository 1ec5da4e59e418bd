"""Projects imported: whole or not at all, each entry with its report, each change in the audit log."""

from pathlib import Path

import pytest

from giving.money import Money
from giving.projects import ProjectState
from services.audit import newest
from services.project_import import Change, ImportRefused, ImportReport, Outcome, ProjectImport
from tests.world import World

DEMO = (Path(__file__).parents[2] / "sandbox" / "projects.yaml").read_text(encoding="utf-8")
TEXT = "{zh-CN: {title: t, summary: s, story: s, use: u}}"
GOOD = f"""organisations:
  - slug: new-one
    names: {{en: New}}
projects:
  - slug: a
    organisation: new-one
    target: 100
    texts: {TEXT}
"""


async def imported(world: World, text: str, *, dry_run: bool = False) -> ImportReport:
    return await ProjectImport(world.unit, now=world.time).run(text, dry_run=dry_run)


async def actions(world: World) -> list[str]:
    return [act.record.action for act in await newest(world.unit, limit=100)]


def outcomes(report: ImportReport) -> list[tuple[str, str]]:
    return [(entry.slug, entry.outcome) for entry in report.entries]


async def test_the_demos_projects_come_in_and_the_same_again_changes_nothing(world: World):
    first = await imported(world, DEMO)
    assert first.written
    assert {entry.outcome for entry in first.entries} == {Outcome.ADDED}
    assert len(first.entries) == 6
    world.time.passes(hours=1)
    before = await world.projects.by_slug("village-libraries")
    again = await imported(world, DEMO)
    assert {entry.outcome for entry in again.entries} == {Outcome.UNCHANGED}
    assert await world.projects.by_slug("village-libraries") == before
    assert len(await actions(world)) == 6, "what was not changed is not logged"


async def test_what_changed_is_told_field_by_field_and_logged(world: World):
    await imported(world, DEMO)
    before = (await world.projects.by_slug("village-libraries")).project
    changed = DEMO.replace("target: 300000\n", "target: '300000.50'\n", 1).replace(
        "title: Village Libraries", "title: Books"
    )
    report = await imported(world, changed)
    (entry,) = report.of(Outcome.CHANGED)
    assert (entry.kind, entry.slug, entry.place) == ("project", "village-libraries", "projects[0]")
    assert changed.splitlines()[entry.line - 1] == "  - slug: village-libraries"
    assert entry.changes == (
        Change("target", "300000.00 CNY", "300000.50 CNY"), Change("texts.en.title", "Village Libraries", "Books"),
    )  # fmt: skip
    after = (await world.projects.by_slug("village-libraries")).project
    assert (after.id, after.target, after.open) == (before.id, Money(30_000_050, "CNY"), True)
    record = (await newest(world.unit, limit=1))[0].record
    assert (record.actor, record.way, record.action) == (None, "cli", "project.changed")
    assert (record.subject_kind, record.subject_id) == ("project", str(before.id))
    assert record.before == {"target": "300000.00 CNY", "texts.en.title": "Village Libraries"}
    assert record.after == {"target": "300000.50 CNY", "texts.en.title": "Books"}


async def test_every_field_that_can_change_is_seen(world: World):
    await imported(world, GOOD)
    whole = f"""organisations:
  - {{slug: new-one, names: {{zh-CN: 新, en: Newer}}, website: 'https://x.example', verified: true}}
projects:
  - {{slug: a, organisation: sunshine, state: closed, target: 200, texts: {TEXT}, filing_number: N1,
     designated_url: 'https://y.example/'}}
"""
    report = await imported(world, whole)
    changed = {(e.slug, c.field): (c.before, c.after) for e in report.entries for c in e.changes}
    assert changed == {
        ("new-one", "verified"): ("no", "yes"), ("new-one", "website"): (None, "https://x.example/"),
        ("new-one", "names.en"): ("New", "Newer"), ("new-one", "names.zh-CN"): (None, "新"),
        ("a", "organisation"): ("new-one", "sunshine"), ("a", "state"): ("open", "closed"),
        ("a", "target"): ("100.00 CNY", "200.00 CNY"), ("a", "filing_number"): (None, "N1"),
        ("a", "designated_url"): (None, "https://y.example/"),
    }  # fmt: skip
    project = (await world.projects.by_slug("a")).project
    assert (project.organisation.slug, project.state) == ("sunshine", ProjectState.CLOSED)
    back = await imported(world, GOOD)
    assert {c.field for e in back.entries for c in e.changes} == {field for _, field in changed}


async def test_a_project_is_found_by_its_organisations_new_name(world: World):
    await imported(world, "organisations: [{slug: sunshine, names: {en: Moonlight}, verified: true}]")
    assert {card.project.slug for card in (await world.projects.search("moonlight")).items} == {"library", "meals"}
    assert (await world.projects.search("阳光")).total == 0


async def test_a_dry_run_reports_and_writes_nothing(world: World):
    report = await imported(world, GOOD, dry_run=True)
    assert (outcomes(report), report.written) == ([("new-one", "added"), ("a", "added")], False)
    async with world.unit.read() as work:
        assert await work.projects.by_slug("a") is None
        assert await work.projects.organisations_by_slug(["new-one"]) == {}
    assert await actions(world) == []


BAD = [
    (f"projects: [{{slug: a b, organisation: sunshine, target: 1, texts: {TEXT}}}]", "projects[0].slug: use small"),
    (f"projects: [{{slug: a, organisation: nobody, target: 1, texts: {TEXT}}}]", "'nobody' is neither in this file"),
    (f"projects: [{{slug: a, organisation: sunshine, target: 1.5, texts: {TEXT}}}]", "projects[0].target: write a"),
    *((f"projects: [{{slug: a, organisation: sunshine, target: '{odd}', texts: {TEXT}}}]", "target: is no amount")
      for odd in ("1e999999", "1e5", "1_000", "\uff11\uff10", "nan", "inf", "9" * 19, "1.", "")),
    (f"projects: [{{slug: a, organisation: sunshine, target: -1, texts: {TEXT}}}]", "more than nothing"),
    (f"projects: [{{slug: a, organisation: sunshine, target: '0.001', texts: {TEXT}}}]", "is no amount of CNY"),
    (f"projects: [{{slug: a, organisation: sunshine, texts: {TEXT}}}]", "projects[0].target: is missing"),
    (f"projects: [{{slug: a, organisation: sunshine, target: 1, taget: 1, texts: {TEXT}}}]", "did you mean target?"),
    (f"projects: [{{slug: a, organisation: sunshine, target: 1, currency: XXX, texts: {TEXT}}}]", "unknown currency"),
    (f"projects: [{{slug: library, organisation: sunshine, target: 1, currency: USD, texts: {TEXT}}}]", "stays in CNY"),
    ("projects: [{slug: a, organisation: sunshine, target: 1, texts: {fr: "
     "{title: t, summary: s, story: s, use: u}}}]", "projects[0].texts.fr: unknown language"),
    ("projects: [{slug: a, organisation: sunshine, target: 1, texts: {en: "
     "{titel: t, summary: s, story: s, use: u}}}]", "texts.en.titel: there is no such field; did you mean title?"),
    ("projects: [{slug: a, organisation: sunshine, target: 1, texts: {en: "
     '{title: "a\\0b", summary: s, story: s, use: u}}}]', "title: has a control character"),
    ("organisations: [{slug: n, names: {en: A}}, {slug: n, names: {en: A}}]", "[1].slug: 'n' stands twice"),
    (f"organisations: [{{slug: n, names: {{xx: N}}}}]\n"
     f"projects: [{{slug: a, organisation: n, target: 1, texts: {TEXT}}}]", "'n' is wrong itself (organisations[0])"),
    ("organisations: [x]", "organisations[0]: must be fields"),
]  # fmt: skip


@pytest.mark.parametrize(("yaml", "line"), BAD)
async def test_a_file_with_a_mistake_is_refused_whole_with_its_place(world: World, yaml: str, line: str):
    report = await imported(world, f"{yaml}\n")
    problems = [problem for entry in report.of(Outcome.WRONG) for problem in entry.problems]
    assert any(line in problem for problem in problems), problems
    assert not report.written
    async with world.unit.read() as work:
        assert await work.projects.by_slug("a") is None
        assert await work.projects.organisations_by_slug(["n"]) == {}
    assert await actions(world) == []


async def test_mistakes_name_their_lines_and_the_others_say_what_would_become_of_them(world: World):
    text = (
        GOOD
        + f"""  - slug: library
    organisation: sunshine
    target: 0
    texts: {TEXT}
  - slug: a
    organisation: new-one
    target: 5
    colour: red
    texts: {TEXT}
"""
    )
    report = await imported(world, text)
    assert outcomes(report) == [("new-one", "added"), ("a", "added"), ("library", "wrong"), ("a", "wrong")]
    problems = [problem for entry in report.entries for problem in entry.problems]
    assert problems == [
        "line 11: projects[1].target: must be more than nothing",
        "line 16: projects[2].colour: there is no such field",
        "line 13: projects[2].slug: 'a' stands twice",
    ]
    assert not report.written
    assert await actions(world) == []


@pytest.mark.parametrize(("yaml", "line"), [
    ("projects: [", "not YAML"),
    ("when: 2026-13-45", "not YAML"),
    ("[]", "the file must have organisations: and projects:"),
    ("just words", "the file must have"),
    ("projcts: []", "projcts: there is no such field; did you mean projects?"),
    ("\nprojects: {a: b}", "line 2: projects: must be a list"),
    ("projects: []\norganisations: []\nprojects: []", "line 3: projects: is written twice"),
    ("organisations:\n  - slug: a\n    verified: true\n    verified: false", "line 4: verified: is written twice"),
])  # fmt: skip
async def test_a_file_that_is_none_is_refused(world: World, yaml: str, line: str):
    with pytest.raises(ImportRefused) as refused:
        await imported(world, yaml)
    assert line in str(refused.value)


async def test_an_empty_file_imports_nothing(world: World):
    report = await imported(world, "")
    assert (report.entries, report.written) == ((), True)
