"""What the service is built of: every service of ours on one database, wired from the settings.

A new service is a line in its group's class, and one where that group is built, in the same file.
"""

from launch.service.building.ground import LOCALES
from launch.service.building.late_rights import LateRights
from launch.service.building.paying import reconcile_of
from launch.service.building.whole import Services, build_services

__all__ = [
    "LOCALES",
    "LateRights",
    "Services",
    "build_services",
    "reconcile_of",
]
