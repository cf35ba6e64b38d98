/**
 * A site.toml as pieces of text, one per table of the first level. What is not changed keeps its text, comments and
 * all; what is changed is written anew.
 */
import { parse, stringify } from "smol-toml";
import type { Point } from "../shared/types";

export const DRAWN = ["stop_line", "crosswalk", "lane", "zone"] as const;
export type Drawn = (typeof DRAWN)[number];
export const GEOMETRY: Record<Drawn, "points" | "polygon" | "centreline"> = {
  stop_line: "points", crosswalk: "polygon", lane: "centreline", zone: "polygon",
};
export const isArea = (kind: Drawn): boolean => GEOMETRY[kind] === "polygon";
const LEAST: Record<Drawn, number> = { stop_line: 2, lane: 2, crosswalk: 3, zone: 3 };
export const leastPoints = (kind: Drawn): number => LEAST[kind];

export type Value = Record<string, unknown>;
export interface Block { key: number; kind: string; text: string; value: Value }
export interface Doc { readonly blocks: readonly Block[] }

const HEADER = /^\s*\[(\[?)\s*([A-Za-z_][\w-]*)((?:\.[\w-]+)*)\s*\]?\]\s*(?:#.*)?$/;
let keys = 0;

/** Raises an Error with smol-toml's sentence where the text is no TOML. */
export function read(text: string): Doc {
  parse(text);
  const pieces: { kind: string; lines: string[] }[] = [{ kind: "", lines: [] }];
  for (const line of text.split(/(?<=\n)/)) {
    const found = HEADER.exec(line.trimEnd());
    const now = pieces[pieces.length - 1];
    if (found !== null && !(found[3] !== "" && found[2] === now.kind)) pieces.push({ kind: found[2], lines: [...leading(now.lines), line] });
    else now.lines.push(line);
  }
  return { blocks: pieces.filter((p) => p.lines.length > 0).map(({ kind, lines }) => block(kind, lines.join(""))) };
}

/** Takes the comment right above a header away from the piece before it. */
function leading(lines: string[]): string[] {
  let from = lines.length;
  while (from > 0 && lines[from - 1].trimStart().startsWith("#")) from--;
  return from === 0 ? [] : lines.splice(from);
}

function block(kind: string, text: string): Block {
  const whole = parse(text) as Record<string, unknown>;
  const table = whole[kind];
  const value = (Array.isArray(table) ? table[0] : (table ?? {})) as Value;
  return { key: ++keys, kind, text, value };
}

export const write = (doc: Doc): string => doc.blocks.map((b) => b.text).join("");

export function isDrawn(b: Block): b is Block & { kind: Drawn } {
  return (DRAWN as readonly string[]).includes(b.kind);
}
export const idOf = (b: Block): string => String(b.value.id ?? "");

/** The object's points in metres; null where it is drawn in a camera's pixels or has none. */
export function pointsOf(b: Block): Point[] | null {
  if (!isDrawn(b) || b.value.camera !== undefined) return null;
  const points = b.value[GEOMETRY[b.kind]];
  return Array.isArray(points) ? (points as Point[]) : null;
}

/** A table as text: numbers of points to the centimetre, the rest as TOML has it. */
export function format(kind: string, value: Value): string {
  const flat: Value = {};
  const nested: Value = {};
  for (const [key, v] of Object.entries(value)) {
    if (v === undefined || v === null || v === "") continue;
    const isTable = typeof v === "object" && !Array.isArray(v);
    const isTables = Array.isArray(v) && v.length > 0 && typeof v[0] === "object" && !Array.isArray(v[0]);
    (isTable || isTables ? nested : flat)[key] = v;
  }
  const lines = Object.entries(flat).map(([key, v]) => `${key} = ${literal(v)}`);
  const single = kind === "site" || kind.startsWith("rules");
  let text = `${single ? `[${kind}]` : `[[${kind}]]`}\n${lines.join("\n")}\n`;
  for (const [key, v] of Object.entries(nested)) {
    for (const table of Array.isArray(v) ? v : [v]) {
      const name = `${kind}.${key}`;
      const body = Object.entries(table as Value).map(([k, w]) => `${k} = ${literal(w)}`).join("\n");
      text += `${Array.isArray(v) ? `[[${name}]]` : `[${name}]`}\n${body}\n`;
    }
  }
  return `${text}\n`;
}

function literal(v: unknown): string {
  if (Array.isArray(v)) return `[${v.map(literal).join(", ")}]`;
  if (typeof v === "number") return Number.isInteger(v) ? String(v) : String(Math.round(v * 1e6) / 1e6);
  return stringify({ v }).trim().replace(/^v = /, "");
}

const roundPoints = (points: readonly Point[]): Point[] => points.map(([x, y]) => [Math.round(x * 100) / 100, Math.round(y * 100) / 100]);

/** The document with one object's values changed (undefined takes a key away). */
export function change(doc: Doc, key: number, values: Value): Doc {
  return {
    blocks: doc.blocks.map((b) => {
      if (b.key !== key) return b;
      const value: Value = { ...b.value, ...values };
      for (const k of Object.keys(value)) if (value[k] === undefined) delete value[k];
      const comments = b.text.slice(0, b.text.indexOf("["));
      return { ...b, value, text: comments + format(b.kind, value) };
    }),
  };
}

export function reshape(doc: Doc, key: number, points: readonly Point[]): Doc {
  const b = doc.blocks.find((x) => x.key === key);
  return b !== undefined && isDrawn(b) ? change(doc, key, { [GEOMETRY[b.kind]]: roundPoints(points) }) : doc;
}

export function remove(doc: Doc, key: number): Doc {
  return { blocks: doc.blocks.filter((b) => b.key !== key) };
}

/** The document with a new object after the last one of its kind, and that object's key. */
export function add(doc: Doc, kind: string, value: Value): { doc: Doc; key: number } {
  const fresh = block(kind, format(kind, value));
  const at = doc.blocks.findLastIndex((b) => b.kind === kind);
  const blocks = [...doc.blocks];
  const index = at < 0 ? blocks.length : at + 1;
  const before = blocks[index - 1];
  if (before !== undefined && !before.text.endsWith("\n")) blocks[index - 1] = { ...before, text: `${before.text}\n` };
  blocks.splice(index, 0, fresh);
  return { doc: { blocks }, key: fresh.key };
}

export function freeId(doc: Doc, kind: string): string {
  const taken = new Set(doc.blocks.filter((b) => b.kind === kind).map(idOf));
  const stem = kind.replace("_", "-");
  for (let n = 1; ; n++) if (!taken.has(`${stem}-${n}`)) return `${stem}-${n}`;
}

/** What a newly drawn object holds beside its points. */
export function fresh(kind: Drawn, id: string, points: readonly Point[]): Value {
  const shape = { [GEOMETRY[kind]]: roundPoints(points) };
  if (kind === "stop_line") return { id, ...shape, heading: headingAcross(points) };
  if (kind === "lane") return { id, ...shape, width: 3.2, kind: "traffic" };
  if (kind === "zone") return { id, kind: "no_stopping", ...shape };
  return { id, ...shape };
}

/** Degrees from north at a right angle to a line drawn from left to right as its traffic sees it. */
export function headingAcross(points: readonly Point[]): number {
  const [[ax, ay], [bx, by]] = [points[0], points[points.length - 1]];
  return Math.round(((Math.atan2(-(by - ay), bx - ax) * 180) / Math.PI + 360) % 360 * 10) / 10;
}
