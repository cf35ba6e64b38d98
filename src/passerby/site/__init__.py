"""The junction as configured."""

from passerby.site.calibration import errors_m, homography, to_ground, to_image
from passerby.site.fields import SiteWarning
from passerby.site.model import (
    Calibration,
    Camera,
    Crosswalk,
    Lamps,
    Lane,
    Movement,
    Signal,
    Site,
    StopLine,
    Zone,
    polygon,
    unit,
)
from passerby.site.toml import parse_site, read_site
from passerby.site.write import write_site

__all__ = [
    "Calibration",
    "Camera",
    "Crosswalk",
    "Lamps",
    "Lane",
    "Movement",
    "Signal",
    "Site",
    "SiteWarning",
    "StopLine",
    "Zone",
    "errors_m",
    "homography",
    "parse_site",
    "polygon",
    "read_site",
    "to_ground",
    "to_image",
    "unit",
    "write_site",
]
