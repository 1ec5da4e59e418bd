"""A gateway of ours that stands in for Alipay's open platform: it checks and signs as its documents say.

It is not Alipay: what only the real one knows (risk, banks, its own mistakes) is not here.
"""

import asyncio
import io
import json
import secrets
import zipfile
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from tests.payments.china import CHINA, Clock, key_of

APP_ID, SELLER_ID = "2021000122671234", "2088102169481075"
NOTIFY = "https://give.example/hooks/alipay"
HEADER = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,"
    "支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,"
    "退款批次号/请求号,服务费（元）,分润（元）,备注"
)
END = "#-----------------------------------------业务明细列表结束------------------------------------"
Answer = dict[str, Any]


class AlipayGateway:
    """Orders, refunds and bills of one app; `fault`, once set, answers the next request instead."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.base = ""
        self.orders: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.fault: web.Response | None = None
        self.pause_s = 0.0
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.more_lines: list[str] = []
        self._ids = count(1)
        self._key = key_of("Alipay")
        self._theirs = key_of("app of Alipay")

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.get("/gateway.do", self._gateway), web.get("/bill", self._download)])
        return app

    # --- what people do ---

    def scan(self, qr_code: str) -> str:
        """Somebody scans it, which makes the trade."""
        (number,) = [number for number, order in self.orders.items() if order["qr_code"] == qr_code]
        return self._open(number)

    def pay(self, number: str) -> bytes:
        """They pay; the notification of it, as it is posted to us."""
        order = self.orders[number]
        order |= {"trade_status": "TRADE_SUCCESS", "send_pay_date": self.clock.on_paper()}
        return self.notify(self.trade(number))

    def trade(self, number: str) -> dict[str, str]:
        """A trade as notifications tell it."""
        order = self.orders[number]
        told = {
            "out_trade_no": number, "trade_no": order["trade_no"], "trade_status": order["trade_status"],
            "total_amount": order["total_amount"], "receipt_amount": order["total_amount"], "subject": order["subject"],
            "buyer_id": "2088102122524333", "buyer_logon_id": "csq***@sandbox.com", "seller_id": SELLER_ID,
            "gmt_create": order["gmt_create"],
        }  # fmt: skip
        if "send_pay_date" in order:
            told["gmt_payment"] = order["send_pay_date"]
        return told

    def notify(self, form: dict[str, str], *, at: datetime | None = None, by: str = "Alipay") -> bytes:
        """A signed notification with these words in it."""
        words = {
            "app_id": APP_ID, "auth_app_id": APP_ID, "charset": "utf-8", "version": "1.0",
            "notify_type": "trade_status_sync", "notify_id": secrets.token_hex(16),
            "notify_time": self.clock.on_paper(at), **form,
        }  # fmt: skip
        text = "&".join(f"{name}={value}" for name, value in sorted(words.items()))
        return urlencode(words | {"sign_type": "RSA2", "sign": key_of(by).sign(text)}).encode()

    def refund_told(self, refund: str) -> bytes:
        """The notification of a refund: it names the sum of all refunds of the trade."""
        found = self.refunds[refund]
        number = found["out_trade_no"]
        fee = f"{sum(r['fen'] for r in self.refunds.values() if r['out_trade_no'] == number) / 100:.2f}"
        words = {"refund_fee": fee, "gmt_refund": f"{found['at']}.320", "out_biz_no": refund}
        return self.notify(self.trade(number) | words)

    # --- what is asked ---

    async def _gateway(self, request: web.Request) -> web.Response:
        words = dict(request.query)
        signature, method = words.pop("sign", ""), words.get("method", "")
        stamp = datetime.strptime(words["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
        text = "&".join(f"{name}={value}" for name, value in sorted(words.items()))
        if not self._theirs.signed(text, signature):
            return self._unsigned({"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature"})
        if words["app_id"] != APP_ID or abs(stamp - self.clock()) > timedelta(minutes=5):
            return self._unsigned({"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-timestamp"})
        content = json.loads(words["biz_content"])
        self.asked.append((method, content))
        await asyncio.sleep(self.pause_s)
        if self.fault is not None:
            answer, self.fault = self.fault, None
            return answer
        if method == "alipay.trade.wap.pay":
            self._place(content, words, "QUICK_WAP_PAY")
            self._open(content["out_trade_no"])
            return web.Response(text="<html>收银台</html>", content_type="text/html")
        calls = {
            "alipay.trade.precreate": lambda: self._precreate(content, words),
            "alipay.trade.query": lambda: self._query(content),
            "alipay.trade.close": lambda: self._close(content),
            "alipay.trade.refund": lambda: self._refund(content),
            "alipay.trade.fastpay.refund.query": lambda: self._query_refund(content),
            "alipay.data.dataservice.bill.downloadurl.query": lambda: self._bill(content),
        }
        return self.answer(method, calls[method]())

    def _precreate(self, content: Answer, words: dict[str, str]) -> Answer:
        if not self._place(content, words, None):
            return no("ACQ.CONTEXT_INCONSISTENT")
        order = self.orders[content["out_trade_no"]]
        if order["trade_status"] not in ("", "WAIT_BUYER_PAY"):
            return no("ACQ.TRADE_HAS_SUCCESS" if "send_pay_date" in order else "ACQ.TRADE_HAS_CLOSE")
        return yes(out_trade_no=content["out_trade_no"], qr_code=order["qr_code"])

    def _place(self, content: Answer, words: dict[str, str], product: str | None) -> bool:
        """Whether it is a new order, or the same again."""
        until = datetime.strptime(content["time_expire"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
        assert words["notify_url"] == NOTIFY
        assert content.get("product_code") == product
        assert until > self.clock()
        assert 0 < len(content["subject"]) <= 256
        assert not set(content["subject"]) & set("/=&")
        order = self.orders.setdefault(
            content["out_trade_no"],
            {**content, "qr_code": f"https://qr.alipay.com/bax{secrets.token_hex(8)}", "trade_status": ""},
        )
        return all(order[name] == value for name, value in content.items())

    def _open(self, number: str) -> str:
        made = {"trade_no": f"20261122220010042047{next(self._ids):08d}", "gmt_create": self.clock.on_paper()}
        order = self.orders[number]
        if not order["trade_status"]:
            order |= made | {"trade_status": "WAIT_BUYER_PAY"}
        return number

    def _query(self, content: Answer) -> Answer:
        order = self.orders.get(content["out_trade_no"])
        if order is None or not order["trade_status"]:
            return no("ACQ.TRADE_NOT_EXIST")
        until = datetime.strptime(order["time_expire"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
        if order["trade_status"] == "WAIT_BUYER_PAY" and until < self.clock():
            order["trade_status"] = "TRADE_CLOSED"
        shown = {name: order[name] for name in ("trade_no", "trade_status", "total_amount", "out_trade_no")}
        shown |= {name: order[name] for name in ("send_pay_date",) if name in order}
        return yes(**shown, buyer_logon_id="csq***@sandbox.com", buyer_user_id="2088102122524333")

    def _close(self, content: Answer) -> Answer:
        order = self.orders.get(content["out_trade_no"])
        if order is None or not order["trade_status"]:
            return no("ACQ.TRADE_NOT_EXIST")
        if order["trade_status"] != "WAIT_BUYER_PAY":
            return no("ACQ.TRADE_STATUS_ERROR")
        order["trade_status"] = "TRADE_CLOSED"
        return yes(out_trade_no=content["out_trade_no"], trade_no=order["trade_no"])

    def _refund(self, content: Answer) -> Answer:
        found = [(n, o) for n, o in self.orders.items() if o.get("trade_no") == content["trade_no"]]
        if not found:
            return no("ACQ.TRADE_NOT_EXIST")
        number, order = found[0]
        asked, paid = fen(content["refund_amount"]), fen(order["total_amount"])
        refund = self.refunds.get(content["out_request_no"])
        before = sum(r["fen"] for r in self.refunds.values() if r["out_trade_no"] == number)
        if refund is None:
            if before + asked > paid:
                return no("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
            before += asked
            self.refunds[content["out_request_no"]] = {
                "out_trade_no": number,
                "fen": asked,
                "at": self.clock.on_paper(),
            }
        elif refund["fen"] != asked:
            return no("ACQ.DISCORDANT_REPEAT_REQUEST")
        if before == paid:
            order["trade_status"] = "TRADE_CLOSED"
        return yes(
            trade_no=order["trade_no"], out_trade_no=number, refund_fee=f"{before / 100:.2f}",
            fund_change="Y" if refund is None else "N",
        )  # fmt: skip

    def _query_refund(self, content: Answer) -> Answer:
        refund = self.refunds.get(content["out_request_no"])
        if refund is None or refund["out_trade_no"] != content["out_trade_no"]:
            return yes()  # "no data: not given back"
        order = self.orders[refund["out_trade_no"]]
        more = {"gmt_refund_pay": refund["at"]} if "gmt_refund_pay" in content.get("query_options", ()) else {}
        return yes(
            trade_no=order["trade_no"], out_trade_no=refund["out_trade_no"], total_amount=order["total_amount"],
            out_request_no=content["out_request_no"], refund_amount=f"{refund['fen'] / 100:.2f}",
            refund_status="REFUND_SUCCESS", **more,
        )  # fmt: skip

    def _bill(self, content: Answer) -> Answer:
        if content["bill_type"] != "trade" or not self.lines(content["bill_date"]):
            return no("isp.bill_not_exist")
        return yes(bill_download_url=f"{self.base}/bill?day={content['bill_date']}")

    # --- bills ---

    def lines(self, day: str) -> list[str]:
        """What happened on a day, and `more_lines`."""
        found = [
            line(
                支付宝交易号=order["trade_no"], 商户订单号=number, 完成时间=order["send_pay_date"],
                商品名称=order["subject"], amount=fen(order["total_amount"]),
                fee=-round(fen(order["total_amount"]) * 0.006),
            )
            for number, order in self.orders.items()
            if order.get("send_pay_date", "").startswith(day)
        ]  # fmt: skip
        for number, refund in self.refunds.items():
            if refund["at"].startswith(day):
                order = self.orders[refund["out_trade_no"]]
                found.append(line(
                    支付宝交易号=order["trade_no"], 商户订单号=refund["out_trade_no"], 业务类型="退款",
                    完成时间=refund["at"], amount=-refund["fen"], fee=round(refund["fen"] * 0.006), number=number,
                ))  # fmt: skip
        return found + (self.more_lines if found else [])

    async def _download(self, request: web.Request) -> web.Response:
        return web.Response(body=self.packed(request.query["day"]), content_type="application/octet-stream")

    def packed(self, day: str) -> bytes:
        """The bill of a day, as it is fetched."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as files:
            name = f"{SELLER_ID}0156_{day.replace('-', '')}_业务明细"
            files.writestr(
                f"{name}(汇总).csv", "#支付宝业务汇总查询\r\n门店编号,门店名称,交易订单总笔数\r\n".encode("gbk")
            )
            files.writestr(f"{name}.csv", bill(*self.lines(day)).encode("gbk"))
        return packed.getvalue()

    # --- how it is said ---

    def answer(self, method: str, answer: Answer, *, by: str = "Alipay") -> web.Response:
        """Signed, as the gateway says it."""
        content = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        name = method.replace(".", "_") + "_response"
        text = f'{{"{name}":{content},"sign":"{key_of(by).sign(content)}"}}'
        return web.Response(text=text, content_type="text/html", charset="utf-8")

    def _unsigned(self, answer: Answer) -> web.Response:
        return web.json_response({"error_response": answer})


def bill(*lines: str) -> str:
    """The lines of business, as a bill frames them."""
    above = [
        "#支付宝业务明细查询", f"#账号：[{SELLER_ID}0156]", "#起始日期：[…]   终止日期：[…]",
        "#-----------------------------------------业务明细列表----------------------------------------",
    ]  # fmt: skip
    return "\r\n".join([*above, HEADER, *lines, END, f"#交易合计：{len(lines)}笔", "#导出时间：[…]", ""])


def line(*, amount: int, fee: int, number: str = "", **values: str) -> str:
    """One, with the tabs that keep a spreadsheet from rounding numbers."""
    row = dict.fromkeys(HEADER.split(","), "") | {"业务类型": "交易", "商品名称": "…"} | values
    paid = f"{'-' * (amount < 0)}{abs(amount) / 100:.2f}"
    row |= {
        "订单金额（元）": paid,
        "商家实收（元）": paid,
        "服务费（元）": f"{fee / 100:.2f}",
        "退款批次号/请求号": number,
    }
    for name in ("支付宝交易号", "商户订单号", "退款批次号/请求号"):
        row[name] += "\t"
    return ",".join(row.values())


def fen(text: str) -> int:
    """ "1.50" is 150."""
    whole, part = text.split(".")
    return int(whole) * 100 + int(part)


def yes(**words: str) -> Answer:
    """Done."""
    return {"code": "10000", "msg": "Success", **words}


def no(sub_code: str, code: str = "40004") -> Answer:
    """Refused, in a signed answer."""
    return {"code": code, "msg": "Business Failed", "sub_code": sub_code, "sub_msg": "…"}
