"""What the pages are built from: services and the operator's few words, handed over by main.py."""

from dataclasses import dataclass, field

from services.certificates import CertificateService
from services.circles import CircleService
from services.giving_days.live import LiveDays
from services.giving_days.report import DayReports
from services.guard import AddressRules
from services.health import HealthService
from services.links import Links
from services.matching import PoolViews
from services.payments import PaymentService
from services.project_updates import NewsService
from services.projects import ProjectService
from services.rails.pay_pages import PayPages
from services.rankings import RankingService
from services.recaps import RecapService
from services.slots import SlotService
from services.tips import TipService
from services.whys import WhyService
from texts import Texts
from web.telegram import TelegramHook


@dataclass(frozen=True, slots=True)
class WebParts:
    """`public_name`, `legal_basis`, `contact` and `operator` (who runs this) may be empty.

    Times are told in the zone of `texts`.
    """

    projects: ProjectService
    slots: SlotService
    rankings: RankingService
    tips: TipService
    payments: PaymentService
    texts: Texts
    links: Links
    default_language: str
    test_money: bool = False
    public_name: str = ""
    legal_basis: str = ""
    contact: str = ""
    operator: str = ""
    telegram: TelegramHook | None = None
    health: HealthService | None = None
    pay: PayPages | None = None
    day_reports: DayReports | None = None
    live: LiveDays | None = None
    most_listeners: int = 500
    pools: PoolViews | None = None
    circles: CircleService | None = None
    whys: WhyService | None = None
    news: NewsService | None = None
    certificates: CertificateService | None = None
    recaps: RecapService | None = None
    addresses: AddressRules = field(default_factory=AddressRules)
