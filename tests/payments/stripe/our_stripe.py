"""Our Stripe over HTTP, on loopback: forms in, JSON out, idempotency keys, accounts, pages, expansion, faults.

Every request is held to the library's types before anything else (shapes.py); what is wrong stands in `wrong`, too.
"""

import copy
import json
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from stripe import WebhookSignature

from tests.payments.stripe.our_books import API_VERSION, OurBooks, Refusal, Thing
from tests.payments.stripe.shapes import Tree, odd_fields, route_of, tree_of, wrong_in

API_KEY = "sk_test_ours"
SECRET, CONNECT_SECRET = "whsec_platform", "whsec_connected"
LEAST = {"cny": 360, "usd": 50}
HANG, HALF, NOT_JSON = -1, -2, -3  # faults, beside the statuses
Answer = Callable[["OurStripe", list[str], Tree, str | None], Thing]


class OurStripe:
    """`books` is what it knows; `asked` what it was asked: method, path, parameters, account, idempotency key."""

    def __init__(self, books: OurBooks | None = None) -> None:
        self.books = books or OurBooks()
        self.url = ""
        self.asked: list[tuple[str, str, Tree, str | None, str | None]] = []
        self.wrong: list[str] = []
        self.faults: deque[int] = deque()
        self._answers: dict[tuple[str | None, str], tuple[str, int, Thing]] = {}
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/v1/{rest:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        text = request.query_string if request.method == "GET" else (await request.read()).decode()
        tree = tree_of(parse_qsl(text, keep_blank_values=True))
        account, key = request.headers.get("Stripe-Account"), request.headers.get("Idempotency-Key")
        self.asked.append((request.method, request.path, tree, account, key))
        if self.faults:
            return await self._fault(request, self.faults.popleft())
        said = json.dumps([request.method, request.path, tree], sort_keys=True)
        if request.method == "POST" and key is not None and (account, key) in self._answers:
            before, status, body = self._answers[account, key]
            if before != said:
                return self._refused(Refusal(400, None, "idempotency_error"))
            return web.json_response(body, status=status, headers={"Idempotent-Replayed": "true"})
        try:
            self._admit(request, tree)
            body, status = self._do(request, tree, account), 200
        except Refusal as refusal:
            body, status = {"error": refusal.error}, refusal.status
        if request.method == "POST" and key is not None:
            self._answers[account, key] = (said, status, copy.deepcopy(body))
        return web.json_response(body, status=status)

    async def _fault(self, request: web.Request, fault: int) -> web.StreamResponse:
        assert request.transport is not None
        if fault == NOT_JSON:
            return web.Response(text="<html>")
        if fault == HALF:
            half = web.StreamResponse(headers={"Content-Length": "1000"})
            await half.prepare(request)
            await half.write(b'{"id":')
            request.transport.close()
            return half
        if fault == HANG:
            request.transport.close()
        error = {"error": {"type": "api_error", "message": "no"}}
        return web.json_response(error, status=fault if fault > 0 else 500)

    def _refused(self, refusal: Refusal) -> web.Response:
        return web.json_response({"error": refusal.error}, status=refusal.status)

    def _admit(self, request: web.Request, tree: Tree) -> None:
        if request.headers.get("Authorization") != f"Bearer {API_KEY}":
            raise Refusal(401, None)
        lines = wrong_in(request.method, request.path, tree)
        if request.headers.get("Stripe-Version") != API_VERSION:
            lines.append(f"Stripe-Version: {request.headers.get('Stripe-Version')}")
        self.wrong += lines
        if lines:
            raise Refusal(400, "parameter_unknown")

    def _do(self, request: web.Request, tree: Tree, account: str | None) -> Thing:
        method, route = route_of(request.method, request.path)
        names, parts = route.split("/"), request.path.split("/")
        ids = [part for name, part in zip(names, parts, strict=True) if name == "{}"]
        found = self._shown(ANSWERS[method, route](self, ids, tree, account), list(tree.get("expand", {}).values()))
        assert not odd_fields(found), odd_fields(found)
        return found

    # --- how things are shown ---

    def _shown(self, thing: Thing, paths: list[str]) -> Thing:
        found: Thing = copy.deepcopy(thing)
        if found["object"] == "list":
            found["data"] = [self.books.plain(one) for one in found["data"]]
        else:
            found = self.books.plain(found)
        for path in paths:
            self._expand(found, path.split("."))
        return found

    def _expand(self, at: Any, path: list[str]) -> None:
        if not path or not isinstance(at, dict):
            return
        name, rest = path[0], path[1:]
        if name == "refunds" and "refunds" not in at:
            ids = self.books.things[at["id"]]["refunds"]["data"]
            data = [copy.deepcopy(self.books.things[id_]) for id_ in ids[:10]]
            at["refunds"] = {"object": "list", "data": data, "has_more": len(ids) > 10, "url": "/v1/refunds"}
        value = at.get(name)
        if isinstance(value, str) and value in self.books.things:
            at[name] = copy.deepcopy(self.books.plain(self.books.things[value]))
        for one in at[name] if isinstance(at.get(name), list) else [at.get(name)]:
            self._expand(one, rest)

    def listed(self, found: list[Thing], tree: Tree) -> Thing:
        """One page, newest first."""
        created = tree.get("created", {})
        if "gte" in created:
            found = [one for one in found if one["created"] >= int(created["gte"])]
        if "lte" in created:
            found = [one for one in found if one["created"] <= int(created["lte"])]
        if "lt" in created:
            found = [one for one in found if one["created"] < int(created["lt"])]
        if "starting_after" in tree:
            ids = [one["id"] for one in found]
            found = found[ids.index(tree["starting_after"]) + 1 :]
        limit = int(tree.get("limit", 10))
        return {"object": "list", "data": found[:limit], "has_more": len(found) > limit, "url": "/"}

    # --- webhooks ---

    def delivered(self, event: Thing, at: int | None = None) -> tuple[bytes, dict[str, str]]:
        """The body and headers as they come to the endpoint, signed with its secret: at the event's time, or later."""
        body = json.dumps(event)
        secret = CONNECT_SECRET if "account" in event else SECRET
        header = WebhookSignature.generate_signature_header(body, secret, at or event["created"])
        return body.encode(), {"Stripe-Signature": header}

    def take_told(self) -> list[Thing]:
        """The events since last time."""
        told, self.books.told = self.books.told, []
        return told


def _session(our: OurStripe, ids: list[str], tree: Tree, account: str | None) -> Thing:
    mode, items = tree["mode"], list(tree.get("line_items", {}).values())
    if mode == "payment" and not items:
        raise Refusal(400, "parameter_missing")
    amount = sum(int(one["price_data"]["unit_amount"]) * int(one.get("quantity", 1)) for one in items)
    currency = items[0]["price_data"]["currency"] if items else tree["currency"]
    if mode == "payment" and amount < LEAST.get(currency, 50):
        raise Refusal(400, "amount_too_small")
    if "expires_at" in tree and not 1800 <= int(tree["expires_at"]) - our.books.clock <= 86400:
        raise Refusal(400, None)  # docs.stripe.com/api/checkout/sessions/create: 30 minutes to 24 hours from now
    session = our.books.put(
        "cs_test", "checkout.session", account, amount_total=amount if items else None, currency=currency, mode=mode,
        client_reference_id=tree.get("client_reference_id"), metadata=tree.get("metadata", {}), payment_intent=None,
        payment_status="unpaid" if mode == "payment" else "no_payment_required", setup_intent=None, status="open",
        url=f"{our.url}/pay", livemode=False, customer=None, expires_at=int(tree.get("expires_at", 0)),
        success_url=tree["success_url"], cancel_url=tree["cancel_url"], locale=tree.get("locale"),
    )  # fmt: skip
    our.books.plans[session["id"]] = tree
    return session


def _expire(our: OurStripe, ids: list[str], tree: Tree, account: str | None) -> Thing:
    session = our.books.get(ids[0], account, "checkout.session")
    if session["status"] != "open":
        raise Refusal(400, None)
    return our.books.expire(ids[0])


def _intent(our: OurStripe, ids: list[str], tree: Tree, account: str | None) -> Thing:
    amount, method = int(tree["amount"]), our.books.get(tree["payment_method"], account, "payment_method")
    if amount < LEAST.get(tree["currency"], 50):
        raise Refusal(400, "amount_too_small")
    if method["customer"] != tree["customer"] or method["customer"] is None:
        raise Refusal(400, "payment_method_unexpected_state")
    if method["card"]["last4"] == "0341":
        intent = our.books.intent(account, amount, tree["currency"], tree)
        our.books.tell("payment_intent.payment_failed", intent, account)
        raise Refusal(402, "card_declined", "card_error")
    return our.books.charge(account, amount, tree["currency"], tree)


def _cancel(our: OurStripe, ids: list[str], tree: Tree, account: str | None) -> Thing:
    intent = our.books.get(ids[0], account, "payment_intent")
    if intent["status"] in ("succeeded", "canceled"):
        raise Refusal(400, "payment_intent_unexpected_state")
    intent["status"] = "canceled"
    our.books.tell("payment_intent.canceled", intent, account)
    return intent


def _search(our: OurStripe, ids: list[str], tree: Tree, account: str | None) -> Thing:
    name, _, value = tree["query"].removeprefix("metadata['").partition("']:'")
    found = our.books.all_of("payment_intent", account)
    return our.listed([one for one in found if one["metadata"].get(name) == value.removesuffix("'")], tree) | {
        "object": "list"
    }  # fmt: skip


def _refund(our: OurStripe, ids: list[str], tree: Tree, account: str | None) -> Thing:
    intent = our.books.get(tree["payment_intent"], account, "payment_intent")
    if tree.get("reverse_transfer") == "true" and not intent["transfer_data"]:
        raise Refusal(400, None)
    return our.books.refund(intent, int(tree["amount"]), tree.get("metadata"))


def _reversal(our: OurStripe, ids: list[str], tree: Tree, account: str | None) -> Thing:
    transfer = our.books.get(ids[0], account, "transfer")
    return our.books.take_back(transfer, int(tree["amount"]), tree.get("metadata"))


def _listed(kind: str, *by: str) -> Answer:
    def answer(our: OurStripe, ids: list[str], tree: Tree, account: str | None) -> Thing:
        found = our.books.all_of(kind, account)
        return our.listed([one for one in found if all(one[name] == tree.get(name, one[name]) for name in by)], tree)

    return answer


def _one(kind: str) -> Answer:
    return lambda our, ids, tree, account: our.books.get(ids[0], account, kind)


def _account(our: OurStripe, ids: list[str], tree: Tree, account: str | None) -> Thing:
    return our.books.put(
        "acct", "account", None, charges_enabled=False, payouts_enabled=False, details_submitted=False,
        country=tree["country"], business_profile=tree["business_profile"], metadata=tree.get("metadata", {}),
        controller={"type": "application", "is_controller": True, **tree["controller"]},
        requirements={"currently_due": ["business_profile.url", "external_account"], "disabled_reason": None},
    )  # fmt: skip


def _all_accounts(our: OurStripe, ids: list[str], tree: Tree, account: str | None) -> Thing:
    return our.listed(our.books.all_of("account", None), tree)


def _account_link(our: OurStripe, ids: list[str], tree: Tree, account: str | None) -> Thing:
    our.books.get(tree["account"], None, "account")
    return {"object": "account_link", "created": our.books.clock, "url": f"{our.url}/setup/{tree['account']}",
            "expires_at": our.books.clock + 300}  # fmt: skip


def _detach(our: OurStripe, ids: list[str], tree: Tree, account: str | None) -> Thing:
    method = our.books.get(ids[0], account, "payment_method")
    if method["customer"] is None:
        raise Refusal(400, None)
    method["customer"] = None
    return method


def _delete_customer(our: OurStripe, ids: list[str], tree: Tree, account: str | None) -> Thing:
    our.books.get(ids[0], account, "customer")
    del our.books.things[ids[0]]
    for method in our.books.all_of("payment_method", account):
        if method["customer"] == ids[0]:
            method["customer"] = None
    return {"id": ids[0], "object": "customer", "deleted": True}


ANSWERS: dict[tuple[str, str], Answer] = {
    ("POST", "/v1/checkout/sessions"): _session,
    ("GET", "/v1/checkout/sessions"): _listed("checkout.session"),
    ("GET", "/v1/checkout/sessions/{}"): _one("checkout.session"),
    ("POST", "/v1/checkout/sessions/{}/expire"): _expire,
    ("POST", "/v1/payment_intents"): _intent,
    ("GET", "/v1/payment_intents/search"): _search,
    ("GET", "/v1/payment_intents/{}"): _one("payment_intent"),
    ("POST", "/v1/payment_intents/{}/cancel"): _cancel,
    ("POST", "/v1/refunds"): _refund,
    ("GET", "/v1/refunds"): _listed("refund", "payment_intent"),
    ("GET", "/v1/refunds/{}"): _one("refund"),
    ("GET", "/v1/disputes"): _listed("dispute", "payment_intent"),
    ("POST", "/v1/transfers"): lambda our, ids, tree, account: our.books.pass_on(tree),
    ("POST", "/v1/transfers/{}/reversals"): _reversal,
    ("GET", "/v1/transfers"): _listed("transfer", "transfer_group"),
    ("GET", "/v1/transfers/{}"): _one("transfer"),
    ("GET", "/v1/balance_transactions"): _listed("balance_transaction"),
    ("POST", "/v1/accounts"): _account,
    ("GET", "/v1/accounts"): _all_accounts,
    ("GET", "/v1/accounts/{}"): _one("account"),
    ("POST", "/v1/account_links"): _account_link,
    ("GET", "/v1/payment_methods/{}"): _one("payment_method"),
    ("POST", "/v1/payment_methods/{}/detach"): _detach,
    ("DELETE", "/v1/customers/{}"): _delete_customer,
    ("GET", "/v1/balance"): lambda our, ids, tree, account: {
        "object": "balance",
        "livemode": our.books.live,
        "available": [],
        "pending": [],
    },
    ("GET", "/v1/webhook_endpoints"): _listed("webhook_endpoint"),
}
