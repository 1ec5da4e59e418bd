"""All services of one process, wired."""

from dataclasses import dataclass

from launch.service.building.circling import Circling, build_circling
from launch.service.building.creating import Creating, build_creating
from launch.service.building.days import Days, build_days
from launch.service.building.ground import Ground, build_ground
from launch.service.building.keeping import Keeping, build_keeping
from launch.service.building.paying import Paying, build_paying
from services.creators import ChatRights
from settings import Settings
from storage.engines import Engines


@dataclass(frozen=True, kw_only=True)
class Services(Ground, Paying, Creating, Circling, Days, Keeping):
    """Every service of one process, on one database: a new one is a line in its group, and one where that is made."""

    async def aclose(self) -> None:
        """Close the rails' connections, and end the process that draws."""
        await self.pictures.close()
        await self.health.close()
        for rail in self.rails.values():
            await rail.close()


def build_services(settings: Settings, engines: Engines, rights: ChatRights) -> Services:
    """The services, wired; nothing is started and no network is touched."""
    ground = build_ground(settings, engines)
    paying = build_paying(settings, ground)
    creating = build_creating(settings, ground, rights)
    circling = build_circling(settings, ground, creating, rights)
    days = build_days(settings, ground, creating)
    groups = (ground, paying, creating, circling, days, build_keeping(settings, ground, paying, days))
    return Services(**{name: service for group in groups for name, service in vars(group).items()})
