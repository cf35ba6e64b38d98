"""What lies under operators' plans: the configured map tiles and certified plates, and where the plan is on the map."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from passerby.serve.access import require
from passerby.serve.problems import documented
from passerby.serve.public import PlateView, plates_of
from passerby.serve.service import TheJunction, TheService

router = APIRouter(
    prefix="/api/v1/junctions/{id}/background",
    tags=["site"],
    dependencies=[Depends(require("operator"))],
    responses=documented(401, 403, 404),
)


class TileSource(BaseModel):
    """Where tiles come from."""

    url: str = Field(description="Address with {z}, {x} and {y} (or {-y}).")
    attribution: str


class Background(BaseModel):
    """What lies under a plan, and where the plan is."""

    origin: tuple[float, float] = Field(description="Latitude and longitude of the plan's (0, 0).")
    tiles: TileSource | None = Field(description="Null where no server of tiles is configured.")
    plates: list[PlateView]


@router.get("")
def background(junction: TheJunction, service: TheService) -> Background:
    """The configured map tiles and the junction's certified plates."""
    tiles = service.tiles
    return Background(
        origin=junction.site.origin,
        tiles=None if tiles is None else TileSource(url=tiles.url, attribution=tiles.attribution),
        plates=plates_of(junction),
    )
