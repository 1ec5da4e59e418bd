"""How far a project is, as chat, buttons and pages say it alike."""

from giving.projects import ProjectCard
from texts.messages import Texts


def progress(texts: Texts, language: str, card: ProjectCard) -> str:
    """12%; of a first gift that is less than one percent: so much."""
    if card.little:
        return texts.plain(language, "web-percent-little")
    return texts.plain(language, "web-percent", percent=card.percent)
