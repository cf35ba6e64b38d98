/**
 * Between a site's ground plane and longitude/latitude: the plane that touches the WGS 84 ellipsoid at the origin, as
 * in passerby/site/geodesy.py. Degrees and metres.
 */
import type { Point } from "./types";

const SEMI_MAJOR_M = 6378137;
const FLATTENING = 1 / 298.257223563;
const E2 = FLATTENING * (2 - FLATTENING);
const RAD = Math.PI / 180;
type Vector = [number, number, number];
const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function earthCentred(lat: number, lon: number): Vector {
  const [phi, lam] = [lat * RAD, lon * RAD];
  const n = SEMI_MAJOR_M / Math.sqrt(1 - E2 * Math.sin(phi) ** 2);
  return [n * Math.cos(phi) * Math.cos(lam), n * Math.cos(phi) * Math.sin(lam), n * (1 - E2) * Math.sin(phi)];
}

export interface Ground { toLonLat: (at: Point) => Point; toGround: (lonLat: Point) => Point }

/** origin: latitude, longitude of ground (0, 0). */
export function groundAt(origin: readonly [number, number]): Ground {
  const [phi, lam] = [origin[0] * RAD, origin[1] * RAD];
  const east: Vector = [-Math.sin(lam), Math.cos(lam), 0];
  const north: Vector = [-Math.sin(phi) * Math.cos(lam), -Math.sin(phi) * Math.sin(lam), Math.cos(phi)];
  const up: Vector = [Math.cos(phi) * Math.cos(lam), Math.cos(phi) * Math.sin(lam), Math.sin(phi)];
  const base = earthCentred(origin[0], origin[1]);
  const squash = 1 / (1 - E2);
  const flat = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2] * squash;
  return {
    toLonLat([x, y]) {
      const p = [0, 1, 2].map((k) => base[k] + x * east[k] + y * north[k]) as Vector;
      const [a, b, c] = [flat(up, up), flat(p, up), flat(p, p) - SEMI_MAJOR_M ** 2];
      const h = -c / (b + Math.sqrt(Math.max(b * b - a * c, 0)));
      const q = p.map((v, k) => v + h * up[k]) as Vector;
      return [Math.atan2(q[1], q[0]) / RAD, Math.atan2(q[2], (1 - E2) * Math.hypot(q[0], q[1])) / RAD];
    },
    toGround([lon, lat]) {
      const away = earthCentred(lat, lon).map((v, k) => v - base[k]) as Vector;
      return [dot(away, east), dot(away, north)];
    },
  };
}
