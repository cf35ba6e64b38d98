import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

const backend = process.env.PASSERBY_BACKEND ?? "http://127.0.0.1:8000";
const page = (name: string) => resolve(import.meta.dirname, `${name}.html`);

/** What the bundled packages' licences ask to be carried along. */
const licences: Plugin = {
  name: "licences",
  generateBundle() {
    const texts = ["preact", "uplot", "smol-toml"].map((name) => {
      const text = readFileSync(resolve(import.meta.dirname, "node_modules", name, "LICENSE"), "utf8");
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
});
