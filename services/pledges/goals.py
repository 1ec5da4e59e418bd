"""What a pledge is for: a project (called for by a creator or not), an organisation, or some projects, the neediest."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from giving.errors import PledgeProjects, ProjectClosed, ProjectReached, ProjectUnknown
from giving.money import Money
from giving.pledges import MOST_CHOICES, Need, Pledge, neediest
from giving.projects import Organisation, Project
from services.projects import alternatives, open_project
from storage.work import Work

LEAST_CHOICES = 2


@dataclass(frozen=True, slots=True)
class Goal:
    """Exactly one of `project`, `organisation` and `choices`; `among`: the projects it may go to, open or not.

    `creator`: who called for it, `creator_name` their slot's or chat's.
    """

    project: Project | None = None
    organisation: Organisation | None = None
    choices: tuple[Project, ...] = ()
    among: tuple[Project, ...] = ()
    creator: UUID | None = None
    creator_name: str = ""

    @property
    def what(self) -> UUID | None:
        """What buttons call it; None for choices, which stand in the dialog."""
        if self.project is not None:
            return self.project.id
        return self.organisation.id if self.organisation is not None else None

    @property
    def seen(self) -> str:
        """By which a button knows whether it is for what was shown: a slot may turn to another project."""
        return self.what.hex[-6:] if self.what is not None else ""

    @property
    def organisations(self) -> frozenset[UUID]:
        """Whose projects these are."""
        return frozenset(project.organisation.id for project in self.among)

    @property
    def currency(self) -> str:
        """What is given in."""
        return self.among[0].target.currency

    @property
    def open(self) -> bool:
        """Whether a gift may go to any of them."""
        return any(project.open for project in self.among)


async def goal_of(work: Work, what: UUID | None, ticked: Collection[UUID] = ()) -> Goal:
    """What a button or a link names, if it takes gifts now; None: the ticked projects.

    `what`: a project, an organisation, or what a creator calls with: their slot, a post, an invitation they published.
    Raises: ProjectUnknown, ProjectClosed (with alternatives), PledgeProjects.
    """
    if what is None:
        return await _ticked(work, ticked)
    if (organisation := (await work.projects.organisations_by_ids([what])).get(what)) is not None:
        return await _of_organisation(work, organisation)
    project, creator, name = await _called(work, what) or (what, None, "")
    found = await open_project(work, project)
    return Goal(found, among=(found,), creator=creator, creator_name=name)


async def _called(work: Work, what: UUID) -> tuple[UUID, UUID | None, str] | None:
    """The project that a creator calls for, who they are, and what they are called there; None: it is no call.

    Raises: ProjectUnknown (it is over).
    """
    target = (await work.targets.of_slots([what])).get(what) or (await work.targets.of_posts([what])).get(what)
    if target is not None:
        if not target.chat_on:
            raise ProjectUnknown
        return target.project, target.creator, target.chat_title
    if (call := await work.monthly_calls.by_id(what)) is None:
        return None
    return call.project, call.creator, call.title


async def _of_organisation(work: Work, organisation: Organisation) -> Goal:
    theirs = await work.projects.of_organisations([organisation.id])
    open_ = [project for project in theirs if project.open]
    if not theirs:
        raise ProjectUnknown
    if not open_:
        raise ProjectClosed(project=theirs[0], alternatives=await alternatives(work, None))
    alike = tuple(one for one in open_ if one.target.currency == open_[0].target.currency)
    return Goal(organisation=organisation, among=alike)


async def _ticked(work: Work, ticked: Collection[UUID]) -> Goal:
    known = await work.projects.by_ids(ticked)
    open_ = tuple(sorted((one for one in known.values() if one.open), key=lambda one: one.id))
    if not LEAST_CHOICES <= len(open_) <= MOST_CHOICES or len({one.target.currency for one in open_}) > 1:
        raise PledgeProjects(least=LEAST_CHOICES, most=MOST_CHOICES)
    return Goal(choices=open_, among=open_)


async def goals_of(work: Work, pledges: Sequence[Pledge]) -> dict[UUID, Goal]:
    """What each of these pledges is for, open or not."""
    named = {one.project for one in pledges if one.project} | {each for one in pledges for each in one.choices}
    projects = await work.projects.by_ids(named)
    whole = {one.organisation for one in pledges if one.organisation}
    organisations = await work.projects.organisations_by_ids(whole) if whole else {}
    theirs: dict[UUID, list[Project]] = {}
    for project in await work.projects.of_organisations(whole) if whole else []:
        theirs.setdefault(project.organisation.id, []).append(project)
    return {one.id: _goal(one, projects, organisations, theirs) for one in pledges}


def _goal(
    pledge: Pledge, projects: Mapping[UUID, Project], organisations: Mapping[UUID, Organisation],
    theirs: Mapping[UUID, Sequence[Project]],
) -> Goal:  # fmt: skip
    if pledge.project is not None:
        project = projects[pledge.project]
        return Goal(project, among=(project,), creator=pledge.creator)
    if pledge.organisation is not None:
        among = tuple(theirs.get(pledge.organisation, ()))
        return Goal(organisation=organisations[pledge.organisation], among=among, creator=pledge.creator)
    among = tuple(projects[each] for each in pledge.choices if each in projects)
    return Goal(choices=among, among=among, creator=pledge.creator)


async def goes_to(work: Work, goal: Goal) -> Project | None:
    """Which project a gift for it goes to at this moment; None: each is closed, or has reached its target."""
    if not goal.among:
        return None
    raised = await work.tallies.of([project.id for project in goal.among], goal.currency)
    return neediest_of(goal.among, {project: tally.given for project, tally in raised.items()}, goal.currency)


def neediest_of(among: Sequence[Project], given: Mapping[UUID, Money], currency: str) -> Project | None:
    """Of those whose target is in this currency and that take a gift now, the one furthest from it; None: none does."""
    same = [project for project in among if project.target.currency == currency]
    best = neediest([Need(one.id, given[one.id], one.target, one.open) for one in same])
    return next((project for project in same if project.id == best), None)


async def must_want(work: Work, goal: Goal) -> Project:
    """The same. Raises: ProjectReached (with alternatives)."""
    found = await goes_to(work, goal)
    if found is None:
        others = await alternatives(work, goal.among[0].id)
        raise ProjectReached(project=goal.among[0], alternatives=others)
    return found
