// What operators do on the wall, done: sign in, filter, replay with the keyboard, mark.
import { launch, SIZES, until } from "./browser.mjs";
import { visit } from "./pages.mjs";

export async function use(context, server, report) {
  const found = [];
  const must = (what, holds) => holds || found.push(what);
  await visit(context, SIZES.hd, `${server.address}/login`, async (page) => {
    await page.getByLabel("Name").fill("administrator");
    await page.getByLabel("Password").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("Name or password is not right.").waitFor();
    await page.getByLabel("Password").fill(server.password);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/$/);
    await page.getByRole("button", { name: /Hagenring/ }).or(page.getByRole("link", { name: /Hagenring/ })).first().click();
    await page.locator(".event").first().waitFor();
    const before = await page.locator(".event").count();
    await page.getByLabel("Table").selectOption("conflicts");
    await page.getByLabel("Severity").selectOption("serious");
    const left = () => page.locator(".event").count();
    must(`filters leave ${await left()} of ${before}`, await until(async () => (await left()) > 0 && (await left()) < before));
    await page.getByText("Clear filters").click();
    const came = () => page.locator(".event").first().getAttribute("data-event");
    for (let n = 0; n < 2; n++) {
      const top = await came();
      await server.ask("event red_light");
      must("what came in is not at the top", await until(async () => (await came()) !== top));
    }
    await page.keyboard.press("j");
    await page.locator(".player canvas").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.locator("h2").first().click();
    const at = () => page.locator(".bar output").innerText();
    const was = await at();
    await page.keyboard.press("ArrowRight");
    must("the arrow key does not step the replay", await until(async () => was !== (await at())));
    const chosen = () => page.locator(".event[aria-current=true]").getAttribute("data-event");
    const clicked = await chosen();
    await page.locator(`[data-event="${clicked}"]`).click();
    await page.keyboard.press("j");
    must("J does not go on from the event that was clicked", await until(async () => (await chosen()) !== clicked));
    const next = await chosen();
    await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Play", exact: true }).waitFor();
    must("Space goes back to the event that was clicked", (await chosen()) === next);
    await page.keyboard.press("Enter");
    must("Enter does not open the event in focus", await until(async () => (await chosen()) === clicked));
    await page.getByRole("button", { name: "Confirm", exact: true }).click();
    await page.getByText("Saved.").waitFor();
    must("the mark is not shown in the list", await until(async () => (await page.locator(".event[aria-current=true] .confirmed").count()) === 1));
  });
  report("the wall in use", found.splice(0));
  for (const [name, box] of Object.entries({ "a phone": SIZES.phone, "a screen at 200 %": { width: 960, height: 540 } })) {
    await visit(context, box, `${server.address}/#/a/events`, async (page) => {
      await page.locator(".event").nth(14).waitFor();
      const far = page.locator(".event").nth(14);
      await far.scrollIntoViewIfNeeded();
      const scrolled = () => page.evaluate(() => [scrollY, document.querySelector(".list").scrollTop]);
      const before = await scrolled();
      const event = await far.getAttribute("data-event");
      await far.click();
      await page.locator(".incident h2").waitFor();
      must("the list stands above what was chosen", !(await page.locator(".list").isVisible()));
      must("the heading is not in focus", await until(() => page.evaluate(() => document.activeElement.matches(".incident h2"))));
      const [top, least] = await page.evaluate(() => [document.querySelector(".incident h2").getBoundingClientRect().top, document.documentElement.scrollHeight - innerHeight - scrollY]);
      // at the top, or as near to it as the page reaches
      must(`the heading is ${top} px below the top of ${box.height}`, top > 0 && (top < box.height / 4 || (least <= 1 && top < box.height * 0.7)));
      await page.getByRole("button", { name: "Back to the list" }).click();
      await far.waitFor();
      must("the event is not in focus", await until(async () => (await page.evaluate(() => document.activeElement.dataset.event)) === event));
      must(`back elsewhere than at ${before}`, await until(async () => JSON.stringify(await scrolled()) === JSON.stringify(before)));
    });
    report(`the wall on ${name}`, found.splice(0));
  }
  await visit(context, SIZES.hd, `${server.address}/#/a/events`, async (page) => {
    await page.locator(".event").first().waitFor();
    const [first, second] = await page.locator(".event:not(:has(.confirmed, .false))").evaluateAll((all) => all.slice(0, 2).map((e) => e.dataset.event));
    await page.route(`**/events/${first}`, (route) => route.fulfill({ status: 404, contentType: "application/problem+json", body: '{"title":"Not found","status":404,"detail":"there is no such event"}' }));
    await page.keyboard.press("n");
    await page.getByText("This event was taken back.").waitFor();
    await page.locator(".incident h2").waitFor();
    must("the next one is not shown", await until(async () => (await page.locator(".event[aria-current=true]").getAttribute("data-event")) === second));
    must("what is gone is still listed", await until(async () => (await page.locator(`[data-event="${first}"]`).count()) === 0));
  });
  report("an event taken back before it was looked at", found.splice(0));
  await visit(context, SIZES.hd, `${server.address}/#/a/take`, async (page) => {
    const opens = context.waitForEvent("page");
    await page.getByText("Open the report").click();
    const read = await opens;
    read.on("console", (m) => ["error", "warning"].includes(m.type()) && found.push(m.text()));
    await read.waitForLoadState();
    must("it is no report", await until(async () => (await read.locator("h1").count()) > 0));
    must("its script does not run", await until(async () => (await read.locator("[data-sort]").count()) > 0));
    must("it shares this server's origin", (await read.evaluate(() => self.origin)) === "null");
    await read.close();
  });
  report("the report opened", found.splice(0));
  await visit(context, SIZES.hd, `${server.address}/#/a/map`, async (page, said) => {
    await page.locator(".map canvas").first().waitFor();
    const asked = (what) => page.waitForResponse((r) => r.url().includes("/heat?") && what.test(r.url()) && r.ok());
    await Promise.all([asked(/severity=serious/), page.getByLabel("Severity").selectOption("serious")]);
    await Promise.all([asked(/since=/), page.getByLabel("Period").selectOption("lastHours")]);
    const address = () => page.getByLabel("Save as PNG").getAttribute("href");
    must("the sheet is of something else", await until(async () => /severity=serious/.test(await address()) && /since=/.test(await address())));
    await Promise.all([asked(/kind=red_light/), page.getByLabel("Kind").selectOption("red_light")]);
    must("violations have a severity", await until(async () => (await page.getByLabel("Severity").count()) === 0));
    await page.getByText("Violations per square of 1 m").waitFor();
    must(`it says ${said}`, said.every((one) => one.startsWith("Canvas2D: Multiple readback")));
  });
  report("the map filtered", found.splice(0));
  await begins(server, must);
  report("a first password", found.splice(0));
}

/** Who signs in for the first time chooses another password and is not asked for the first one again. */
async function begins(server, must) {
  const context = await launch();
  const name = "newcomer";
  const enter = async (page, who, password) => {
    await page.getByLabel("Name").fill(who);
    await page.getByLabel("Password").fill(password);
    await page.keyboard.press("Enter");
  };
  await visit(context, SIZES.hd, `${server.address}/login`, async (page) => {
    await enter(page, "administrator", server.password);
    await page.waitForURL(/\/$/);
    const password = await page.evaluate(async (user) => {
      const { csrf } = await (await fetch("/api/v1/session")).json();
      const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
      return (await (await fetch("/api/v1/users", { method: "POST", headers, body: JSON.stringify({ name: user, role: "operator" }) })).json()).password;
    }, name);
    await context.clearCookies();
    await page.goto(`${server.address}/login`);
    await enter(page, name, password);
    await page.getByLabel("New password").waitFor();
    await page.getByRole("button", { name: "Not now" }).click();
    await page.waitForURL(/\/$/);
    await context.clearCookies();
    await page.goto(`${server.address}/login`);
    await enter(page, name, password);
    await page.getByLabel("New password").waitFor();
    must("it asks for the first password again", await until(async () => (await page.locator("input").count()) === 1));
    await page.getByLabel("New password").fill("a password of my own");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/$/);
  });
  await context.close();
}
