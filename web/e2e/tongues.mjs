// Every page in every language: nothing is left in English, no key without a word.
import { SIZES } from "./browser.mjs";
import { visit } from "./pages.mjs";

const PAGES = {
  site: "/site?junction=a", screen: "/screen?junction=a", login: "/login", overview: "/#/", events: "/#/a/events", incident: "/#/a/events/0000000000000001", counts: "/#/a/counts", map: "/#/a/map",
  severities: "/#/a/severities", ranking: "/#/a/ranking", quality: "/#/a/quality", cameras: "/#/a/cameras", take: "/#/a/take", settings: "/#/a/settings",
  users: "/#/~users", tokens: "/#/~tokens", audit: "/#/~audit",
};
/** names, formats and units that are written alike everywhere */
const ALIKE = new Set(("Passerby passerby watch live store CSV PDF PNG Parquet GeoJSON JSON TTC PET DRAC SSAM FHWA HCM min km/h Shift Enter Esc Escape Alt Ctrl " +
  "site toml English Deutsch Wilson Garwood administrator operator Version Tram Bus Van Details Name Signal Phase Radius north south UTC Chromium OpenStreetMap").split(" "));

const STATES = [
  { code: "view_moved", values: { px: 12.5 }, sentence: "the camera has moved" }, { code: "older_drawing", values: {}, sentence: "the rules use an older drawing" },
];

/** What a reader or a screen reader gets: texts and labels, without ids, names and what is marked as English. */
const texts = (page) => page.evaluate(() => {
  const found = [];
  const skipped = (e) => e.closest("[lang=en], code, textarea, script, style, .me, option[value$='/']") !== null && e !== document.documentElement;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = walk.nextNode(); n !== null; n = walk.nextNode()) if (!skipped(n.parentElement)) found.push(n.data);
  for (const e of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) if (!skipped(e)) for (const a of ["aria-label", "title", "placeholder", "alt"]) if (e.hasAttribute(a)) found.push(e.getAttribute(a));
  return [...new Set([document.title, ...found].map((s) => s.trim()).filter((s) => s !== ""))];
});

const words = (text) => (text.match(/[A-Za-zÄÖÜäöüß][\wÄÖÜäöüß'’-]*(\/h)?/g) ?? []).filter((w) => /[A-Za-z]{3,}/.test(w) && !/^[0-9a-f]{16,}$/.test(w) && !ALIKE.has(w));

/** Every label of the editor's panels is seen, too. */
async function panels(page, see) {
  for (const tab of await page.locator("[role=tab], .tabs button").all()) {
    await tab.click();
    await page.waitForTimeout(400);
    await see();
  }
  for (const row of await page.locator("details > summary").all()) await row.click().catch(() => undefined);
  await see();
}

async function read(context, server, path, language) {
  const address = new URL(server.address + path);
  address.searchParams.set("lang", language);
  const all = new Set();
  await visit(context, SIZES.hd, address.href, async (page) => {
    const ready = path.startsWith("/site") ? "aside .tabs" : "main";
    // a busy machine refuses what is heavy for a while
    for (let tries = 0; tries < 6 && (await page.waitForSelector(ready, { timeout: 20_000 }).catch(() => null)) === null; tries++) await page.reload();
    await page.waitForFunction(() => ![...document.querySelectorAll("main > .page [role=status], main > [role=status]")].some((e) => e.textContent.trim().endsWith("…")), null, { timeout: 60_000 });
    await page.waitForTimeout(700);
    const see = async () => (await texts(page)).forEach((text) => all.add(text));
    await see();
    if (path.startsWith("/site")) await panels(page, see);
  });
  return all;
}

export async function tongues(context, server, report) {
  const junctions = ["a", "b"].map((id) => [id, server.address]);
  const site = await context.request.get(`${server.address}/api/v1/junctions/a`).then((r) => r.json());
  const given = new Set([site.name, site.timezone, ...Object.values(site.plan).flat().map((o) => o?.id).filter(Boolean), ...junctions.map(([id]) => id), ...site.measures].flatMap((s) => words(s)));
  const signals = await context.request.get(`${server.address}/api/v1/junctions/a/site`).then((r) => r.json());
  for (const [, id] of signals.toml.matchAll(/^id = "(.*)"/gm)) words(id).forEach((w) => given.add(w));
  const told = async (route) => {
    const answer = await route.fetch();
    const data = await answer.json();
    for (const j of Array.isArray(data) ? data : [data]) j.cameras = [{ camera: "north", state: "unsure", calibration: "moved", message: "in English", remarks: STATES }];
    await route.fulfill({ response: answer, json: data });
  };
  const paths = /\/api\/v1\/(overview|junctions\/a\/health)$/;
  await context.route(paths, told);
  for (const [name, path] of Object.entries(PAGES)) {
    const english = await read(context, server, path, "en");
    for (const language of ["zh", "ja", "de"]) {
      const seen = await read(context, server, path, language);
      const left = [...seen].filter((text) => {
        const own = words(text).filter((w) => !given.has(w));
        return own.length > 0 && (language !== "de" || english.has(text));
      });
      const keys = [...seen].filter((text) => /undefined|\bNaN\b|\{\w+\}/.test(text));
      const few = seen.size < 5 || [...seen].filter((text) => !english.has(text)).length < 3;
      report(`${name} in ${language} (${seen.size} texts)`, [...(few ? ["hardly anything was there to read"] : []), ...left.map((t) => `in English: ${t.slice(0, 120)}`), ...keys.map((t) => `a blank: ${t.slice(0, 120)}`)]);
    }
  }
  await context.unroute(paths, told);
}
