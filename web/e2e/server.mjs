// The stand-in server as its own process, on a free port, with pages built from these sources.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const web = resolve(import.meta.dirname, "..");

export function build() {
  const out = mkdtempSync(join(tmpdir(), "passerby-pages-"));
  const done = spawnSync(process.execPath, [join(web, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "error"], {
    cwd: web, env: { ...process.env, PASSERBY_STATIC: out }, stdio: "inherit",
  });
  if (done.status !== 0) throw new Error("vite build failed");
  return out;
}

export async function serve(pages, options = {}) {
  const args = Object.entries({ port: 0, every: 0, static: pages, ...options }).flatMap(([k, v]) => [`--${k}`, String(v)]);
  const child = spawn(process.execPath, [join(web, "mock/server.mjs"), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const address = await new Promise((done, failed) => {
    child.stdout.once("data", (said) => done(String(said).trim().replace(/\/$/, "")));
    child.once("exit", (code) => failed(new Error(`the stand-in server ended with ${code}`)));
  });
  return {
    address,
    port: new URL(address).port,
    call: (path) => fetch(address + path).then((r) => r.json()),
    stop: () => new Promise((done) => { child.removeAllListeners("exit"); child.once("exit", done); child.kill(); }),
  };
}
