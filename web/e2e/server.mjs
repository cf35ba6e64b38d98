// The real server with a made-up street (street.py) as its own process, and pages built from these sources.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const web = resolve(import.meta.dirname, "..");
const installed = resolve(web, "../.venv/bin/python");
const PYTHON = process.env.PASSERBY_PYTHON ?? (existsSync(installed) ? installed : "python3");

export function build() {
  const out = mkdtempSync(join(tmpdir(), "passerby-pages-"));
  const done = spawnSync(process.execPath, [join(web, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "error"], {
    cwd: web, env: { ...process.env, PASSERBY_STATIC: out }, stdio: "inherit",
  });
  if (done.status !== 0) throw new Error("vite build failed");
  return out;
}

/** options: those of street.py; ask(line) gives its answer. */
export async function serve(pages, options = {}) {
  const args = Object.entries({ pages, ...options }).flatMap(([k, v]) => [`--${k}`, String(v)]);
  const child = spawn(PYTHON, [join(web, "e2e/street.py"), ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = [];
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.done(JSON.parse(line)));
  child.once("exit", (code) => waiting.forEach(({ failed }) => failed(new Error(`the server ended with ${code}`))));
  const next = () => new Promise((done, failed) => waiting.push({ done, failed }));
  const { address, password } = await next();
  return {
    address, password,
    port: new URL(address).port,
    ask: (line) => {
      const answer = next();
      child.stdin.write(`${line}\n`);
      return answer;
    },
    stop: () => new Promise((done) => { child.once("exit", done); child.kill("SIGTERM"); }),
  };
}
