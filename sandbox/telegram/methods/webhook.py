"""Where a bot's updates go."""

from __future__ import annotations

import re
import ssl
from typing import Any

from yarl import URL

from sandbox.telegram import updates, webhooks
from sandbox.telegram.errors import bad_request
from sandbox.telegram.methods.call import Call, Note, Table
from sandbox.telegram.webhooks import Webhook

METHODS = Table()
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
USUAL_CONNECTIONS, MOST_CONNECTIONS = 40, 100


@METHODS.method(
    "setWebhook", "url certificate ip_address max_connections allowed_updates drop_pending_updates secret_token"
)
def set_webhook(call: Call) -> Any:
    """Plain http is fine here, and only this machine is reached."""
    if not call["url"]:
        return delete_webhook(call)
    new = Webhook(
        bot=call.bot.id,
        url=_url(call["url"]),
        secret=_secret(call.get("secret_token", "")),
        max_connections=min(max(call.get("max_connections", USUAL_CONNECTIONS), 1), MOST_CONNECTIONS),
        certificate=_certificate(call),
        ip_address=call.get("ip_address"),
    )
    webhooks.save(call.state, new)
    if "allowed_updates" in call.parameters:
        updates.allow(call.state, call.bot.id, call["allowed_updates"])
    if call.get("drop_pending_updates"):
        updates.drop(call.state, call.bot.id)
    return Note(True, "Webhook was set")


@METHODS.method("deleteWebhook", "drop_pending_updates")
def delete_webhook(call: Call) -> Any:
    deleted = webhooks.delete(call.state, call.bot.id)
    if call.get("drop_pending_updates"):
        updates.drop(call.state, call.bot.id)
    return Note(True, "Webhook was deleted" if deleted else "Webhook is already deleted")


@METHODS.method("getWebhookInfo")
def get_webhook_info(call: Call) -> Any:
    webhook = webhooks.find(call.state, call.bot.id)
    info: dict[str, Any] = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": bool(webhook and webhook.certificate),
        "pending_update_count": updates.pending(call.state, call.bot.id),
    }
    if webhook:
        info["max_connections"] = webhook.max_connections
        info["ip_address"] = webhook.ip_address or "127.0.0.1"
        if webhook.error_at is not None:
            info |= {"last_error_date": webhook.error_at, "last_error_message": webhook.error}
    kinds = updates.allowed(call.state, call.bot.id)
    return info | ({"allowed_updates": kinds} if kinds else {})


def _url(text: str) -> str:
    try:
        url = URL(text if "://" in text else f"https://{text}")
        host = url.host
    except ValueError:
        raise bad_request("bad webhook: invalid webhook URL specified") from None
    if url.scheme not in ("http", "https") or not host:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if host not in LOOPBACK:
        raise bad_request("bad webhook: Failed to resolve host: the sandbox reaches 127.0.0.1 and localhost only")
    return str(url)


def _secret(text: str) -> str:
    if len(text) > 256:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise bad_request("secret token contains unallowed characters")
    return text


def _certificate(call: Call) -> str | None:
    upload = call.uploads.get("certificate")
    if upload is None:
        return None
    try:
        text = upload.bytes.decode("ascii")
        ssl.create_default_context(cadata=text)
    except (ValueError, ssl.SSLError):
        raise bad_request("bad webhook: can't read the certificate; it is a public key in PEM") from None
    return text
