"""Only this machine's own pages and programs get in."""

from __future__ import annotations

import io

import pytest

from tests.sandbox.conftest import CREATOR, TOKEN, Client


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "169.254.1.1", ""])
async def test_another_host_name_is_refused_everywhere(box: Client, host: str) -> None:
    for path in ("/", "/api/users", f"/bot{TOKEN}/getMe", "/pay/x", "/rail/events", "/static/style.css"):
        async with box.http.get(box.url + path, headers={"Host": host}) as response:
            assert response.status == 403, path


async def test_localhost_is_this_machine_too(box: Client) -> None:
    async with box.http.get(f"{box.url}/api/users", headers={"Host": "localhost:1234"}) as response:
        assert response.status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost:1"])
async def test_a_page_of_another_site_can_not_post(box: Client, origin: str) -> None:
    for path in (f"/api/users/{CREATOR}/messages", "/pay/x", "/rail/payments", f"/bot{TOKEN}/getMe"):
        async with box.http.post(box.url + path, data="{}", headers={"Origin": origin}) as response:
            assert response.status == 403, path


async def test_our_own_page_can(box: Client) -> None:
    url = f"{box.url}/api/users/{CREATOR}/language"
    async with box.http.post(url, json={"language": "en"}, headers={"Origin": box.url}) as response:
        assert response.status == 200


async def test_pages_run_nothing_but_our_own_files(box: Client) -> None:
    for path in ("/", "/static/style.css", "/pay/x", "/api/users", "/nowhere"):
        async with box.http.get(box.url + path) as response:
            policy = response.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; script-src 'self';")
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            # With no-referrer browsers would send the pay page's own form with "Origin: null".
            assert response.headers["Referrer-Policy"] == "same-origin"


async def test_the_page_and_its_files_are_served_and_nothing_beside_them(box: Client) -> None:
    async with box.http.get(f"{box.url}/") as response:
        assert (response.status, response.content_type) == (200, "text/html")
    for path in ("/static/", "/static/%2e%2e/seed.yaml", "/static/..%2fseed.yaml"):
        async with box.http.get(box.url + path) as response:
            assert response.status in (403, 404), path


async def test_a_request_over_a_megabyte_is_refused(box: Client) -> None:
    for path in (f"/bot{TOKEN}/sendMessage", f"/api/users/{CREATOR}/messages", "/pay/x"):
        async with box.http.post(box.url + path, data=io.BytesIO(b"x" * 1_100_000)) as response:
            assert response.status == 413, path
