// What operators do, done: sign in, filter, replay with the keyboard, mark; draw, undo, accept, save.
import { SIZES } from "./browser.mjs";
import { visit } from "./pages.mjs";

export async function use(context, server, report) {
  const found = [];
  const must = (what, holds) => holds || found.push(what);
  await visit(context, SIZES.hd, `${server.address}/login`, async (page) => {
    await page.getByLabel("Name").fill("operator");
    await page.getByLabel("Password").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("Name or password is not right.").waitFor({ timeout: 3000 });
    await page.getByLabel("Password").fill("street");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/$/, { timeout: 5000 });
    await page.locator(".event").first().waitFor();
    const before = await page.locator(".event").count();
    await page.getByLabel("Table").selectOption("conflicts");
    await page.getByLabel("Severity").selectOption("serious");
    await page.waitForTimeout(500);
    const after = await page.locator(".event").count();
    must(`filters leave ${after} of ${before}`, after > 0 && after < before);
    await page.getByText("Clear filters").click();
    await server.call("/mock/event?kind=red_light");
    await page.locator(".flags .new").waitFor({ timeout: 2000 });
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

  await visit(context, SIZES.hd, `${server.address}/site?junction=a`, async (page) => {
    await page.locator(".shape").first().waitFor();
    const count = () => page.locator(".shape.crosswalk").count();
    const before = await count();
    await page.getByRole("button", { name: "Crosswalk", exact: true }).click();
    for (const [x, y] of [[700, 420], [760, 420], [760, 500]]) await page.mouse.click(x, y, { delay: 30 });
    await page.mouse.dblclick(700, 500);
    must("a crosswalk cannot be drawn", (await count()) === before + 1);
    await page.getByRole("button", { name: "Undo" }).click();
    must("undo does not take it back", (await count()) === before);
    await page.getByRole("button", { name: "Redo" }).click();
    must("redo does not bring it back", (await count()) === before + 1);
    await page.getByRole("button", { name: /^Findings/ }).click();
    await page.getByText("Show where").first().click();
    must("doubts are not marked on the plan", (await page.locator(".marker").count()) > 0);
    await page.getByRole("button", { name: "Proposal", exact: true }).click();
    await page.getByRole("button", { name: "Learn from the tracks" }).click();
    await page.getByRole("button", { name: "Accept", exact: true }).first().waitFor({ timeout: 4000 });
    const open = await page.getByRole("button", { name: "Accept", exact: true }).count();
    await page.getByRole("button", { name: "Accept", exact: true }).first().click();
    must("accepting decides nothing", (await page.getByRole("button", { name: "Accept", exact: true }).count()) === open - 1);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved.").waitFor({ timeout: 3000 });
    const { toml } = await server.call("/api/v1/junctions/a/site");
    must("what was drawn is not saved", toml.includes('id = "crosswalk-1"'));
    must("comments are lost", toml.startsWith("# Hagenring"));
  });
  report("the editor in use", found);
}
