// A made-up street: road users on the routes of a site.toml, lights that change, things that happen.
const rad = Math.PI / 180;

export function readPlan(site) {
  const points = [...(site.stop_line ?? []).flatMap((s) => s.points), ...(site.lane ?? []).flatMap((l) => l.centreline)];
  const bounds = [
    Math.min(...points.map((p) => p[0])), Math.min(...points.map((p) => p[1])),
    Math.max(...points.map((p) => p[0])), Math.max(...points.map((p) => p[1])),
  ];
  const zones = site.zone ?? [];
  return {
    bounds,
    carriageway: zones.filter((z) => z.kind === "carriageway").map((z) => z.polygon),
    sidewalks: zones.filter((z) => z.kind === "sidewalk").map((z) => z.polygon),
    lanes: (site.lane ?? []).map(({ id, kind = "traffic", centreline, width }) => ({ id, kind, centreline, width })),
    crosswalks: (site.crosswalk ?? []).map(({ id, polygon, signal = null }) => ({ id, polygon, signal })),
    stop_lines: (site.stop_line ?? []).map(({ id, points: p, heading, signal = null }) => ({ id, points: p, heading, signal })),
    zones: zones.map(({ id, kind, polygon }) => ({ id, kind, polygon })),
  };
}

export function publicPlan(plan) {
  return {
    ...plan, zones: undefined,
    lanes: plan.lanes.map(({ id: _, ...rest }) => rest),
    crosswalks: plan.crosswalks.map((c) => c.polygon),
    stop_lines: plan.stop_lines.map((s) => s.points),
  };
}

const bend = (a, b, c, n = 12) =>
  Array.from({ length: n + 1 }, (_, i) => {
    const t = i / n;
    return [0, 1].map((k) => (1 - t) ** 2 * a[k] + 2 * t * (1 - t) * b[k] + t * t * c[k]);
  });

export function routes(plan) {
  const traffic = plan.lanes.filter((l) => l.kind === "traffic");
  const inner = (p) => Math.hypot(p[0], p[1]);
  const ins = traffic.filter((l) => inner(l.centreline.at(-1)) < inner(l.centreline[0]));
  const outs = traffic.filter((l) => inner(l.centreline.at(-1)) > inner(l.centreline[0]));
  const found = [];
  for (const a of ins)
    for (const b of outs) {
      const [p, q] = [a.centreline.at(-1), b.centreline[0]];
      const prior = a.centreline.at(-2);
      const [ux, uy] = [p[0] - prior[0], p[1] - prior[1]];
      const length = Math.hypot(ux, uy);
      if ((ux * (q[0] - p[0]) + uy * (q[1] - p[1])) / length < 8) continue;
      const reach = Math.hypot(q[0] - p[0], q[1] - p[1]) / 2;
      found.push([...a.centreline, ...bend(p, [p[0] + (ux / length) * reach, p[1] + (uy / length) * reach], q), ...b.centreline.slice(1)]);
    }
  const walks = plan.crosswalks.map(({ polygon: g }) => {
    const mid = (i, j) => [(g[i][0] + g[j][0]) / 2, (g[i][1] + g[j][1]) / 2];
    const [a, b] = [mid(0, 3), mid(1, 2)];
    const on = [a[0] + (a[0] - b[0]) * 0.5, a[1] + (a[1] - b[1]) * 0.5];
    const off = [b[0] + (b[0] - a[0]) * 0.5, b[1] + (b[1] - a[1]) * 0.5];
    return [on, a, b, off];
  });
  return { drives: found, walks };
}

export function along(route, s) {
  for (let i = 1; i < route.length; i++) {
    const [a, b] = [route[i - 1], route[i]];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    if (s <= length || i === route.length - 1) {
      const k = length ? s / length : 0;
      return { x: a[0] + (b[0] - a[0]) * k, y: a[1] + (b[1] - a[1]) * k, heading: (Math.atan2(b[0] - a[0], b[1] - a[1]) / rad + 360) % 360, end: s > length };
    }
    s -= length;
  }
}

const KINDS = { car: [11, 0.55], van: [10, 0.1], truck: [9, 0.08], bus: [9, 0.05], motorcycle: [12, 0.05], tram: [8, 0.01], cyclist: [5, 0.16] };
const pick = (random) => {
  let r = random();
  for (const [name, [speed, share]] of Object.entries(KINDS)) if ((r -= share) < 0) return [name, speed];
  return ["car", 11];
};

export class Street {
  constructor(plan, count, seed = 1) {
    this.plan = plan;
    this.random = () => ((seed = (seed * 16807) % 2147483647) - 1) / 2147483646;
    this.routes = routes(plan);
    this.next = 1;
    this.t = 0;
    this.users = Array.from({ length: count }, () => this.enter(true));
    this.past = [];
  }
  enter(anywhere) {
    const walking = this.random() < 0.35 && this.routes.walks.length > 0;
    const list = walking ? this.routes.walks : this.routes.drives;
    let route = list[Math.floor(this.random() * list.length)];
    if (walking && this.random() < 0.5) route = [...route].reverse();
    const [name, speed] = walking ? ["pedestrian", 1.35] : pick(this.random);
    return { id: this.next++, name, route, speed: speed * (0.8 + 0.4 * this.random()), s: anywhere ? this.random() * (walking ? 20 : 120) : 0, side: (this.random() - 0.5) * (walking ? 2.4 : 0.4) };
  }
  step(dt) {
    this.t += dt;
    for (let i = 0; i < this.users.length; i++) {
      const u = this.users[i];
      u.s += u.speed * dt;
      const at = along(u.route, u.s);
      if (at.end) this.users[i] = this.enter(false);
      else Object.assign(u, { x: at.x + Math.cos(at.heading * rad) * u.side, y: at.y - Math.sin(at.heading * rad) * u.side, heading: at.heading });
    }
    this.past.push(this.rows());
    if (this.past.length > 31) this.past.shift();
  }
  rows() {
    const r = (v, d = 100) => Math.round(v * d) / d;
    return this.users.filter((u) => u.x !== undefined).map((u) => [u.name, r(u.x), r(u.y), r(u.heading, 10), r(u.speed)]);
  }
  state(signal) {
    const phase = (this.t / 40 + (/1|2|6|7|14|16|22|24/.test(signal) ? 0 : 0.5)) % 1;
    const walk = /^F/.test(signal);
    if (walk) return phase > 0.55 && phase < 0.8 ? "walk" : phase < 0.9 && phase >= 0.8 ? "clear" : "dont_walk";
    return phase < 0.42 ? "green" : phase < 0.48 ? "amber" : phase > 0.95 ? "red_amber" : "red";
  }
  lights() {
    const lights = {};
    this.plan.stop_lines.forEach((s, i) => s.signal && (lights[`s${i}`] = this.state(s.signal)));
    this.plan.crosswalks.forEach((c, i) => c.signal && (lights[`c${i}`] = this.state(c.signal)));
    return lights;
  }
  bySignal() {
    return Object.fromEntries([...this.plan.stop_lines, ...this.plan.crosswalks].filter((x) => x.signal).map((x) => [x.signal, this.state(x.signal)]));
  }
}
