"""The rail `alipay`: Alipay's open platform, by the library python-alipay-sdk. Import it where it is switched on."""

from payments.alipay_rail.merchant import API, Merchant
from payments.alipay_rail.rail import AlipayRail

__all__ = ["API", "AlipayRail", "Merchant"]
