"""A Telegram and a payment provider on this machine only, described in docs/sandbox.md. Nothing in it is money."""
