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

export async function launch() {
  return chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), "passerby-browser-")), {
    executablePath: CHROMIUM, headless: true, viewport: SIZES.hd,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--enable-precise-memory-info", "--js-flags=--expose-gc"],
  });
}
