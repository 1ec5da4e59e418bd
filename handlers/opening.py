"""Before anybody is asked for anything: is the project still open?"""

from giving.errors import ProjectClosed
from giving.projects import ProjectCard
from services.projects import ProjectService


async def must_be_open(card: ProjectCard, projects: ProjectService, language: str) -> None:
    """Raises: ProjectClosed, with other projects to choose from."""
    if not card.project.open:
        others = await projects.alternatives(card.project.id)
        raise ProjectClosed(project=card.project.title(language), alternatives=others)
