"""Projects and organisations that can't be given to, or are not known."""

from giving.errors.base import GivingError


class OrganisationUnknown(GivingError):
    """No organisation by this slug; args: known (str): those there are, the first of them."""

    message_key = "error-organisation-unknown"


class ProjectUnknown(GivingError):
    """No project by this id or name."""

    message_key = "error-project-unknown"


class ProjectClosed(GivingError):
    """No new gifts for this project; args: project (Project), alternatives (tuple of open ProjectCard)."""

    message_key = "error-project-closed"


class ProjectReached(ProjectClosed):
    """It has what it needs, so nobody is promised to it anew every month; args: as ProjectClosed."""

    message_key = "error-project-reached"


class GivingElsewhere(GivingError):
    """No way to pay is set up here; args: project (Project), url (the project's own designated page)."""

    message_key = "error-giving-elsewhere"
