// What operators do on the wall, done: sign in, filter, replay with the keyboard, mark.
import { SIZES } from "./browser.mjs";
import { visit } from "./pages.mjs";

export async function use(context, server, report) {
  const found = [];
  const must = (what, holds) => holds || found.push(what);
  await visit(context, SIZES.hd, `${server.address}/login`, async (page) => {
    await page.getByLabel("Name").fill("administrator");
    await page.getByLabel("Password").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("Name or password is not right.").waitFor({ timeout: 3000 });
    await page.getByLabel("Password").fill(server.password);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/$/, { timeout: 5000 });
    await page.getByRole("button", { name: /Hagenring/ }).or(page.getByRole("link", { name: /Hagenring/ })).first().click();
    await page.locator(".event").first().waitFor();
    const before = await page.locator(".event").count();
    await page.getByLabel("Table").selectOption("conflicts");
    await page.getByLabel("Severity").selectOption("serious");
    await page.waitForTimeout(500);
    const after = await page.locator(".event").count();
    must(`filters leave ${after} of ${before}`, after > 0 && after < before);
    await page.getByText("Clear filters").click();
    await server.ask("event red_light");
    await page.locator(".flags .new").waitFor({ timeout: 8000 });
    await page.keyboard.press("j");
    await page.locator(".player canvas").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.locator("h2").first().click();
    const at = () => page.locator(".bar output").innerText();
    const was = await at();
    await page.keyboard.press("ArrowRight");
    must("the arrow key does not step the replay", was !== (await at()));
    await page.getByRole("button", { name: "Confirm", exact: true }).click();
    await page.getByText("Saved.").waitFor({ timeout: 3000 });
    must("the mark is not shown in the list", (await page.locator(".event[aria-current=true] .confirmed").count()) === 1);
  });
  report("the wall in use", found.splice(0));
}
