/** From few to many, told apart by lightness as well as by hue. */
export function heatInk(share: number): string {
  const k = Math.min(Math.max(share, 0), 1);
  return `hsl(${Math.round(265 - 215 * k)} ${Math.round(55 + 40 * k)}% ${Math.round(34 + 38 * k)}%)`;
}
