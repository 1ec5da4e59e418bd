"""Stripe's library is large: it is loaded where the rail is switched on, and nowhere else."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from giving.money import Money
from launch.service.rails import rails_of
from payments.provider import Connects, PassesOn, Saves
from payments.stripe_rail import Mode, StripeRail
from settings import load

ROOT = Path(__file__).parents[3]
ENVIRON = {
    "YIZAN_RAILS__ENABLED": "stripe", "YIZAN_RAILS__STRIPE__API_KEY": "sk_test_0a",
    "YIZAN_RAILS__STRIPE__SIGNING_SECRET": "whsec_a", "YIZAN_RAILS__STRIPE__CONNECT_SIGNING_SECRET": "whsec_b",
    "YIZAN_RAILS__STRIPE__MODES": "acct_1=transfers", "YIZAN_RAILS__STRIPE__PAGE_MINUTES": "90",
    "YIZAN_RAILS__STRIPE__METHODS": "card,alipay", "YIZAN_RAILS__STRIPE__LEAST_MINOR__CNY": "500",
}  # fmt: skip


def test_the_library_is_loaded_only_where_the_rail_is_switched_on():
    said = "import sys; from launch.service.rails import rails_of; from settings import load; rails_of(load(None, {}))"
    code = f"{said}; print('stripe' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_the_settings_make_the_rail():
    rail = rails_of(load(None, ENVIRON))["stripe"]
    assert isinstance(rail, StripeRail)
    assert isinstance(rail, Saves)
    assert isinstance(rail, Connects)
    assert isinstance(rail, PassesOn)
    assert rail.capabilities.least("CNY") == Money(500, "CNY")
    assert rail.capabilities.least("THB") is rail.capabilities.least("XTR") is None
    words = rail._words
    assert (words.modes.usual, dict(words.modes.others)) == (Mode.DIRECT, {"acct_1": Mode.TRANSFERS})
    assert (words.page_life, words.methods, words.livemode) == (timedelta(minutes=90), ("card", "alipay"), False)
    assert list(words.secrets) == ["whsec_a", "whsec_b"]
    assert "sk_test_0a" not in repr(words)
    assert "whsec" not in repr(words)
