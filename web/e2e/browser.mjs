// Debian's Chromium, headless, as the checks use it.
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const CHROMIUM = process.env.PASSERBY_CHROMIUM ?? "/usr/bin/chromium";
export const there = () => existsSync(CHROMIUM);

export const SIZES = {
  hd: { width: 1920, height: 1080 }, uhd: { width: 3840, height: 2160 },
  portrait: { width: 1080, height: 1920 }, phone: { width: 390, height: 844 },
};

/** Longer than anything takes, on a machine that is busy with other things too. */
export const LONG_MS = 240_000;

/** Whether something comes to hold. */
export async function until(holds) {
  const end = Date.now() + LONG_MS;
  for (;;) {
    if (await holds()) return true;
    if (Date.now() > end) return false;
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Once a page is there: not less than ms from now, and when nothing is added to it any more. */
export async function settled(page, ms) {
  let last = -1;
  const size = () => page.evaluate(() => (document.readyState === "complete" ? document.querySelectorAll("body *").length : 0));
  await page.waitForTimeout(ms);
  await until(async () => {
    const [before, now] = [last, (last = await size())];
    if (now === 0 || now !== before) await page.waitForTimeout(250);
    return now > 8 && now === before;
  });
}

export async function launch() {
  const context = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), "passerby-browser-")), {
    executablePath: CHROMIUM, headless: true, viewport: SIZES.hd,
    timeout: LONG_MS,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--enable-precise-memory-info", "--js-flags=--expose-gc"],
  });
  context.setDefaultTimeout(LONG_MS);
  return context;
}
