// Every page at every size: nothing overflows, nothing complains, axe finds nothing, what must be read can be read.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { settled, SIZES } from "./browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PAGES = {
  screen: "/screen", login: "/login", events: "/#/a/events", incident: "/#/a/events/0000000000000001", counts: "/#/a/counts", map: "/#/a/map",
  severities: "/#/a/severities", ranking: "/#/a/ranking", quality: "/#/a/quality", cameras: "/#/a/cameras", take: "/#/a/take", settings: "/#/a/settings", site: "/site?junction=a",
};

export async function visit(context, size, url, run) {
  const page = await context.newPage();
  const said = [];
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && said.push(m.text()));
  page.on("pageerror", (e) => said.push(e.message));
  await page.setViewportSize(size);
  await page.goto(url, { waitUntil: "load" });
  try {
    return await run(page, said);
  } finally {
    await page.close();
  }
}

export async function audit(page) {
  await page.evaluate(`(() => { const define = undefined; ${axe} })()`);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map((v) => `axe ${v.id} (${v.impact}): ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(", ")}`);
}

const overflow = (page) => page.evaluate(() => {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) found.push(`page is ${root.scrollWidth} wide in ${innerWidth}`);
  const panel = document.querySelector(".panel");
  if (panel && innerWidth > 700) {
    if (root.scrollHeight > innerHeight) found.push(`page is ${root.scrollHeight} high in ${innerHeight}`);
    if (panel.scrollHeight > panel.clientHeight + 1) found.push(`panel is ${panel.scrollHeight} high in ${panel.clientHeight}`);
    if (panel.scrollWidth > panel.clientWidth + 1) found.push(`panel is ${panel.scrollWidth} wide in ${panel.clientWidth}`);
    const [plan, side] = [".plan", ".panel"].map((name) => document.querySelector(name)?.getBoundingClientRect());
    if (plan && side.top < plan.bottom - 1 && plan.right > side.left + 1) found.push(`the plan ends at ${Math.round(plan.right)}, the panel begins at ${Math.round(side.left)}`);
    for (const element of document.querySelectorAll(".panel *, header *, .caption *")) {
      const box = element.getBoundingClientRect();
      if (box.width > 0 && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1)) found.push(`${element.className || element.tagName} ends at ${Math.round(box.right)}, ${Math.round(box.bottom)}`);
    }
  }
  return found;
});

/** From ten metres: no text smaller than 3 % of the display's shorter side (tolerance for rounding). */
const small = (page) => page.evaluate(() => {
  const least = 0.0295 * Math.min(innerWidth, innerHeight);
  const texts = [...document.querySelectorAll("main *")].filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== "") && e.getClientRects().length > 0);
  return texts.filter((e) => parseFloat(getComputedStyle(e).fontSize) < least && !e.classList.contains("unseen")).map((e) => `${e.className || e.tagName}: ${getComputedStyle(e).fontSize}`);
});

/** Everything after is seen by somebody who is signed in. */
export async function signIn(context, server) {
  await visit(context, SIZES.hd, `${server.address}/login`, async (page) => {
    await page.getByLabel("Name").fill("administrator");
    await page.getByLabel("Password").fill(server.password);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/$/);
  });
}

export async function pages(context, server, report) {
  for (const [name, path] of Object.entries(PAGES))
    for (const [size, box] of Object.entries(SIZES))
      await visit(context, box, server.address + path, async (page, said) => {
        for (const landmark of ["main", "h1"]) await page.locator(landmark).first().waitFor({ state: "attached" });
        await settled(page, name === "screen" || name === "counts" ? 1200 : 700);
        const found = [...(await overflow(page)), ...said, ...(await audit(page))];
        if (name === "screen" && size !== "phone") found.push(...(await small(page)));
        report(`${name} ${size}`, found);
      });
}

const LONG = {
  words: "Donaudampfschifffahrtsgesellschaftskapitänsplatz / Straße", word: "W".repeat(120),
  Chinese: "北京市海淀区中关村南大街与学院南路交叉口东北角人行横道及公交专用道交汇处".repeat(2),
};

/** Names however long break no page: the junction is called so by every answer that names it. */
export async function names(context, server, report) {
  const own = JSON.stringify((await (await fetch(`${server.address}/api/v1/public/junctions`)).json())[0].name);
  for (const [what, name] of Object.entries(LONG)) {
    const renamed = async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replaceAll(`"name":${own}`, `"name":${JSON.stringify(name)}`) });
    };
    const paths = /\/api\/v1\/(public\/junctions(\/a)?|junctions(\/a)?|overview)$/;
    await context.route(paths, renamed);
    for (const [place, path] of Object.entries({ screen: "/screen?junction=a", overview: "/#/", events: "/#/a/events" }))
      for (const [size, box] of Object.entries(SIZES))
        await visit(context, box, server.address + path, async (page, said) => {
          await page.waitForSelector(place === "screen" ? "h1" : place === "overview" ? ".tiletext h3" : ".heading h2");
          await settled(page, 600);
          const shown = await page.evaluate((n) => document.body.textContent.includes(n), name);
          const spilt = await page.evaluate(() => [...document.querySelectorAll(".card, .tile, .tiletext, .heading, .junctions, main, .alarms p")].filter((e) => e.scrollWidth > e.clientWidth + 2).map((e) => `${e.className || e.tagName} is ${e.scrollWidth} wide in ${e.clientWidth}`));
          report(`long ${what}, ${place} ${size}`, [...(shown ? [] : ["the name is not there"]), ...(await overflow(page)), ...spilt, ...said]);
        });
    await context.unroute(paths, renamed);
  }
}

/** A junction that is none is named, with those there are; a heading says how its junction is doing. */
export async function strays(context, server, report) {
  for (const [size, box] of Object.entries(SIZES))
    await visit(context, box, `${server.address}/screen?junction=typo`, async (page) => {
      await page.waitForSelector(".missing a");
      const text = await page.textContent(".missing");
      report(`screen of no junction, ${size}`, [...(text.includes("typo") ? [] : [`it says ${text}`]), ...(await overflow(page)), ...(await audit(page))]);
      await page.click(".missing a");
      await page.waitForSelector(".stage canvas");
    });
  await visit(context, SIZES.hd, `${server.address}/screen?junction=b`, async (page) => {
    const text = await page.waitForSelector(".quiet").then((e) => e.textContent());
    report("screen of a junction that never ran", /observed|just begun/.test(text) ? [] : [`it says ${text}`]);
  });
  for (const [id, wanted] of [["a", "Live"], ["b", "idle"]])
    await visit(context, SIZES.hd, `${server.address}/#/${id}/events`, async (page) => {
      await page.waitForTimeout(2500);
      const text = (await page.textContent(".heading [role=status]")).trim();
      report(`heading of junction ${id}`, text === wanted ? [] : [`it says ${text}`]);
    });
}

/** On a glide, and after the canvas has changed its size, nothing is left of what was drawn before. */
export async function glides(context, server, report) {
  for (const [size, box] of Object.entries(SIZES))
    await visit(context, box, `${server.address}/screen?junction=a`, async (page) => {
      await page.waitForFunction(() => window.passerby?.stage.crowd.silence(performance.now()) < 1000);
      const left = await page.evaluate(() => {
        const { stage } = window.passerby;
        const { ctx, canvas, wide } = stage;
        const spoilt = (now) => {
          ctx.setTransform(1, 0, 0, 1, 0, 0);
          ctx.globalAlpha = 1;
          ctx.fillStyle = "#ff00ff";
          ctx.fillRect(0, 0, canvas.width, canvas.height);
          stage.paint(now);
          const { data } = ctx.getImageData(0, 0, canvas.width, canvas.height);
          let n = 0;
          for (let i = 0; i < data.length; i += 4) n += Number(data[i] > 200 && data[i + 1] < 60 && data[i + 2] > 200);
          return n;
        };
        const found = {};
        for (const side of [-1, 1]) {
          stage.moveTo({ ...wide, scale: wide.scale * 2, cx: wide.cx + (side * wide.width) / 2 / wide.scale });
          for (const ms of [0, 200, 400, 600, 800]) found[`${side} ${ms}`] = spoilt(performance.now() + ms);
          stage.camera.jump(wide);
        }
        stage.layOut();
        found.size = spoilt(performance.now());
        return found;
      });
      report(`nothing left of older frames, ${size}`, Object.entries(left).filter(([, n]) => n > 0).map(([when, n]) => `${n} pixels at ${when}`));
    });
}

export async function languages(context, server, report) {
  for (const language of ["en", "zh", "ja", "de"])
    for (const [size, box] of Object.entries(SIZES))
      await visit(context, box, `${server.address}/screen?lang=${language}`, async (page, said) => {
        await page.waitForFunction(() => window.passerby?.stage.crowd.silence(performance.now()) < 1000);
        await server.ask("event failure_to_yield");
        await page.waitForSelector(".happened");
        await page.waitForTimeout(1000);
        report(`screen in ${language} ${size}, replaying`, [...(await overflow(page)), ...said, ...(await audit(page))]);
      });
}
