// `passerby serve` itself, with pages built from these sources, for checks of what pages and server do together.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const PYTHON = process.env.PASSERBY_PYTHON ?? resolve(import.meta.dirname, "../../.venv/bin/python");
export const serverThere = () => existsSync(PYTHON);
const LAUNCH = `
import sys
from pathlib import Path
from passerby.serve import limits, pages
# on a machine that is busy with other things nobody is sent away for that
made = limits.Limits.__init__
limits.Limits.__init__ = lambda self: made(self, patience_s=600.0)
pages.FOLDER = Path(sys.argv[1])
sys.argv = ["passerby", *sys.argv[2:]]
from passerby.cli import main
main()
`;

/** files: what lies in the server's folder, by name; arguments: of passerby serve, beside the site. */
export async function real(pages, files, args = []) {
  const folder = mkdtempSync(join(tmpdir(), "passerby-real-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const child = spawn(PYTHON, ["-c", LAUNCH, pages, "serve", "site.toml", "--port", "0", "--data", "serve", ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (d) => (said += d));
  const out = await new Promise((done, failed) => {
    let text = "";
    child.stdout.on("data", (d) => {
      text += d;
      if (text.includes("Ctrl-C ends it")) done(text);
    });
    child.once("exit", (code) => failed(new Error(`passerby serve ended with ${code}: ${text}${said}`)));
  });
  return {
    folder,
    address: /Public screen\s+(\S+)\/screen/.exec(out)[1],
    password: /password\s+(\S+)/.exec(out)[1],
    stop: () => new Promise((done) => { child.removeAllListeners("exit"); child.once("exit", done); child.kill("SIGINT"); }),
  };
}

/** Sign in and set an own password. */
export async function signIn(context, server) {
  const page = await context.newPage();
  await page.goto(`${server.address}/login`);
  const csrf = await page.evaluate(async (password) => {
    const send = (method, path, body, token) => fetch(path, { method, headers: { "content-type": "application/json", ...(token ? { "x-csrf-token": token } : {}) }, body: JSON.stringify(body) });
    const first = await (await send("POST", "/api/v1/session", { name: "administrator", password })).json();
    const own = "a long password for checks";
    await send("PUT", "/api/v1/session/password", { old: password, new: own }, first.csrf);
    return (await (await send("POST", "/api/v1/session", { name: "administrator", password: own })).json()).csrf;
  }, server.password);
  await page.close();
  return csrf;
}
