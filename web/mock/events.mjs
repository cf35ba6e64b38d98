// Made-up events, counts and rankings for the operator's pages.
const VIOLATIONS = ["red_light", "late_start", "outside_crosswalk", "speeding", "failure_to_yield", "stop_line_overrun", "lane_misuse"];
const CLASSES = ["car", "cyclist", "pedestrian", "van", "truck", "bus"];
const SEVERITIES = ["slight", "moderate", "serious"];

export function makeEvents(plan, n, random) {
  const one = (list) => list[Math.floor(random() * list.length)];
  const now = Date.now();
  const places = [...plan.stop_lines.map((s) => [s.id, s.points[0]]), ...plan.crosswalks.map((c) => [c.id, c.polygon[0]])];
  return Array.from({ length: n }, (_, i) => {
    const [place, [px, py]] = one(places);
    const conflict = random() < 0.4;
    const base = {
      event: `e${String(n - i).padStart(5, "0")}`, t: new Date(now - i * 97_000 - random() * 60_000).toISOString(),
      x: px + random() * 4 - 2, y: py + random() * 4 - 2, place, confidence: 0.7 + random() * 0.3,
      mark: random() < 0.2 ? { verdict: random() < 0.85 ? "confirmed" : "false", note: "" } : null,
    };
    if (conflict)
      return { ...base, table: "conflicts", kind: one(["rear-end", "crossing", "lane-change"]), class_a: one(CLASSES), class_b: one(CLASSES), severity: one(SEVERITIES), ttc_s: 0.4 + random() * 1.1, pet_s: random() * 4, max_speed_mps: 3 + random() * 12, delta_v_mps: random() * 8 };
    const kind = one(VIOLATIONS);
    return { ...base, table: "violations", kind, class: kind === "outside_crosswalk" || kind === "late_start" ? "pedestrian" : one(CLASSES), signal: one(plan.stop_lines).signal, state: "red", into_state_s: random() * 9, speed_mps: 4 + random() * 12, duration_s: random() * 3 };
  });
}

export function detail(row, street) {
  const others = street.users.filter((u) => u.x !== undefined).slice(0, 14);
  const rad = Math.PI / 180;
  const tracks = [
    { name: row.class ?? row.class_a, heading: 80, speed: 9, x: row.x, y: row.y },
    ...(row.class_b ? [{ name: row.class_b, heading: 170, speed: 4, x: row.x + 1, y: row.y }] : []),
    ...others,
  ].map((u, i) => ({
    track: i + 1, class: u.name,
    samples: Array.from({ length: 81 }, (_, k) => {
      const dt = k / 10;
      const v = Math.max(u.speed - 0.3 * dt, 0.5);
      const s = (dt - 5) * v;
      return [dt, u.x + Math.sin(u.heading * rad) * s, u.y + Math.cos(u.heading * rad) * s, u.heading, v];
    }),
  }));
  const signals = Object.entries(street.bySignal()).map(([signal, state]) => [0, signal, state]);
  signals.push([4.2, row.signal ?? "K1", "red"]);
  const t = Date.parse(row.t);
  return { event: row, window: { t0: new Date(t - 5000).toISOString(), t1: new Date(t + 3000).toISOString() }, tracks, signals, linked: [] };
}

export function counts(plan, minutes, random) {
  const rows = [];
  const now = Math.floor(Date.now() / (minutes * 60_000)) * minutes * 60_000;
  const bins = Math.round((6 * 60) / minutes);
  for (let i = bins; i > 0; i--)
    for (const { id } of plan.stop_lines.slice(0, 4))
      for (const movement of ["left", "through"])
        for (const cls of ["car", "cyclist", "truck"])
          rows.push({ t0: new Date(now - i * minutes * 60_000).toISOString(), t1: new Date(now - (i - 1) * minutes * 60_000).toISOString(), place: id, movement, class: cls, n: Math.round(minutes * (cls === "car" ? 3 : 0.5) * (1 + Math.sin(i / 5)) * random()) });
  return rows;
}

export function heat(events) {
  const cells = new Map();
  for (const e of events) {
    const key = `${Math.round(e.x)},${Math.round(e.y)}`;
    cells.set(key, (cells.get(key) ?? 0) + 1);
  }
  return { cell_m: 1, cells: [...cells].map(([key, n]) => [...key.split(",").map(Number), n]) };
}

export function ranking(events, by) {
  const rows = new Map();
  for (const e of events) {
    const d = new Date(e.t);
    const key = by === "place" ? e.place : by === "hour" ? String(d.getUTCHours()) : `${(d.getUTCDay() + 6) % 7}-${d.getUTCHours()}`;
    const row = rows.get(key) ?? { key, label: key, violations: 0, conflicts: 0, severe: 0, rate: 12.3, low: 8.1, high: 19.4 };
    row[e.table]++;
    if (e.severity === "serious") row.severe++;
    rows.set(key, row);
  }
  return [...rows.values()].sort((a, b) => b.violations + b.conflicts - a.violations - a.conflicts);
}

export function precision(events) {
  const kinds = [...new Set(events.map((e) => e.kind))];
  return kinds.map((kind) => {
    const marked = events.filter((e) => e.kind === kind && e.mark);
    const yes = marked.filter((e) => e.mark.verdict === "confirmed").length;
    const n = marked.length;
    if (n === 0) return { kind, confirmed: 0, false: 0, precision: null, low: null, high: null };
    const [p, z] = [yes / n, 1.96];
    const mid = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
    const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
    return { kind, confirmed: yes, false: n - yes, precision: p, low: mid - half, high: mid + half };
  });
}
