"""The rail `stripe`: cards and wallets by Stripe Checkout (docs/rails.md). Import it only where it is switched on."""

from payments.stripe_rail.modes import Mode, Modes
from payments.stripe_rail.rail import StripeRail, StripeWords

__all__ = ["Mode", "Modes", "StripeRail", "StripeWords"]
