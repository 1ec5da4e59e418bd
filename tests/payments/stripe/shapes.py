"""Holds requests to the parameter types of the installed library, and our fake's objects to its classes.

A request is checked as it travels: a form, in which everything is text. The types say `Literal[...] | str`, for values
of days to come; here a word that the library does not know is wrong.
"""

import re
import sys
from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Any, ForwardRef, Literal, NotRequired, Required, Union, get_args, get_origin

import stripe
from stripe import RequestOptions
from stripe import params as p
from stripe.params import checkout

Tree = dict[str, Any]
# What we may ask, and by which type; ids stand as {}.
REQUESTS: dict[tuple[str, str], Any] = {
    ("POST", "/v1/checkout/sessions"): checkout.SessionCreateParams,
    ("GET", "/v1/checkout/sessions"): checkout.SessionListParams,
    ("GET", "/v1/checkout/sessions/{}"): checkout.SessionRetrieveParams,
    ("POST", "/v1/checkout/sessions/{}/expire"): checkout.SessionExpireParams,
    ("POST", "/v1/payment_intents"): p.PaymentIntentCreateParams,
    ("GET", "/v1/payment_intents/search"): p.PaymentIntentSearchParams,
    ("GET", "/v1/payment_intents/{}"): p.PaymentIntentRetrieveParams,
    ("POST", "/v1/payment_intents/{}/cancel"): p.PaymentIntentCancelParams,
    ("POST", "/v1/refunds"): p.RefundCreateParams,
    ("GET", "/v1/refunds"): p.RefundListParams,
    ("GET", "/v1/refunds/{}"): p.RefundRetrieveParams,
    ("GET", "/v1/disputes"): p.DisputeListParams,
    ("POST", "/v1/transfers"): p.TransferCreateParams,
    ("POST", "/v1/transfers/{}/reversals"): p.TransferReversalCreateParams,
    ("GET", "/v1/transfers"): p.TransferListParams,
    ("GET", "/v1/transfers/{}"): p.TransferRetrieveParams,
    ("GET", "/v1/balance_transactions"): p.BalanceTransactionListParams,
    ("POST", "/v1/accounts"): p.AccountCreateParams,
    ("GET", "/v1/accounts"): p.AccountListParams,
    ("GET", "/v1/accounts/{}"): p.AccountRetrieveParams,
    ("POST", "/v1/account_links"): p.AccountLinkCreateParams,
    ("GET", "/v1/payment_methods/{}"): p.PaymentMethodRetrieveParams,
    ("POST", "/v1/payment_methods/{}/detach"): p.PaymentMethodDetachParams,
    ("DELETE", "/v1/customers/{}"): p.CustomerDeleteParams,
    ("GET", "/v1/balance"): p.BalanceRetrieveParams,
    ("GET", "/v1/webhook_endpoints"): p.WebhookEndpointListParams,
}
OBJECTS: dict[str, type] = {
    "checkout.session": stripe.checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "setup_intent": stripe.SetupIntent,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "transfer": stripe.Transfer,
    "transfer_reversal": stripe.TransferReversal,
    "payout": stripe.Payout,
    "balance_transaction": stripe.BalanceTransaction,
    "account": stripe.Account,
    "account_link": stripe.AccountLink,
    "payment_method": stripe.PaymentMethod,
    "customer": stripe.Customer,
    "balance": stripe.Balance,
    "webhook_endpoint": stripe.WebhookEndpoint,
    "event": stripe.Event,
}


def tree_of(form: list[tuple[str, str]]) -> Tree:
    """`a[b][0]=c` as nested dictionaries; lists keep their numbers as keys."""
    tree: Tree = {}
    for name, value in form:
        path = re.findall(r"[^\[\]]+", name)
        inner = tree
        for part in path[:-1]:
            inner = inner.setdefault(part, {})
        inner[path[-1]] = value
    return tree


def route_of(method: str, path: str) -> tuple[str, str]:
    """The request's place in REQUESTS."""
    if (method, path) in REQUESTS:
        return method, path
    return method, re.sub(r"/[a-z]+_[A-Za-z0-9_-]+(?=/|$)", _blank, path)


def _blank(part: re.Match[str]) -> str:
    """`/pi_1` is an id; `/payment_intents` and the like are names."""
    names = {name for _, path in REQUESTS for name in path.split("/")}
    return part[0] if part[0][1:] in names else "/{}"


def wrong_in(method: str, path: str, tree: Tree) -> list[str]:
    """What the library's types don't allow in this request, each with its place."""
    kind = REQUESTS.get(route_of(method, path))
    if kind is None:
        return [f"{method} {path}: not a request that we make"]
    return wrong(kind, tree)


def wrong(kind: Any, given: Any, place: str = "", names: Mapping[str, Any] | None = None) -> list[str]:
    """Where `given`, as it travels, is not of this type."""
    names = names or {}
    if isinstance(kind, ForwardRef | str):
        text = kind if isinstance(kind, str) else kind.__forward_arg__
        return wrong(eval(text, dict(names)), given, place, names)  # the library's own words
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (NotRequired, Required):
        return wrong(inner[0], given, place, names)
    if origin in (Union, UnionType):
        return _wrong_in_all(_narrow(inner, names), given, place, names)
    if origin is Literal:
        return [] if given in inner else [f"{place}: {given!r} is none of {inner}"]
    if origin is list:
        return _wrong_in_list(inner[0], given, place, names)
    if origin is dict:
        good = isinstance(given, dict) and all(isinstance(value, str) for value in given.values())
        return [] if good else [f"{place}: not a flat dictionary"]
    if hasattr(kind, "__required_keys__"):
        return _wrong_in_typed(kind, given, place)
    pattern = {int: "-?[0-9]+", bool: "(?i)true|false", str: "(?s).*"}.get(kind)
    if pattern is not None and isinstance(given, str) and re.fullmatch(pattern, given):
        return []
    return [f"{place}: {given!r} is not of {kind}"]


def _narrow(kinds: tuple[Any, ...], names: Mapping[str, Any]) -> list[Any]:
    """Without the `str` that stands for words of days to come."""
    words = [kind for kind in kinds if get_origin(kind) is Literal and any(get_args(kind))]
    return [kind for kind in kinds if not (words and kind is str)]


def _wrong_in_all(kinds: list[Any], given: Any, place: str, names: Mapping[str, Any]) -> list[str]:
    found = [wrong(kind, given, place, names) for kind in kinds]
    return [] if not all(found) else min(found, key=len)


def _wrong_in_list(kind: Any, given: Any, place: str, names: Mapping[str, Any]) -> list[str]:
    if not isinstance(given, dict) or list(given) != [str(n) for n in range(len(given))]:
        return [f"{place}: not a list"]
    return [line for n, one in given.items() for line in wrong(kind, one, f"{place}[{n}]", names)]


def _wrong_in_typed(kind: Any, given: Any, place: str) -> list[str]:
    if not isinstance(given, dict):
        return [f"{place}: not a dictionary"]
    fields = {name: one for name, one in kind.__annotations__.items() if name not in RequestOptions.__annotations__}
    names = vars(sys.modules[kind.__module__])
    lines = [f"{place}.{name}: unknown" for name in given if name not in fields]
    lines += [f"{place}.{name}: missing" for name in kind.__required_keys__ & fields.keys() if name not in given]
    for name, value in given.items():
        if name in fields:
            lines += wrong(fields[name], value, f"{place}.{name}", names)
    return lines


@cache
def _known(kind: type) -> frozenset[str]:
    return frozenset(name for base in kind.__mro__ for name in vars(base).get("__annotations__", {}))


def odd_fields(thing: Any) -> list[str]:
    """Fields of our fake's objects, at any depth, that the library's classes do not have."""
    if isinstance(thing, list):
        return [line for one in thing for line in odd_fields(one)]
    if not isinstance(thing, dict):
        return []
    kind = OBJECTS.get(str(thing.get("object")))
    known = _known(kind) if kind else thing.keys()
    lines = [f"{thing.get('object')}.{name}" for name in thing if name not in known]
    return lines + [line for one in thing.values() for line in odd_fields(one)]
