"""Proof that nothing kept can tell who somebody is, and the papers that say so."""

from __future__ import annotations

from passerby.privacy.finding import Finding
from passerby.privacy.report import Operator, impact_assessment, street_sign, to_html
from passerby.privacy.verify import verify

__all__ = ["Finding", "Operator", "impact_assessment", "street_sign", "to_html", "verify"]
