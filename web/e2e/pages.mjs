// Every page at every size: nothing overflows, nothing complains, axe finds nothing, what must be read can be read.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { SIZES } from "./browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PAGES = {
  screen: "/screen", login: "/login", events: "/#/a/events", incident: "/#/a/events/0000000000000001", counts: "/#/a/counts", map: "/#/a/map",
  ranking: "/#/a/ranking", cameras: "/#/a/cameras", take: "/#/a/take", settings: "/#/a/settings", site: "/site?junction=a",
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
    await page.waitForURL(/\/$/, { timeout: 10_000 });
  });
}

export async function pages(context, server, report) {
  for (const [name, path] of Object.entries(PAGES))
    for (const [size, box] of Object.entries(SIZES))
      await visit(context, box, server.address + path, async (page, said) => {
        await page.waitForTimeout(name === "screen" || name === "counts" ? 1200 : 700);
        const found = [...(await overflow(page)), ...said, ...(await audit(page))];
        if (name === "screen" && size !== "phone") found.push(...(await small(page)));
        report(`${name} ${size}`, found);
      });
}

export async function languages(context, server, report) {
  for (const language of ["en", "zh", "ja", "de"])
    for (const [size, box] of Object.entries(SIZES))
      await visit(context, box, `${server.address}/screen?lang=${language}`, async (page, said) => {
        await page.waitForFunction(() => window.passerby?.stage.crowd.silence(performance.now()) < 1000);
        await server.ask("event failure_to_yield");
        await page.waitForSelector(".happened", { timeout: 8000 });
        await page.waitForTimeout(1000);
        report(`screen in ${language} ${size}, replaying`, [...(await overflow(page)), ...said, ...(await audit(page))]);
      });
}
