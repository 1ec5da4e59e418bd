"""A gateway of ours that stands in for WeChat Pay, API v3: it checks and signs and seals as the documents say.

It is not WeChat Pay: what only the real one knows (risk, banks, its own mistakes) is not here.
"""

import asyncio
import gzip
import hashlib
import json
import re
import secrets
import time
from base64 import b64encode
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.payments.china import CHINA, Clock, key_of

MCHID, APPID, KEY_SERIAL, PUBLIC_KEY_ID = (
    "1900000109",
    "wxd678efh567hg6787",
    "444F4864EA9B34415B2D3A5E8C6F70918293A4B5",
    "PUB_KEY_ID_0119000001",
)
APIV3_KEY = "0123456789abcdefghijABCDEFGHIJxy"
NOTIFY = "https://give.example/hooks/wechat"
HEADER = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,"
    "申请退款金额,费率备注"
)
TOTALS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"


class WeChatGateway:
    """Orders, refunds and bills of one merchant; `fault`, once set, answers the next request instead."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.base = ""
        self.orders: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.fault: web.Response | None = None
        self.pause_s = 0.0
        self.refund_ends = "SUCCESS"
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.bills: dict[str, bytes] = {}
        self.more_lines: list[str] = []
        self._ids = count(1)
        self._key = key_of("WeChat Pay")
        self._theirs = key_of("merchant of WeChat Pay")

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._checked])
        app.add_routes([
            web.post("/v3/pay/transactions/{kind:native|h5}", self._order),
            web.get("/v3/pay/transactions/out-trade-no/{number}", self._query),
            web.post("/v3/pay/transactions/out-trade-no/{number}/close", self._close),
            web.post("/v3/refund/domestic/refunds", self._refund),
            web.get("/v3/refund/domestic/refunds/{number}", self._query_refund),
            web.get("/v3/bill/tradebill", self._bill),
            web.get("/v3/billdownload/file", self._download),
        ])  # fmt: skip
        return app

    # --- what people do ---

    def scan_and_pay(self, code_url: str) -> tuple[bytes, dict[str, str]]:
        """Somebody pays what the code says, and the notification of it, as it is posted to us."""
        (number,) = [number for number, order in self.orders.items() if order["url"] == code_url]
        order = self.orders[number]
        order |= {
            "trade_state": "SUCCESS",
            "transaction_id": f"42000009252021012842847{next(self._ids):05d}",
            "success_time": self._now(),
        }
        return self.notify("TRANSACTION.SUCCESS", self.transaction(number))

    def transaction(self, number: str) -> dict[str, Any]:
        """An order as queries and notifications show it."""
        order = self.orders[number]
        shown = {"mchid": MCHID, "appid": APPID, "out_trade_no": number, "trade_state": order["trade_state"]}
        if order["trade_state"] in ("SUCCESS", "REFUND"):
            total = order["amount"]["total"]
            shown |= {
                "transaction_id": order["transaction_id"], "trade_type": "NATIVE", "bank_type": "OTHERS", "attach": "",
                "success_time": order["success_time"], "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
                "amount": {"total": total, "payer_total": total, "currency": "CNY", "payer_currency": "CNY"},
            }  # fmt: skip
        return shown

    def refund_done(self, number: str) -> tuple[bytes, dict[str, str]]:
        """The refund ends as `refund_ends` says; the notification of it."""
        refund = self.refunds[number]
        refund["status"] = self.refund_ends
        if self.refund_ends == "SUCCESS":
            refund["success_time"] = self._now()
        told = {name: refund[name] for name in ("out_trade_no", "transaction_id", "out_refund_no", "refund_id")}
        told |= {"mchid": MCHID, "refund_status": refund["status"], "user_received_account": "支付用户零钱"}
        told |= {name: refund[name] for name in ("success_time",) if name in refund}
        amount = {name: refund["amount"][name] for name in ("total", "refund", "payer_total", "payer_refund")}
        return self.notify(f"REFUND.{self.refund_ends}", told | {"amount": amount}, original="refund")

    def notify(
        self, kind: str, resource: dict[str, Any], *, id_: str = "", at: datetime | None = None, key: str = APIV3_KEY,
        original: str = "transaction", by: str = "WeChat Pay",
    ) -> tuple[bytes, dict[str, str]]:  # fmt: skip
        """The body and the headers, sealed with the merchant's key and signed at this time."""
        nonce = secrets.token_hex(6)
        sealed = AESGCM(key.encode()).encrypt(nonce.encode(), json.dumps(resource).encode(), original.encode())
        body = json.dumps({
            "id": id_ or f"EV-{next(self._ids):020d}", "create_time": self._now(), "resource_type": "encrypt-resource",
            "event_type": kind, "summary": "支付成功",
            "resource": {
                "original_type": original, "algorithm": "AEAD_AES_256_GCM", "ciphertext": b64encode(sealed).decode(),
                "associated_data": original, "nonce": nonce,
            },
        }, ensure_ascii=False)  # fmt: skip
        return body.encode(), self._signature(body, at, by)

    def bill(self, day: str) -> str:
        """The trade bill of a day, as it is written: payments and refunds of it, and `more_lines`."""
        lines = [self._paid_line(n, o) for n, o in self.orders.items() if o.get("success_time", "").startswith(day)]
        lines += [self._refund_line(r) for r in self.refunds.values() if r["create_time"].startswith(day)]
        lines += self.more_lines
        totals = f"`{len(lines)},`0.00,`0.00,`0.00,`0.00000,`0.00,`0.00"
        return "\ufeff" + "\r\n".join([HEADER, *lines, TOTALS, totals]) + "\r\n"

    # --- what is asked ---

    async def _order(self, request: web.Request) -> web.Response:
        words = await request.json()
        number, kind = words["out_trade_no"], request.match_info["kind"]
        until = datetime.fromisoformat(words["time_expire"])
        wrong = (
            (words["mchid"], words["appid"], words["notify_url"]) != (MCHID, APPID, NOTIFY)
            or not re.fullmatch(r"[0-9A-Za-z_*-]{6,32}", number)
            or not 0 < len(words["description"].encode()) <= 127
            or type(words["amount"]["total"]) is not int
            or words["amount"]["total"] < 1
            or words["amount"]["currency"] != "CNY"
            or until < self.clock() + timedelta(minutes=1)
            or (kind == "h5" and not words["scene_info"]["payer_client_ip"])
        )
        if wrong:
            return self._no(400, "PARAM_ERROR")
        order = self.orders.setdefault(number, {**words, "trade_state": "NOTPAY"})
        if any(order[name] != words[name] for name in words):
            return self._no(400, "INVALID_REQUEST")
        if order["trade_state"] != "NOTPAY":
            return self._no(400, "ORDERPAID" if order["trade_state"] == "SUCCESS" else "ORDER_CLOSED")
        name, start = ("h5_url", "https://wx.tenpay.com/checkmweb?prepay_id=") if kind == "h5" else (
            "code_url", "weixin://wxpay/bizpayurl?pr=",
        )  # fmt: skip
        order["url"] = order.get("url") or f"{start}{secrets.token_hex(5)}"
        return self._yes({name: order["url"]})

    async def _query(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        if request.query.get("mchid") != MCHID or number not in self.orders:
            return self._no(404, "ORDER_NOT_EXIST")
        order = self.orders[number]
        if order["trade_state"] == "NOTPAY" and datetime.fromisoformat(order["time_expire"]) < self.clock():
            order["trade_state"] = "CLOSED"
        return self._yes(self.transaction(number))

    async def _close(self, request: web.Request) -> web.Response:
        order = self.orders.get(request.match_info["number"])
        if order is None:
            return self._no(404, "ORDER_NOT_EXIST")
        if order["trade_state"] != "NOTPAY":
            return self._no(400, "ORDERPAID" if order["trade_state"] == "SUCCESS" else "ORDER_CLOSED")
        order["trade_state"] = "CLOSED"
        return web.Response(status=204, headers=self._signature(""))

    async def _refund(self, request: web.Request) -> web.Response:
        words = await request.json()
        found = [(n, o) for n, o in self.orders.items() if o.get("transaction_id") == words["transaction_id"]]
        if not found:
            return self._no(404, "RESOURCE_NOT_EXISTS")
        number, order = found[0]
        paid, back = order["amount"]["total"], words["amount"]["refund"]
        if (known := self.refunds.get(words["out_refund_no"])) is not None:
            return self._yes(known) if known["amount"]["refund"] == back else self._no(400, "INVALID_REQUEST")
        before = sum(r["amount"]["refund"] for r in self.refunds.values() if r["out_trade_no"] == number)
        if words["amount"]["total"] != paid or before + back > paid or words["notify_url"] != NOTIFY:
            return self._no(400, "INVALID_REQUEST")
        order["trade_state"] = "REFUND"
        refund = {
            "refund_id": f"503000070120210301{next(self._ids):08d}", "out_refund_no": words["out_refund_no"],
            "transaction_id": order["transaction_id"], "out_trade_no": number, "channel": "ORIGINAL",
            "user_received_account": "支付用户零钱", "create_time": self._now(), "status": "PROCESSING",
            "amount": {"total": paid, "refund": back, "payer_total": paid, "payer_refund": back, "currency": "CNY"},
        }  # fmt: skip
        self.refunds[words["out_refund_no"]] = refund
        return self._yes(refund)

    async def _query_refund(self, request: web.Request) -> web.Response:
        refund = self.refunds.get(request.match_info["number"])
        return self._no(404, "RESOURCE_NOT_EXISTS") if refund is None else self._yes(refund)

    async def _bill(self, request: web.Request) -> web.Response:
        day = request.query["bill_date"]
        if (request.query["bill_type"], request.query["tar_type"]) != ("ALL", "GZIP"):
            return self._no(400, "PARAM_ERROR")
        text = self.bill(day)
        if text.count("\r\n") == 3:
            return self._no(404, "NO_STATEMENT_EXIST")
        token = secrets.token_hex(8)
        self.bills[token] = gzip.compress(text.encode())
        return self._yes({
            "hash_type": "SHA1", "hash_value": hashlib.sha1(text.encode()).hexdigest(),
            "download_url": f"https://api.mch.weixin.qq.com/v3/billdownload/file?token={token}",
        })  # fmt: skip

    async def _download(self, request: web.Request) -> web.Response:
        return web.Response(body=self.bills[request.query["token"]], content_type="application/x-gzip")

    # --- how it is said ---

    @web.middleware
    async def _checked(self, request: web.Request, handler: Any) -> web.StreamResponse:
        body = await request.text()
        given = dict(re.findall(r'(\w+)="([^"]*)"', request.headers.get("Authorization", "")))
        text = f"{request.method}\n{request.path_qs}\n{given['timestamp']}\n{given['nonce_str']}\n{body}\n"
        known = (given["mchid"], given["serial_no"]) == (MCHID, KEY_SERIAL) and abs(
            time.time() - int(given["timestamp"])
        ) < 300
        if not known or not self._theirs.signed(text, given["signature"]):
            return self._no(401, "SIGN_ERROR")
        if request.headers.get("Wechatpay-Serial") != PUBLIC_KEY_ID:
            return self._no(400, "PARAM_ERROR")
        self.asked.append((request.path, json.loads(body) if body else {}))
        await asyncio.sleep(self.pause_s)
        if self.fault is not None:
            answer, self.fault = self.fault, None
            return answer
        response: web.StreamResponse = await handler(request)
        return response

    def _yes(self, answer: dict[str, Any]) -> web.Response:
        text = json.dumps(answer, ensure_ascii=False)
        return web.Response(text=text, content_type="application/json", headers=self._signature(text))

    def _no(self, status: int, code: str) -> web.Response:
        return web.json_response({"code": code, "message": "…"}, status=status)

    def _signature(self, body: str, at: datetime | None = None, by: str = "WeChat Pay") -> dict[str, str]:
        stamp, nonce = str(int((at or self.clock()).timestamp())), secrets.token_hex(16)
        return {
            "Wechatpay-Timestamp": stamp, "Wechatpay-Nonce": nonce, "Wechatpay-Serial": PUBLIC_KEY_ID,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
            "Wechatpay-Signature": key_of(by).sign(f"{stamp}\n{nonce}\n{body}\n"),
        }  # fmt: skip

    def _now(self) -> str:
        return self.clock().astimezone(CHINA).isoformat()

    def _paid_line(self, number: str, order: dict[str, Any]) -> str:
        yuan = f"{order['amount']['total'] / 100:.2f}"
        fee = f"{order['amount']['total'] * 0.006 / 100:.5f}"
        return self.line([
            order["success_time"][:19].replace("T", " "), APPID, MCHID, "0", "", order["transaction_id"], number,
            "oUpF8uM", "NATIVE", "SUCCESS", "OTHERS", "CNY", yuan, "0.00", "0", "0", "0.00", "0.00", "", "",
            order["description"], "", fee, "0.60%", yuan, "0.00", "",
        ])  # fmt: skip

    def _refund_line(self, refund: dict[str, Any]) -> str:
        yuan = f"{refund['amount']['refund'] / 100:.2f}"
        fee = f"{-refund['amount']['refund'] * 0.006 / 100:.5f}"
        return self.line([
            refund["create_time"][:19].replace("T", " "), APPID, MCHID, "0", "", refund["transaction_id"],
            refund["out_trade_no"], "oUpF8uM", "NATIVE", "REFUND", "OTHERS", "CNY", "0.00", "0.00", refund["refund_id"],
            refund["out_refund_no"], yuan, "0.00", "ORIGINAL", refund["status"], "…", "", fee, "0.60%", "0.00", yuan,
            "",
        ])  # fmt: skip

    @staticmethod
    def line(values: list[str]) -> str:
        """As a bill writes it."""
        return ",".join(f"`{value}" for value in values)
