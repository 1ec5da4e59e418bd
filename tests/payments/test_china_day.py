"""A day of each of both rails, by our own services: refunds found, fees from the bill, and books that agree with it."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import pytest

from giving.payments import EventKind
from giving.people import Visitor
from giving.reconcile import Difference, What
from giving.reconcile_times import Window, days
from giving.tips import Tip, TipState
from payments.provider import BooksByDay, FeesLater
from services.alerts import AlertService
from services.rails import Rails
from services.reconcile import ReconcileService
from services.refunds import RefundService
from tests.payments.alipay.gateway import AlipayGateway
from tests.payments.china import CHINA
from tests.payments.test_china_way import Way, way
from tests.payments.wechat.gateway import WeChatGateway
from tests.world import SHANGHAI, cny

__all__ = ["way"]  # a fixture


@pytest.fixture
def noon(way: Way) -> datetime:
    """A day of China in its middle, yesterday, so that nothing stands at its edges."""
    today = way.clock().astimezone(CHINA).date()
    way.later(datetime.combine(today + timedelta(days=1), time(12), CHINA) - way.clock())
    return way.clock()
