"""Rows measured over HTTP: the service in this process, its callers in another, as they are in life."""

from bench.over_http.rows import NAMES, measure_over_http, on_site

__all__ = ["NAMES", "measure_over_http", "on_site"]
