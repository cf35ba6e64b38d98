// All checks in a browser, of the real server: npm run e2e [-- pages|names|strays|glides|languages|tongues|use|editor|promptness|withdrawn|smoothness|memory|recovery ...]
// PASSERBY_HOURS: how many hours of replay the check of memory runs through (0.5). PASSERBY_DEMO: address of a running
// `passerby demo --serve --speed 20`, whose screen is watched too, for PASSERBY_MINUTES (15).
import { launch, there } from "./browser.mjs";
import { editor } from "./editor.mjs";
import { hours, memory, promptness, recovery, smoothness, withdrawn } from "./endurance.mjs";
import { glides, languages, names, pages, signIn, strays } from "./pages.mjs";
import { build, serve } from "./server.mjs";
import { tongues } from "./tongues.mjs";
import { use } from "./use.mjs";

if (!there()) {
  console.log("skipped: there is no Chromium (PASSERBY_CHROMIUM names another than /usr/bin/chromium)");
  process.exit(0);
}
const wanted = process.argv.slice(2);
const made = build();
const server = await serve(made);
const context = await launch();
await signIn(context, server);
let failed = 0;
const report = (what, found) => {
  console.log(`${found.length === 0 ? "ok  " : "FAIL"} ${what}`);
  for (const one of new Set(found)) console.log(`       ${one}`);
  failed += found.length > 0;
};
const checks = {
  pages: () => pages(context, server, report),
  names: () => names(context, server, report),
  glides: () => glides(context, server, report),
  strays: () => strays(context, server, report),
  languages: () => languages(context, server, report),
  tongues: () => tongues(context, server, report),
  use: () => use(context, server, report),
  editor: () => editor(made, report),
  promptness: () => promptness(context, server, report),
  withdrawn: () => withdrawn(context, server, report),
  smoothness: async () => {
    await smoothness(context, made, report, "hd");
    await smoothness(context, made, report, "uhd", [34, 70]);
  },
  memory: async () => {
    await memory(context, server, report, Number(process.env.PASSERBY_HOURS ?? 0.5));
    if (process.env.PASSERBY_DEMO) await hours(process.env.PASSERBY_DEMO, context, report, Number(process.env.PASSERBY_MINUTES ?? 15));
  },
  recovery: () => recovery(context, made, report),
};
for (const [name, check] of Object.entries(checks)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  try {
    await check();
  } catch (error) {
    report(name, [String(error.message).split("\n").slice(0, 3).join(" ")]);
  }
}
await context.close();
await server.stop();
process.exit(failed > 0 ? 1 : 0);
