"""Around monthly donors: who works for which organisation, figures, invitations, why they give, what projects tell."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from launch.service.building.creating import Creating
from launch.service.building.ground import Ground
from services.circles import CircleService
from services.creators import ChatRights
from services.members import MemberService
from services.monthly_calls import MonthlyCallService
from services.project_updates import NewsService
from services.whys import WhyService
from settings import Settings


@dataclass(frozen=True, kw_only=True)
class Circling:
    """Around monthly donors."""

    members: MemberService
    circles: CircleService
    monthly_calls: MonthlyCallService
    whys: WhyService
    news: NewsService


def build_circling(settings: Settings, on: Ground, creating: Creating, rights: ChatRights) -> Circling:
    unit, zone, members = on.unit, ZoneInfo(settings.timezone), MemberService(on.unit, on.people)
    return Circling(
        members=members,
        circles=CircleService(unit, members, zone=zone),
        monthly_calls=MonthlyCallService(unit, creating.creators, rights),
        whys=WhyService(unit, on.people, wakes=on.wakes, quiet=on.quiet),
        news=NewsService(unit, members, zone=zone, wakes=on.wakes, quiet=on.quiet),
    )
