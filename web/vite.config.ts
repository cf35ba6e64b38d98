import { resolve } from "node:path";
import { defineConfig } from "vite";

const backend = process.env.PASSERBY_BACKEND ?? "http://127.0.0.1:8000";
const page = (name: string) => resolve(import.meta.dirname, `${name}.html`);

export default defineConfig({
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
