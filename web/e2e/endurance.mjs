// What a display needs that nobody looks after: quick, smooth, small, and back by itself.
import { SIZES } from "./browser.mjs";
import { serve } from "./server.mjs";
import { visit } from "./pages.mjs";

const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(q * list.length))];

/** From the event in the server to its words on the screen, as the page itself sees it: 95 % within a second. */
export async function promptness(context, server, report) {
  const took = [];
  for (let i = 0; i < 6; i++)
    await visit(context, SIZES.hd, `${server.address}/screen`, async (page) => {
      await page.waitForFunction(() => window.passerby?.stage.crowd.silence(performance.now()) < 1000);
      took.push(await page.evaluate(() => new Promise((done) => {
        const began = performance.now();
        const observer = new MutationObserver(() => {
          if (document.querySelector(".happened") === null) return;
          observer.disconnect();
          requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
        });
        observer.observe(document.body, { subtree: true, childList: true });
        void fetch("/mock/event?kind=red_light");
      })));
    });
  const p95 = Math.round(quantile(took, 0.95));
  report(`an event is on the screen after ${p95} ms`, p95 > 1000 ? ["wanted within 1000 ms"] : []);
}

/** Frame times with 200 road users moving. The limit is loose: software rendering on a shared machine is no display. */
export async function smoothness(context, pages, report, size = "hd", limit_ms = 34) {
  const server = await serve(pages, { users: 200 });
  try {
    await visit(context, SIZES[size], `${server.address}/screen`, async (page) => {
      await page.waitForTimeout(2000);
      const times = await page.evaluate(() => new Promise((done) => {
        const all = [];
        let last = performance.now();
        const step = (now) => {
          all.push(now - last);
          last = now;
          if (all.length < 480) requestAnimationFrame(step);
          else done(all.slice(2));
        };
        requestAnimationFrame(step);
      }));
      const cost = await page.evaluate(() => window.passerby.stage.measure(300));
      const [median, p95] = [quantile(times, 0.5), quantile(times, 0.95)];
      report(`200 road users, ${size}: frames ${median.toFixed(1)} ms (median), ${p95.toFixed(1)} ms (95 %); drawing one costs ${cost.toFixed(2)} ms`, median > limit_ms ? [`wanted a median below ${limit_ms} ms`] : []);
    });
  } finally {
    await server.stop();
  }
}

/** Hours of scenes and replays in minutes: the page's clock is run ahead, the stream is made up inside the page. */
export async function memory(context, server, report, hours) {
  const page = await context.newPage();
  await page.setViewportSize(SIZES.hd);
  const junction = await server.call("/api/v1/public/junctions/a");
  const [x0, y0, x1, y1] = junction.plan.bounds;
  await page.clock.install();
  await page.addInitScript(([x0, y0, x1, y1]) => {
    window.requestAnimationFrame = (run) => window.setTimeout(() => run(performance.now()), 100);
    window.cancelAnimationFrame = (id) => window.clearTimeout(id);
    const user = () => ["car", x0 + Math.random() * (x1 - x0), y0 + Math.random() * (y1 - y0), Math.random() * 360, 9];
    let n = 0;
    window.EventSource = class {
      listeners = {};
      constructor() {
        setTimeout(() => { this.onopen?.(); this.say("hello", { v: "1", rate: 1 }); }, 10);
        this.timer = setInterval(() => {
          n++;
          this.say("scene", { users: Array.from({ length: 40 }, user), lights: { s0: n % 100 < 50 ? "red" : "green", c1: n % 80 < 40 ? "walk" : "dont_walk" } });
          if (n % 150 === 0) this.say("replay", { kind: "red_light", classes: ["car"], place: [0, 0], frames: Array.from({ length: 31 }, () => Array.from({ length: 40 }, user)), lights: Array.from({ length: 31 }, () => ({ s0: "red" })) });
          if (n % 3000 === 0) this.say("figures", { today: { red_light: n }, last_week: { red_light: 30 }, most_dangerous_hour: n % 24, k: 10 });
          if (n % 9000 === 0) this.onerror?.();
        }, 200);
      }
      addEventListener(type, run) { this.listeners[type] = run; }
      say(type, data) { this.listeners[type]?.({ data: JSON.stringify(data) }); }
      close() { clearInterval(this.timer); }
    };
  }, [x0, y0, x1, y1]);
  await page.goto(`${server.address}/screen`, { waitUntil: "load" });
  await page.waitForTimeout(500);
  const session = await context.newCDPSession(page);
  const heap = async () => {
    await session.send("HeapProfiler.collectGarbage");
    await session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    const { metrics } = await session.send("Performance.getMetrics");
    const of = (name) => metrics.find((m) => m.name === name)?.value ?? 0;
    return { mb: usedSize / 2 ** 20, nodes: of("Nodes"), listeners: of("JSEventListeners") };
  };
  await session.send("Performance.enable");
  const seen = [];
  const steps = 8;
  for (let i = 0; i <= steps; i++) {
    await page.clock.runFor((hours * 3_600_000) / (steps + 1));
    seen.push(await heap());
  }
  const [first, last] = [seen[1], seen[steps]];
  const found = [];
  if (last.mb - first.mb > 1) found.push(`heap grew from ${first.mb.toFixed(2)} to ${last.mb.toFixed(2)} MB`);
  if (last.nodes - first.nodes > 50) found.push(`nodes grew from ${first.nodes} to ${last.nodes}`);
  if (last.listeners - first.listeners > 5) found.push(`listeners grew from ${first.listeners} to ${last.listeners}`);
  report(`${hours} h of replay: heap ${seen.map((s) => s.mb.toFixed(2)).join(" ")} MB, nodes ${first.nodes} to ${last.nodes}, listeners ${first.listeners} to ${last.listeners}`, found);
  await page.close();
}

/** The connection is cut, the server goes, comes back, comes back as another version. */
export async function recovery(context, pages, report) {
  let server = await serve(pages);
  const { port } = server;
  await visit(context, SIZES.hd, `${server.address}/screen`, async (page) => {
    const fresh = () => page.waitForFunction(() => window.passerby?.stage.crowd.silence(performance.now()) < 1000, null, { timeout: 40_000 });
    const found = [];
    const must = async (what, promise) => promise.then(() => undefined, () => found.push(what));
    await must("no scenes at first", fresh());
    await server.call("/mock/cut");
    await page.waitForTimeout(300);
    await must("not back after a cut connection", fresh());
    await server.stop();
    await must("does not say that the connection is lost", page.waitForSelector(".lost", { timeout: 5000 }));
    await page.evaluate(() => { window.untouched = true; });
    server = await serve(pages, { port });
    await must("not back after the server's restart", fresh());
    if (!(await page.evaluate(() => window.untouched === true))) found.push("loaded anew for the same version");
    await server.stop();
    server = await serve(pages, { port, version: "2" });
    await must("not loaded anew for another version", page.waitForFunction(() => window.untouched === undefined, null, { timeout: 70_000 }));
    await must("no scenes after loading anew", fresh());
    report("comes back after a cut, a restart and a new version", found);
  });
  await server.stop();
}
