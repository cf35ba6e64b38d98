// A stand-in for `passerby serve` while pages are made and checked: made-up streets on a real plan, nothing stored.
//   node mock/server.mjs [--port 8123] [--users 40] [--every 12] [--speedup 1] [--static DIR] [--language de]
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "smol-toml";
import { counts, detail, heat, makeEvents, precision, ranking } from "./events.mjs";
import { publicPlan, readPlan, Street } from "./street.mjs";

const here = import.meta.dirname;
const { values: o } = parseArgs({
  options: {
    port: { type: "string", default: "8123" }, users: { type: "string", default: "40" }, every: { type: "string", default: "12" },
    speedup: { type: "string", default: "1" }, static: { type: "string", default: resolve(here, "../../src/passerby/serve/static") },
    language: { type: "string", default: "en" }, version: { type: "string", default: "1" },
  },
});
let toml = readFileSync(resolve(here, "../../src/passerby/demo/site.toml"), "utf8");
const site = parse(toml);
const plan = readPlan(site);
const street = new Street(plan, Number(o.users));
const events = makeEvents(plan, 240, street.random);
const MEASURES = {
  en: ["The pedestrians' green lasts four seconds longer since May.", "The cycle lane on the east side gets a kerb this autumn."],
  de: ["Seit Mai ist die Grünphase zu Fuß vier Sekunden länger.", "Der Radweg auf der Ostseite bekommt im Herbst eine Bordkante."],
  zh: ["自五月起，行人绿灯延长了四秒。", "今年秋天，东侧自行车道将加装路缘石。"],
  ja: ["5月から歩行者の青信号を4秒長くしました。", "今秋、東側の自転車レーンに縁石を設けます。"],
};
const figures = {
  today: { red_light: 23, near_miss: 14, outside_crosswalk: 41, speeding: null, late_start: 18 },
  last_week: { red_light: 31, near_miss: 16, outside_crosswalk: 22, speeding: 12, late_start: null },
  most_dangerous_hour: 17, k: 10,
};
const clients = new Set();
const stats = { opened: 0 };
let loggedIn = true;

const send = (client, event, data) => client.res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
const shuffled = (list) => list.map((v) => [Math.random(), v]).sort((a, b) => a[0] - b[0]).map(([, v]) => v);
setInterval(() => {
  for (let i = 0; i < Number(o.speedup); i++) street.step(0.2);
  const scene = { users: shuffled(street.rows()), lights: street.lights() };
  const full = { t: new Date().toISOString(), users: street.users.map((u) => [u.id % 997, u.name, u.x, u.y, u.heading, u.speed]), lights: street.bySignal() };
  for (const c of clients) {
    if (c.wall) for (const junction of Object.keys(names)) send(c, "scene", { junction, ...scene });
    else send(c, "scene", c.public ? scene : full);
  }
}, 200);

let turn = 0;
function happen(kind) {
  const made = ["red_light", "near_miss", "outside_crosswalk", "failure_to_yield"];
  kind ??= made[turn++ % made.length];
  const wanted = kind === "outside_crosswalk" ? "pedestrian" : "car";
  const near = street.users.filter((u) => u.name === wanted && Math.hypot(u.x, u.y) < 32)[0] ?? street.users[0];
  const place = [near.x, near.y];
  const replay = { kind, classes: kind === "near_miss" ? ["car", "cyclist"] : [wanted], place, frames: street.past.map(shuffled), lights: street.past.map(() => street.lights()), severity: "moderate" };
  const row = { ...events[0], event: `n${Date.now()}`, t: new Date().toISOString(), table: "violations", kind: kind === "near_miss" ? "red_light" : kind, class: wanted, x: place[0], y: place[1], mark: null };
  events.unshift(row);
  if (events.length > 400) events.pop();
  for (const c of clients) send(c, c.public ? "replay" : "event", c.public ? replay : { ...(c.wall && { junction: "a" }), ...row });
}
if (Number(o.every) > 0) setInterval(() => happen(), Number(o.every) * 1000);

const health = [
  { camera: "north", state: "ok", rate_fps: 12.4, delay_s: 0.21, calibration: "within 9 cm", clock_offset_s: 0.02, message: null },
  { camera: "south", state: "late", rate_fps: 6.1, delay_s: 1.9, calibration: "within 14 cm", clock_offset_s: 0.31, message: "Pictures come late." },
];
const names = { a: site.site.name, b: "Schlossplatz / Bohlweg", c: "Altewiekring / Jasperallee" };
const summary = Object.entries(names).map(([id, name], i) => ({ id, name, state: i === 2 ? "late" : "ok", cameras: health.slice(0, i + 1) }));

function api(method, path, q, body) {
  const m = (re) => path.match(re);
  let r;
  if (path === "/api/v1/public/junctions") return summary.map(({ id, name }) => ({ id, name, language: o.language }));
  if ((r = m(/^\/api\/v1\/public\/junctions\/(\w+)$/)))
    return { id: r[1], name: names[r[1]], language: o.language, languages: ["en", "zh", "ja", "de"], drives_on: "right", timezone: site.site.timezone, plan: publicPlan(plan), measures: MEASURES[o.language], plates: [] };
  if (m(/^\/api\/v1\/public\/junctions\/\w+\/figures$/)) return figures;
  if (path === "/api/v1/session") {
    if (method === "POST" && body.password !== "street") throw [401, "Name or password is not right."];
    if (method === "DELETE") return (loggedIn = false), null;
    if (method === "POST") loggedIn = true;
    if (!loggedIn) throw [401, "Not signed in."];
    return { name: "operator", role: "administrator", csrf: "c" };
  }
  if (path === "/api/v1/junctions") return summary;
  const now = new Date().toISOString();
  if (path === "/api/v1/overview") return summary.map((j, i) => ({ ...j, now, timezone: site.site.timezone, today: { violations: 90 + i, conflicts: 31, serious: i * 2, passings: 8211, unmarked: 44 }, last: events[i] }));
  if (path === "/api/v1/users") return method === "POST" ? { ...body, initial: true, password: "made-up-pass-word" } : [{ name: "operator", role: "administrator", initial: false }, { name: "ada", role: "operator", initial: true }];
  if (path === "/api/v1/tokens") return method === "POST" ? { ...body, id: "c0ffee00", by: "operator", created: now, expires: now, token: "pby_made-up" } : [{ id: "ab12cd34", label: "counting station", role: "operator", by: "operator", created: now, expires: now }];
  if (path === "/api/v1/audit/chain") return { holds: true, entries: 3, said: null };
  if (path === "/api/v1/audit") return { entries: [3, 2, 1].map((n) => ({ n, t: now, event: "event_viewed", details: { user: "ada", junction: "a", event_id: events[n].event }, hash: "0".repeat(64) })), next: null, events: ["event_viewed"] };
  if (!(r = m(/^\/api\/v1\/junctions\/(\w+)(\/.*)?$/))) throw [404, "There is nothing here."];
  const [, id, rest = ""] = r;
  if (rest === "") return { id, name: names[id], language: o.language, timezone: site.site.timezone, drives_on: "right", plan, rules: {}, ttl: { tracks: 1, violations: 90, conflicts: 90, counts: null } };
  if (rest === "/events") {
    const found = events.filter((e) => ["table", "kind", "place", "severity"].every((k) => !q.get(k) || e[k] === q.get(k)) && (!q.get("class") || [e.class, e.class_a, e.class_b].includes(q.get("class"))) && (!q.get("mark") || (q.get("mark") === "none" ? e.mark === null : e.mark?.verdict === q.get("mark"))) && (!q.get("since") || e.t >= q.get("since")));
    const from = Number(q.get("cursor") ?? 0);
    const limit = Number(q.get("limit") ?? 50);
    return { total: found.length, events: found.slice(from, from + limit), next: from + limit < found.length ? String(from + limit) : null };
  }
  if ((r = rest.match(/^\/events\/(\w+)(\/mark)?$/))) {
    const row = events.find((e) => e.event === r[1]);
    if (!row) throw [404, "No such event."];
    if (r[2]) row.mark = body.verdict === null ? null : { verdict: body.verdict, note: body.note };
    return r[2] ? row : detail(row, street);
  }
  if (rest === "/precision") return { rows: precision(events) };
  if (rest === "/counts") return { rows: counts(plan, Number(q.get("bin") ?? 15), street.random) };
  if (rest === "/heat") return heat(events);
  if (rest === "/ranking") return { rows: ranking(events, q.get("by")) };
  if (rest === "/health") return { cameras: health };
  if (rest === "/settings") return method === "PUT" ? body : { language: o.language, measures: MEASURES[o.language] };
  if (rest === "/site" && method === "PUT") return (toml = body.toml), { toml };
  if (rest === "/site") return { toml };
  if (rest === "/site/check") {
    try {
      parse(body.toml);
    } catch (e) {
      return { errors: [{ who: "site.toml", message: String(e.message), x: null, y: null }], doubts: [] };
    }
    return { errors: [], doubts: [{ who: 'crosswalk "west-in"', message: "Its signal F26+27 is red and green to people walking beside it.", x: -23, y: -6 }] };
  }
  if (rest === "/site/proposal") {
    const learnt = parse(toml);
    learnt.stop_line[0].points = learnt.stop_line[0].points.map(([x, y]) => [x + 0.8, y - 0.5]);
    learnt.lane = learnt.lane.slice(0, -2);
    learnt.crosswalk.push({ id: "learnt-1", polygon: [[30, 30], [40, 33], [39, 36], [29, 33]] });
    return { toml: stringify(learnt), findings: [{ who: 'crosswalk "learnt-1"', message: "38 people cross here.", x: 34, y: 33 }], unclear: [{ who: 'lane "east-out-0"', message: "Too few passages to tell its width.", x: 50, y: 12 }] };
  }
  if (rest === "/site/paths") return { paths: [...street.routes.drives, ...street.routes.walks].slice(0, 150).map((points, i) => ({ class: i < street.routes.drives.length ? "car" : "pedestrian", points: points.map(([x, y]) => [x + Math.sin(i) * 0.7, y + Math.cos(i) * 0.7]) })) };
  if (rest === "/background") return { origin: site.site.origin, tiles: null, plates: [] };
  if (rest === "/calibration") return { matrix: [[0.05, 0, -16], [0, -0.03, 14], [0, 0.002, 0.1]], errors_cm: body.image.map((_, i) => 4 + i * 3), leave_one_out_cm: body.image.map((_, i) => 9 + i * 5), pose: { height_m: 7.8, tilt_deg: 24 } };
  throw [404, "There is nothing here."];
}
const { stringify } = await import("smol-toml");

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const PAGES = { "/": "wall.html", "/screen": "screen.html", "/site": "site.html", "/login": "login.html" };
const server = createServer(async (req, res) => {
  const url = new URL(req.url, "http://x");
  if (url.pathname === "/mock/event") return happen(url.searchParams.get("kind") ?? undefined), res.end("{}");
  if (url.pathname === "/mock/cut") {
    for (const c of clients) c.res.destroy();
    return res.end("{}");
  }
  if (url.pathname === "/mock/figures") {
    for (const c of clients) if (c.public) send(c, "figures", figures);
    return res.end("{}");
  }
  if (url.pathname === "/mock/stats") return res.end(JSON.stringify({ ...stats, open: clients.size }));
  if (url.pathname.endsWith("/stream")) {
    res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    const client = { res, public: url.pathname.includes("/public/"), wall: url.pathname === "/api/v1/stream" };
    stats.opened++;
    clients.add(client);
    res.on("close", () => clients.delete(client));
    return send(client, "hello", { v: o.version, rate: Number(o.speedup) });
  }
  if (url.pathname.startsWith("/api/")) {
    let text = "";
    for await (const chunk of req) text += chunk;
    try {
      const data = api(req.method, url.pathname, url.searchParams, text ? JSON.parse(text) : null);
      res.writeHead(data === null ? 204 : 200, { "content-type": "application/json" });
      return res.end(data === null ? "" : JSON.stringify(data));
    } catch (e) {
      const [status, said] = Array.isArray(e) ? e : [500, String(e.stack)];
      res.writeHead(status, { "content-type": "application/problem+json" });
      return res.end(JSON.stringify({ type: "about:blank", title: said, status, detail: said }));
    }
  }
  const file = join(o.static, PAGES[url.pathname] ?? url.pathname.slice(1));
  if (!existsSync(file) || !file.startsWith(resolve(o.static))) return res.writeHead(404).end();
  res.writeHead(200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "content-security-policy": "default-src 'self'; img-src 'self' data: blob:; style-src 'self'",
  });
  createReadStream(file).pipe(res);
});
server.listen(Number(o.port), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
