"""Before anybody is asked for anything: is the project still open, and can it be paid for here?"""

from giving.errors import GivingElsewhere, ProjectClosed
from giving.projects import Project, ProjectCard
from services.links import Links
from services.projects import ProjectService
from services.tips import TipService


async def must_be_open(card: ProjectCard, projects: ProjectService) -> None:
    """Raises: ProjectClosed, with other projects to choose from."""
    if not card.project.open:
        others = await projects.alternatives(card.project.id)
        raise ProjectClosed(project=card.project, alternatives=others)


def must_be_paid_here(project: Project, tips: TipService, links: Links) -> None:
    """Raises: GivingElsewhere, with the project's own page, where no way to pay is set up."""
    if not tips.takes_money:
        raise GivingElsewhere(project=project, url=links.designated(project))
