"""Rails: those switched on, what donors and organisations keep at them, and the pages and codes that lead to them."""

from services.rails.switched_on import Accounts, Rails

__all__ = ["Accounts", "Rails"]
