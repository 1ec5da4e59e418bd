"""Rails: those switched on, what is kept at them and passed on by them, and the pages and codes that lead to them."""

from services.rails.switched_on import Accounts, Rails

__all__ = ["Accounts", "Rails"]
