"""The rail `wechat`: WeChat Pay, API v3, by the library wechatpayv3. Import it where the rail is switched on."""

from payments.wechat_rail.merchant import API, Merchant
from payments.wechat_rail.rail import WeChatRail

__all__ = ["API", "Merchant", "WeChatRail"]
