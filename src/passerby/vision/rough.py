"""A guessed ground as a calibration that site.toml can hold: four pixels and where they are thought to lie."""

from __future__ import annotations

from typing import Final

import numpy as np

from passerby.site.model import Calibration
from passerby.vision.view import View

FAR_M: Final = 60.0
COLUMNS: Final = (0.1, 0.9)


def rough_calibration(view: View) -> Calibration:
    """Pairs in the corners of what the view sees of the ground up to FAR_M; metres to a centimetre."""
    rows = np.linspace(0.0, 0.75, 16) * view.height
    middle = np.column_stack([np.full(len(rows), view.width / 2.0), rows])
    reach = np.linalg.norm(view.ground(middle) - view.centre[:2], axis=1)
    near = rows[reach < FAR_M]
    top = near[0] if len(near) else rows[-1]
    image = np.array(
        [(view.width * c, y) for y, columns in ((view.height, COLUMNS), (top, COLUMNS[::-1])) for c in columns]
    )
    ground = np.round(view.ground(image), 2)
    return Calibration(
        tuple((round(float(x), 1), round(float(y), 1)) for x, y in image),
        tuple((float(x), float(y)) for x, y in ground),
        size=(view.width, view.height),
    )
