"""The report as the server gives it: from the store's tables, with how the cameras are doing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pyarrow as pa

from passerby.screen.before_after import BeforeAfter
from passerby.screen.pdf import report_pdf
from passerby.screen.report import report_html
from passerby.serve.junction import Junction


def reported(
    junction: Junction,
    results: Mapping[str, pa.Table],
    format: Literal["html", "pdf"],
    public: bool,
    change: BeforeAfter | None,
    language: str = "en",
) -> tuple[bytes, str]:
    """The report's bytes and media type."""
    store = junction.store
    keep = {t: ttl.total_seconds() / 86400 for t in store.tables if (ttl := store.ttl(t))} if store else {}
    page = report_html(
        junction.site,
        results,
        public=public,
        keep_days=keep,
        cameras=None if public else list(junction.cameras.values()),
        change=change,
        played=junction.recording.times if junction.recording is not None else 0,
        language=language,
    )
    if format == "pdf":
        return report_pdf(page), "application/pdf"
    return page.encode(), "text/html; charset=utf-8"
