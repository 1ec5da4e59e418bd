"""Before anybody is asked for anything: is the project still open, and can it be paid for here?"""

from giving.errors import GivingElsewhere, ProjectClosed
from giving.projects import Project, ProjectCard
from handlers.here import Place


async def must_be_open(place: Place, card: ProjectCard) -> None:
    """Raises: ProjectClosed, with other projects to choose from."""
    if not card.project.open:
        others = await place.projects.alternatives(card.project.id)
        raise ProjectClosed(project=card.project, alternatives=others)


def must_be_paid_here(place: Place, project: Project) -> None:
    """Raises: GivingElsewhere, with the project's own page, where no way to pay is set up."""
    if not place.tips.takes_money:
        raise GivingElsewhere(project=project, url=place.links.designated(project))
