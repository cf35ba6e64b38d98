/// <reference types="vitest/config" />
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

const backend = process.env.PASSERBY_BACKEND ?? "http://127.0.0.1:8000";
const page = (name: string) => resolve(import.meta.dirname, `${name}.html`);

const packages = resolve(import.meta.dirname, "node_modules");
/** The name of the package that a module of the bundle is from, if it is from one. */
const packageOf = (module: string): string | undefined =>
  module.includes("vite/preload-helper") ? "vite" : /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(module)?.[1];

/** What the bundled packages' licences ask to be carried along, of whatever is in the bundle. */
const licences: Plugin = {
  name: "licences",
  generateBundle(_, bundle) {
    const modules = Object.values(bundle).flatMap((part) => (part.type === "chunk" ? part.moduleIds : []));
    const names = [...new Set(modules.map(packageOf).filter((name) => name !== undefined))].sort();
    const texts = names.map((name) => {
      const file = readdirSync(resolve(packages, name)).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
      if (file === undefined) throw new Error(`${name}: its licence is to be carried along, but it has none`);
      // after its own, Vite lists those of what it is built from, none of which is here
      const text = readFileSync(resolve(packages, name, file), "utf8").split("# Licenses of bundled dependencies")[0];
      return `${name}\n\n${text.trim()}\n`;
    });
    this.emitFile({ type: "asset", fileName: "assets/licences.txt", source: texts.join(`\n${"-".repeat(72)}\n\n`) });
  },
};

export default defineConfig({
  plugins: [licences],
  build: {
    outDir: process.env.PASSERBY_STATIC ?? resolve(import.meta.dirname, "../src/passerby/serve/static"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: { input: { screen: page("screen"), wall: page("wall"), site: page("site"), login: page("login") } },
  },
  server: { proxy: { "/api": backend } },
  // longer than any takes, on a machine that is busy with other things too
  test: { testTimeout: 120_000, hookTimeout: 120_000 },
});
