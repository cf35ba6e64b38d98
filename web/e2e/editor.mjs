// The site editor with `passerby serve` behind it: what is drawn wrong is said where it is and mended, lights, exits,
// snapping, keys, a camera's picture, calibration, tiles, plates, from nothing to a saved site.toml.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { launch, settled, SIZES, until } from "./browser.mjs";
import { audit, visit } from "./pages.mjs";
import { certificate, mast, png, tileServer } from "./pictures.mjs";
import { real, signIn } from "./real.mjs";

const DEMO = resolve(import.meta.dirname, "../../src/passerby/demo/site.toml");
const CAMERA = mast({ x: -20, y: -28, h: 9, heading: 40, tilt: 20, focal: 560, size: [768, 576] });
const grid = (px, py) => {
  const at = CAMERA.toGround([px, py]);
  if (at === null) return [120, 150, 190];
  return at.some((v) => Math.abs(v % 5) < 0.15) ? [230, 220, 120] : [90, 92, 96];
};
const PICKED = [[100, 560], [650, 560], [120, 300], [640, 300], [380, 420], [500, 330]];
const PROPOSED = [216, 255, 90];
/** How many pixels of the map are of an ink. */
const ink = (page, of) => page.locator(".plane .drawn canvas").evaluateAll((all, [r, g, b]) => all.reduce((sum, canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < data.length; i += 4) sum += data[i] === r && data[i + 1] === g && data[i + 2] === b;
  return sum;
}, 0), of);
const rounded = (at) => at.map((v) => Math.round(v * 1000) / 1000);

export async function editor(pages, report) {
  // cookies know no ports: signing in here must sign nobody out elsewhere
  const context = await launch();
  const plate = png(768, 576, grid);
  const tiles = await tileServer();
  const drawing = readFileSync(DEMO, "utf8");
  const [, heading] = /id = "north-through"[^[]*points[^\n]*\nheading = ([\d.]+)/.exec(drawing);
  const toml = `${drawing.replace(/(id = "north-through"[^[]*points[^\n]*\nheading = )[\d.]+/, `$1${(Number(heading) + 180) % 360}`)}
[[signal]]
id = "K99"

[[camera]]
id = "north"
[camera.calibration]
image = ${JSON.stringify(PICKED)}
ground = ${JSON.stringify(PICKED.map((p) => rounded(CAMERA.toGround(p))))}
size = [768, 576]

[[camera]]
id = "south"
`;
  const files = { "site.toml": toml, "north.png": plate, "north.plate.json": certificate("north.png", plate), "south.png": plate, "south.plate.json": certificate("south.png", plate) };
  const server = await real(pages, files, ["--plates", ".", "--tiles", tiles.url, "--attribution", "© a map of nobody"]);
  const empty = await real(pages, { "site.toml": 'version = 1\n\n[site]\nname = "New"\norigin = [52.27, 10.54]\n' });
  try {
    await signIn(context, server);
    const [{ id }] = await (await fetch(`${server.address}/api/v1/public/junctions`)).json();
    const url = `${server.address}/site?junction=${id}`;
    const run = async (what, act, at = url, size = SIZES.hd) => {
      const found = [];
      try {
        await visit(context, size, at, async (page, said) => {
          await page.locator(".plane canvas").first().waitFor();
          await settled(page, 700);
          await act(page, (sentence, holds) => holds || found.push(sentence), said);
          // Chromium's hint about speed: OpenLayers measures which kind of canvas is read faster, and takes that
          found.push(...said.filter((one) => !one.startsWith("Canvas2D: Multiple readback")));
        });
      } catch (error) {
        found.push(String(error.message).split("\n").slice(0, 3).join(" "));
      }
      report(`the editor: ${what}`, found);
    };
    const saved = () => readFileSync(join(server.folder, "site.toml"), "utf8");
    await run("a line that faces the wrong way", wrongWay);
    await run("an outline that crosses itself", crossed);
    await run("a signal nobody uses", spare);
    await run("drawn, snapped, undone, moved by key, saved", (page, must) => draws(page, must, saved));
    await run("two who save at once", (page, must, said) => clashes(page, must, said, context, url, saved));
    await run("exits and lights", exits);
    await run("in the camera's picture", inPicture);
    await run("a proposal", (page, must) => proposes(page, must, drawing));
    await run("calibrated by clicking", calibrates);
    await run("layers, and tiles for operators alone", (page, must) => layers(page, must, tiles, server.address, context));
    for (const [size, box] of Object.entries(SIZES)) await run(`${size} as it should be`, looks, url, box);
    await run("in its languages", languages, url, SIZES.phone);
    await run("in high contrast", async (page, must) => {
      await page.emulateMedia({ forcedColors: "active", colorScheme: "dark", contrast: "more" });
      await looks(page, must);
    });
    writeFileSync(join(server.folder, "north.png"), Buffer.concat([plate.subarray(0, 60), Buffer.from([1]), plate.subarray(61)]));
    writeFileSync(join(server.folder, "south.png"), png(768, 576, () => [1, 2, 3]));
    await run("a plate that was altered is not shown", async (page, must) => {
      must("there is still a switch for plates", await until(async () => (await page.getByLabel("Background plate").count()) === 0));
      must("there is still a view of the camera", await until(async () => (await page.getByRole("button", { name: "Camera north" }).count()) === 0));
    });
    await signIn(context, empty);
    await run("from nothing", (page, must) => begins(page, must, () => readFileSync(join(empty.folder, "site.toml"), "utf8")), `${empty.address}/site`);
  } finally {
    await server.stop();
    await empty.stop();
    await tiles.stop();
    await context.close();
  }
}

/** Page coordinates of a place on a plane: metres, or a picture's pixels with y upwards negative. */
async function on(page, at, plane = 0) {
  const host = page.locator(".plane").nth(plane);
  const [px, py] = await host.evaluate((e, place) => e.pixelOf(place), at);
  const box = await host.boundingBox();
  return [box.x + px, box.y + py];
}
const view = (page, plane) => page.locator(".plane").nth(plane).evaluate((e) => JSON.stringify([[0, 0], [100, -100]].map((at) => e.pixelOf?.(at))));
/** Once a plane shows what it is to show, and moves no more. */
async function still(page, plane = 0, but = "[null,null]") {
  await until(async () => {
    const before = await view(page, plane);
    await page.waitForTimeout(300);
    return before !== but && before === (await view(page, plane));
  });
}
/** Do what makes the plane show something else. */
async function turned(page, act) {
  const before = await view(page, 0);
  await act();
  await still(page, 0, before);
}
/** Take a tool, and have it in hand. */
async function take(page, tool) {
  const button = page.locator(".tools").getByRole("button", { name: tool, exact: true });
  await button.click();
  await button.and(page.locator("[aria-pressed=true]")).waitFor();
}
const click = async (page, at, plane = 0) => page.mouse.click(...(await on(page, at, plane)), { delay: 20 });
async function drag(page, from, to) {
  await page.mouse.move(...from);
  await page.mouse.down();
  for (let k = 1; k <= 8; k++) await page.mouse.move(from[0] + ((to[0] - from[0]) * k) / 8, from[1] + ((to[1] - from[1]) * k) / 8);
  await page.mouse.up();
}
const text = async (page) => {
  await page.getByRole("button", { name: "site.toml" }).click();
  const found = await page.getByLabel("site.toml").inputValue();
  await page.getByRole("button", { name: "Objects", exact: true }).click();
  return found;
};
/** The text of one object's table. */
const table = (toml, kind, id) => toml.split(/(?=^\[\[?(?!\[|\w+\.))/m).find((t) => t.startsWith(`[[${kind}]]`) && t.includes(`id = "${id}"`)) ?? "";
const pointsOf = (toml, kind, id) => JSON.parse(/(?:points|polygon|centreline) = (\[\[[\s\S]*?\]\s*,?\s*\])/.exec(table(toml, kind, id))[1].replace(/,\s*\]$/, "]"));
const marker = (page, who) => page.getByRole("button", { name: who });
const middle = (points) => [0, 1].map((k) => points.reduce((s, p) => s + p[k], 0) / points.length);
const choose = async (page, kind, id) => {
  const group = page.locator("details", { has: page.getByText(new RegExp(`^${kind} \\(`)) });
  if (!(await group.evaluate((e) => e.open))) await group.locator("summary").click();
  const button = group.getByRole("button", { name: new RegExp(`^${id}( !)?$`) });
  await button.click();
  return button;
};

async function wrongWay(page, must) {
  const flag = marker(page, /stop_line "north-through": heading .* runs against the lanes/);
  await flag.waitFor();
  const before = await text(page);
  const [x, y] = await on(page, middle(pointsOf(before, "stop_line", "north-through")));
  const box = await flag.boundingBox();
  must(`it is pointed out ${Math.round(Math.hypot(box.x + box.width / 2 - x, box.y + box.height - y))} pixels from the line`, Math.hypot(box.x + box.width / 2 - x, box.y + box.height - y) < 25);
  await flag.click();
  await page.locator(".card").getByRole("button", { name: "Turn round" }).click();
  await flag.waitFor({ state: "detached" });
  const headings = [before, await text(page)].map((t) => Number(/heading = ([\d.]+)/.exec(table(t, "stop_line", "north-through"))[1]));
  must(`turned from ${headings[0]} to ${headings[1]}`, Math.abs(Math.abs(headings[0] - headings[1]) - 180) < 0.11);
}

async function crossed(page, must) {
  const points = pointsOf(await text(page), "crosswalk", "west-in");
  await choose(page, "Crosswalk", "west-in");
  await page.getByRole("button", { name: "Whole junction" }).click();
  const corners = await Promise.all(points.slice(0, 4).map((p) => on(page, p)));
  // the first corner beyond the opposite side
  const beyond = [0, 1].map((k) => (corners[1][k] + corners[2][k]) / 2 + 0.35 * ((corners[1][k] + corners[2][k]) / 2 - corners[0][k]));
  await drag(page, corners[0], beyond);
  const flag = marker(page, /crosswalk "west-in": polygon must .* at \(/);
  await flag.waitFor();
  const title = await flag.getAttribute("title");
  const [x, y] = await on(page, /at \((\S+), (\S+)\)/.exec(title).slice(1).map(Number));
  const box = await flag.boundingBox();
  const off = Math.hypot(box.x + box.width / 2 - x, box.y + box.height - y);
  must(`the flag is ${Math.round(off)} pixels from where it crosses`, off < 25);
  await flag.click();
  await page.locator(".card").getByRole("button", { name: "Put the corners in order" }).click();
  await flag.waitFor({ state: "detached" });
  must("errors are left", await until(async () => (await marker(page, /crosswalk "west-in": polygon/).count()) === 0));
}

async function spare(page, must) {
  const tray = page.locator(".tray").getByRole("button", { name: /K99/ });
  await tray.waitFor();
  await tray.click();
  await page.locator(".lights .lit .spare").filter({ hasText: "governs nothing" }).waitFor();
  const toml = await (async () => { await page.getByRole("button", { name: "site.toml" }).click(); return page.getByLabel("site.toml").inputValue(); })();
  await page.getByRole("button", { name: "Signals", exact: true }).click();
  const row = page.locator(".lights li", { has: page.getByRole("button", { name: "K99", exact: true }) });
  await row.getByRole("button", { name: "Assign" }).click();
  await click(page, middle(pointsOf(toml, "crosswalk", "west-in")));
  await tray.waitFor({ state: "detached" });
  must("the row does not say what it governs", await until(async () => (await row.innerText()).includes("Crosswalk west-in")));
  must("the site does not", table(await text(page), "crosswalk", "west-in").includes('signal = "K99"'));
}

async function draws(page, must, saved) {
  const toml = await text(page);
  const count = async () => Number(/\((\d+)\)/.exec(await page.getByText(/^Crosswalk \(/).innerText())[1]);
  const before = await count();
  const near = pointsOf(toml, "crosswalk", "west-in")[0];
  const [nx, ny] = await on(page, near);
  const [mx, my] = await on(page, [0, 0]);
  await take(page, "Crosswalk");
  await page.mouse.click(nx + 4, ny + 3, { delay: 20 });
  await page.mouse.click(mx, my, { delay: 20 });
  // two corners are no area yet
  await page.keyboard.press("Enter");
  await page.mouse.click(mx + 60, my + 50, { delay: 20 });
  await page.keyboard.press("Enter");
  must("a crosswalk cannot be drawn", await until(async () => (await count()) === before + 1));
  const [first] = pointsOf(await text(page), "crosswalk", "crosswalk-1");
  must(`the first corner does not snap: ${first} is not ${near}`, Math.hypot(first[0] - near[0], first[1] - near[1]) < 0.011);
  await page.getByRole("button", { name: "Undo" }).click();
  must("undo does not take it back", await until(async () => (await count()) === before));
  await page.getByRole("button", { name: "Redo" }).click();
  must("redo does not bring it back", await until(async () => (await count()) === before + 1));
  const was = pointsOf(await text(page), "crosswalk", "crosswalk-1");
  await (await choose(page, "Crosswalk", "crosswalk-1")).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowUp");
  const is = pointsOf(await text(page), "crosswalk", "crosswalk-1");
  must("arrow keys do not move it", was.every(([x, y], i) => Math.abs(is[i][0] - x - 0.1) < 0.011 && Math.abs(is[i][1] - y - 1) < 0.011));
  await page.locator(".corners summary").click();
  await page.locator(".corners li button").first().focus();
  await page.keyboard.press("ArrowLeft");
  const corner = pointsOf(await text(page), "crosswalk", "crosswalk-1");
  must("a corner is not moved alone", Math.abs(corner[0][0] - is[0][0] + 0.1) < 0.011 && corner[1][0] === is[1][0]);
  await take(page, "Zone");
  await page.keyboard.down("Alt");
  await page.mouse.click(nx + 4, ny + 3, { delay: 20 });
  await page.keyboard.up("Alt");
  await page.mouse.click(mx, my, { delay: 20 });
  await page.mouse.click(mx - 60, my + 70, { delay: 20 });
  await page.mouse.dblclick(mx - 80, my + 20);
  await until(async () => table(await text(page), "zone", "zone-1") !== "");
  const [free] = pointsOf(await text(page), "zone", "zone-1");
  must("it snaps though Alt is held", Math.hypot(free[0] - near[0], free[1] - near[1]) > 0.05);
  await page.keyboard.press("Control+s");
  await page.getByText("Saved.").waitFor();
  must("what was drawn is not saved", saved().includes('id = "crosswalk-1"') && saved().includes('id = "zone-1"'));
  must("comments are lost", saved().startsWith("# Hagenring"));
}

async function exits(page, must) {
  const toml = await text(page);
  await choose(page, "Stop line", "south-left");
  const line = middle(pointsOf(toml, "stop_line", "south-left"));
  await page.getByRole("button", { name: "Add an exit by clicking it" }).click();
  await page.locator(".exits .hint[role=status]").waitFor();
  const west = await on(page, line);
  await page.mouse.click(west[0] - 150, west[1] - 60, { delay: 20 });
  await page.locator(".exit").waitFor();
  const made = table(await text(page), "stop_line", "south-left");
  const exit = Number(/exit_heading = ([\d.]+)/.exec(made)?.[1]);
  must(`it leaves heading ${exit}`, exit > 260 && exit < 320);
  must("its light is lost", made.includes('signal = "K7"') && !/heading = [\d.]+\nsignal/.test(made));
  await page.getByRole("button", { name: "Signals", exact: true }).click();
  await page.locator(".lights").getByRole("button", { name: "K7", exact: true }).click();
  await page.locator(".lights .lit").getByRole("button", { name: /Edit/ }).click();
  await page.getByLabel("Id").fill("K77");
  await page.keyboard.press("Tab");
  const renamed = await text(page);
  must("what it governs keeps the old name", table(renamed, "stop_line", "south-left").includes('signal = "K77"') && !renamed.includes('"K7"'));
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  must("a deleted signal still governs", !(await text(page)).includes('"K77"'));
}

/** What would be learnt is made up here: a crosswalk elsewhere, one that is new, a light; nothing has moved at this server. */
async function proposes(page, must, drawing) {
  const drawn = pointsOf(drawing, "crosswalk", "west-in");
  const [x, y] = drawn[0];
  const toml = drawing.replace(/(id = "west-in"[^[]*polygon = )\[\s*\[[^=]*\]\s*\]/, `$1${JSON.stringify(drawn.map(([a, b]) => [a + 1.8, b + 1.8]))}`).concat('\n[[crosswalk]]\nid = "learnt"\npolygon = [[0, 0], [6, 0], [6, 3], [0, 3]]\nsignal = "K1"\n').concat('\n[[zone]]\nid = "thin"\nkind = "sidewalk"\npolygon = [[60, 60], [70, 60], [70, 64], [60, 64]]\n');
  await page.getByRole("button", { name: "Proposal", exact: true }).click();
  await page.getByText("Nobody has been seen here yet").waitFor();
  must("it can be asked for where nobody was seen", await page.getByRole("button", { name: "Learn from the tracks" }).isDisabled());
  await page.route("**/site/paths", (route) => route.fulfill({ json: { paths: [{ class: "car", points: [[-30, 0], [30, 4]] }], road_users: 431, seen_s: 720 } }));
  await page.getByRole("button", { name: "Objects", exact: true }).click();
  await page.getByRole("button", { name: "Proposal", exact: true }).click();
  await page.getByText("431 road users within 12 minutes").waitFor();
  await page.route("**/site/proposal", (route) => route.fulfill({ json: { toml, findings: [{ who: 'crosswalk "learnt"', message: "rests on 38 road users, confidence 0.91", x: 3, y: 1.5, road_users: 38, confidence: 0.91 }, { who: 'zone "thin"', message: "rests on 1 road user, confidence 0.12", x: 65, y: 62, road_users: 1, confidence: 0.12 }], unclear: [] } }));
  await page.getByRole("button", { name: "Learn from the tracks" }).click();
  const item = page.locator(".findings li", { hasText: "learnt" });
  await item.waitFor();
  must("it does not say what it rests on", (await item.innerText()).includes("rests on 38 road users, confidence 0.91"));
  must("nor what governs it", (await item.innerText()).includes("K1"));
  const preview = page.getByRole("checkbox", { name: "Proposal" });
  must("what is proposed cannot be hidden on the map", await preview.isChecked());
  await item.getByRole("button", { name: "Accept", exact: true }).focus();
  must("what is proposed is not on the map", await until(async () => (await ink(page, PROPOSED)) > 0));
  await settled(page, 700);
  const whole = await ink(page, PROPOSED);
  await item.getByRole("button", { name: "Accept", exact: true }).blur();
  must("what is looked at is not marked", await until(async () => (await ink(page, PROPOSED)) < whole));
  await preview.uncheck();
  must("what is proposed is shown though it is hidden", await until(async () => (await ink(page, PROPOSED)) === 0));
  await preview.check();
  const open = () => page.getByRole("button", { name: "Accept", exact: true }).count();
  const before = await open();
  await item.getByRole("button", { name: "Accept", exact: true }).click();
  must("accepting decides nothing", await until(async () => (await open()) === before - 1));
  const moved = page.locator(".findings li", { hasText: "west-in" });
  await moved.getByRole("button", { name: "Not now" }).click();
  must("dismissing decides nothing", await until(async () => (await open()) === before - 2));
  const after = await text(page);
  must("what was accepted is not drawn, or without its light", table(after, "crosswalk", "learnt").includes('signal = "K1"'));
  await page.getByRole("button", { name: "Proposal", exact: true }).click();
  const weak = page.locator(".findings.weak li");
  must("what rests on one road user is not apart from the rest", (await weak.count()) === 1 && (await weak.innerText()).includes("thin"));
  must("it is taken along with all", (await page.getByRole("button", { name: "Accept all" }).count()) === 0);
  must("what was dismissed is", JSON.stringify(pointsOf(after, "crosswalk", "west-in")[0]) === JSON.stringify([x, y]));
}

async function inPicture(page, must) {
  await turned(page, () => page.getByRole("button", { name: "Camera north" }).click());
  await take(page, "Zone");
  const corners = [[300, 400], [420, 400], [430, 480], [280, 470]];
  for (const [x, y] of corners) await click(page, [x, -y]);
  await page.keyboard.press("Enter");
  await until(async () => /camera = "north"/.test((await text(page)).split("[[zone]]").at(-1)));
  const toml = await text(page);
  const zone = [...toml.matchAll(/\[\[zone\]\]\nid = "(zone-\d+)"/g)].map((m) => m[1]).at(-1);
  must("it is not drawn in the camera's pixels", table(toml, "zone", zone).includes('camera = "north"'));
  const drawn = pointsOf(toml, "zone", zone);
  must(`${drawn} is not where it was clicked`, drawn.every(([x, y], i) => Math.hypot(x - corners[i][0], y - corners[i][1]) < 1.5));
  await turned(page, () => page.getByRole("button", { name: "Plan", exact: true }).click());
  await page.keyboard.press("Escape");
  const ground = middle(drawn.map((p) => CAMERA.toGround(p)));
  await click(page, ground);
  must("it is not on the plan where the camera sees it", await until(async () => (await page.locator(".fields h2").innerText()) === `Zone ${zone}`));
  await drag(page, await on(page, ground), await on(page, [ground[0] + 2, ground[1]]));
  const moved = pointsOf(await text(page), "zone", zone).map((p) => CAMERA.toGround(p));
  const by = moved.map((p, i) => p[0] - CAMERA.toGround(drawn[i])[0]);
  must(`on the plan it moves by ${by}`, by.every((d) => Math.abs(d - 2) < 0.3));
}

async function calibrates(page, must) {
  await page.getByRole("button", { name: "Calibrate" }).click();
  await page.locator(".calibrate select").selectOption("south");
  await until(async () => (await page.locator(".plane").count()) === 2);
  for (const plane of [0, 1]) await still(page, plane);
  for (const px of [[120, 500], [640, 480], [200, 320], [620, 330], [400, 430], [330, 350]]) {
    await click(page, [px[0], -px[1]], 0);
    await click(page, CAMERA.toGround(px), 1);
  }
  const errors = () => page.locator(".calibrate tbody tr td:nth-child(6)").allInnerTexts();
  const near = (all) => all.length === 6 && all.every((e) => e !== "" && Number(e) < 40);
  must(`pairs clicked to a pixel are off by ${await errors()} cm`, await until(async () => near(await errors())));
  const [x, y] = CAMERA.toGround([400, 430]);
  await drag(page, await on(page, [x, y], 1), await on(page, [x + 3, y], 1));
  const off = async () => Number(await page.locator(".calibrate tbody tr:nth-child(5) td:nth-child(7)").innerText());
  must(`a pair that was dragged 3 m is off by ${await off()} cm`, await until(async () => (await off()) > 250 && (await off()) < 350));
  await drag(page, await on(page, [x + 3, y], 1), await on(page, [x, y], 1));
  await page.getByRole("button", { name: "Objects", exact: true }).click();
  await page.getByRole("button", { name: "Calibrate" }).click();
  must("pairs are lost while something else is looked at", await until(async () => near(await errors())));
  await page.getByRole("button", { name: "Take into the drawing" }).click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").waitFor();
  must("it is not in the drawing", /\[\[camera\]\]\nid = "south"\n\[camera\.calibration\]\nimage = /.test(await text(page)));
  must("the camera's plate does not lie on the plan", await until(async () => (await page.getByLabel("Background plate").count()) === 1));
}

async function clashes(page, must, said, context, url, saved) {
  const named = async (on, name) => {
    await on.getByText("The junction", { exact: true }).click();
    await on.getByLabel("Name", { exact: true }).fill(name);
    await on.keyboard.press("Tab");
    await on.getByRole("button", { name: "Save", exact: true }).click();
  };
  const was = /\nname = "([^"]*)"/.exec(saved())[1];
  await visit(context, SIZES.hd, url, async (other) => {
    await other.locator(".plane canvas").first().waitFor();
    await named(other, "Theirs");
    await other.getByText("Saved.").waitFor();
  });
  await named(page, "Mine");
  const told = page.getByRole("alertdialog");
  await told.waitFor();
  must("what was saved first is lost", saved().includes('name = "Theirs"'));
  const [file] = await Promise.all([page.waitForEvent("download"), told.getByRole("button", { name: "Keep mine as a file" }).click()]);
  must("mine is not in the file", readFileSync(await file.path(), "utf8").includes('name = "Mine"'));
  await told.getByRole("button", { name: "Load theirs" }).click();
  must("theirs is not shown", await until(async () => (await text(page)).includes('name = "Theirs"')));
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  must("mine cannot be had back", await until(async () => (await text(page)).includes('name = "Mine"')));
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").waitFor();
  must("mine cannot be saved over theirs knowingly", saved().includes('name = "Mine"'));
  await visit(context, SIZES.hd, url, async (other) => {
    await other.locator(".plane canvas").first().waitFor();
    await named(other, was);
    await other.getByText("Saved.").waitFor();
  });
  await page.getByRole("button", { name: "Objects", exact: true }).click();
  await named(page, `${was}.`);
  await told.getByRole("button", { name: "Save mine over theirs" }).click();
  await told.waitFor({ state: "hidden" });
  // the browser's own line about the refusal, and no other
  const refused = said.filter((one) => one.includes("409"));
  must(`it was refused ${refused.length} times`, refused.length === 2);
  said.splice(0, said.length, ...said.filter((one) => !one.includes("409")));
  must("pressing the button for it does not save mine over theirs", saved().includes(`name = "${was}."`));
}

async function layers(page, must, tiles, address, context) {
  must("no tile was asked for", await until(() => tiles.asked.length > 0));
  must("the map is not said to be whose it is", await until(() => page.getByText("© a map of nobody").isVisible()));
  must("tiles learn more than the server's address", tiles.asked.every((a) => a.referrer === null || new URL(a.referrer).pathname === "/"));
  await page.getByLabel("Map", { exact: true }).uncheck();
  must("it is, though it is not shown", await until(async () => (await page.getByText("© a map of nobody").count()) === 0));
  const shown = await page.evaluate(() => document.querySelectorAll(".ol-layers > *").length);
  await page.getByLabel("Background plate").uncheck();
  must("a plate cannot be switched off", await until(async () => (await page.evaluate(() => document.querySelectorAll(".ol-layers > *").length)) < shown));
  const before = tiles.asked.length;
  await visit(context, SIZES.hd, `${address}/screen`, async (screen, said) => {
    await screen.waitForTimeout(1500);
    for (const one of said) must(`the public screen says ${one}`, false);
    const all = () => screen.evaluate(() => performance.getEntriesByType("resource").map((r) => r.name));
    await until(async () => (await all()).some((name) => name.includes("/plates/north")));
    const loaded = await all();
    must("the public screen loads a map library", !loaded.some((name) => /projection|heat_plane|site-/.test(name)));
    must("the public screen does not load the plate", loaded.some((name) => name.includes("/plates/north")));
  });
  must("the public screen asks for tiles", tiles.asked.length === before);
}

async function looks(page, must) {
  const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  must(`the page is ${wide[0]} wide in ${wide[1]}`, wide[0] <= wide[1]);
  for (const tab of ["Objects", "Signals", "Findings", "Proposal", "Calibrate", "site.toml"]) {
    await page.locator(".tabs button", { hasText: tab }).first().click();
    await page.waitForTimeout(250);
    for (const finding of await audit(page)) must(`${tab}: ${finding}`, false);
  }
}

async function languages(page, must) {
  const key = "passerby.language";
  for (const language of ["de", "zh", "ja", "en"]) {
    await page.evaluate(([k, v]) => localStorage.setItem(k, v), [key, language]);
    await page.reload();
    await page.locator(".tabs").waitFor();
    const lang = await page.evaluate(() => document.documentElement.lang);
    must(`it speaks ${lang} instead of ${language}`, lang.startsWith(language));
    for (let i = 0; i < 6; i++) {
      await page.locator(".tabs button").nth(i).click();
      await page.waitForTimeout(120);
      const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      must(`${language}: the page is ${wide[0]} wide in ${wide[1]}`, wide[0] <= wide[1]);
    }
  }
  await page.evaluate((k) => localStorage.removeItem(k), key);
}

async function begins(page, must, saved) {
  await take(page, "Lane");
  for (const at of [[-2, 38], [-2, 20], [-2, 12]]) await click(page, at);
  await page.keyboard.press("Enter");
  await page.waitForTimeout(200);
  await take(page, "Stop line");
  for (const at of [[-4, 11], [0, 11]]) await click(page, at);
  await page.keyboard.press("Enter");
  await page.waitForTimeout(200);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").waitFor();
  must("lane and stop line are not in it", /\[\[lane\]\]/.test(saved()) && /\[\[stop_line\]\]/.test(saved()));
}
