/** The palette of plans: a calm night street; road users and lamps are what is bright. */

export const INK = {
  ground: "#0b1216",
  sidewalk: "#141e24",
  road: "#1d2930",
  roadEdge: "#2c3b44",
  lane: "#33444e",
  cycle: "#1d3a3c",
  bus: "#2d2f45",
  mark: "#5d707b",
  zebra: "#71838d",
  place: "#ffd27a",
  text: "#eef4f6",
} as const;

export const USER_INK: Record<string, string> = {
  pedestrian: "#ffd27a",
  cyclist: "#74e3c0",
  motorcycle: "#a8f0da",
  car: "#c6d5de",
  van: "#b3c6d4",
  truck: "#93aec4",
  bus: "#8fbcff",
  tram: "#b7a7ff",
  other: "#aebbc2",
};

const LAMP: Record<string, string> = {
  red: "#ff5a52",
  red_amber: "#ff8f3f",
  amber: "#ffc247",
  green: "#38d08a",
  flashing_amber: "#ffc247",
  flashing_red: "#ff5a52",
  walk: "#38d08a",
  clear: "#ffc247",
  dont_walk: "#ff5a52",
};

/** Colour of a lamp, null where it is dark or unknown. Flashing states are shown steady: nothing here flashes. */
export function lampInk(state: string | undefined): string | null {
  return (state !== undefined && LAMP[state]) || null;
}
