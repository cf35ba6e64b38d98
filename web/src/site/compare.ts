/** A proposal beside the drawing, object by object: new, elsewhere, alike, or drawn but not seen in the tracks. */
import type { Point } from "../shared/types";
import { add, change, DRAWN, freeId, GEOMETRY, idOf, isDrawn, pointsOf, type Block, type Doc, type Drawn } from "./blocks";
import { elsewhere, headingOf, likeness, lineApart, onGround, overlap, samples, seenFrom, together, turnedBy, within } from "./likeness";
import { paired } from "./pairing";
import { movementsOf, signalsOf } from "./signals";

/**
 * parts: what is proposed for it, `theirs` first; several where together they are one of the drawing. shape: where it
 * would lie, null where it stays.
 */
export type Difference = { shape: Point[] | null } & (
  | { kind: Drawn; what: "new"; theirs: Block; parts: readonly Block[]; mine: null; apart_m: number }
  | { kind: Drawn; what: "moved" | "same" | "light"; theirs: Block; parts: readonly Block[]; mine: Block; apart_m: number }
  | { kind: Drawn; what: "unseen"; theirs: null; parts: readonly Block[]; mine: Block; apart_m: number });

/** What of an object lies in another one by this share is a part of it. */
const PART = 0.6;
/** As well as proposals are known (docs/survey.md): lines and lanes within a metre, crosswalks that share half their area.
 * Outlines of zones are drawn more smoothly than anybody drives. */
const KNOWN_M = 1;
const KNOWN_SHARED = 0.5;
const SAME_SHARED = 0.7;
const SAME_DEG = 15;

export function compare(mine: Doc, theirs: Doc): Difference[] {
  const order = new Map(theirs.blocks.map((b, i) => [b, i]));
  const found = DRAWN.flatMap((kind) => compared(kind, drawn(mine, kind), drawn(theirs, kind)));
  // as they were proposed, and then what nobody was seen to use
  return found.sort((a, b) => (order.get(a.theirs!) ?? Infinity) - (order.get(b.theirs!) ?? Infinity) || 0);
}

const drawn = (doc: Doc, kind: Drawn): Block[] => doc.blocks.filter((b) => isDrawn(b) && b.kind === kind && (pointsOf(b)?.length ?? 0) > 1);

function compared(kind: Drawn, own: readonly Block[], other: readonly Block[]): Difference[] {
  // ids decide where all else is the same
  const match = paired(own.map((a) => other.map((b) => {
    const score = likeness(kind, a, b);
    return score > 0 && idOf(a) === idOf(b) ? score + 1e-6 : score;
  })));
  const parts = new Map<Block, Block[]>();
  own.forEach((a, i) => match[i] >= 0 && parts.set(a, [other[match[i]]]));
  const left = new Set(other.filter((_, j) => !match.includes(j)));
  // adjacent lanes of one line, pieces of one lane
  for (const b of left) {
    const whole = kind === "zone" ? undefined : best([...parts.keys()], (a) => within(kind, b, a));
    if (whole === undefined) continue;
    parts.get(whole)!.push(b);
    left.delete(b);
  }
  // halves of a crosswalk are it only if they make up most of it
  if (kind === "crosswalk")
    for (const [a, all] of parts) if (all.length > 1 && !crossesAlike(a, all)) all.splice(1).forEach((b) => left.add(b));
  const found: Difference[] = [...left].map((theirs) => ({ kind, what: "new", theirs, parts: [theirs], mine: null, apart_m: Infinity, shape: pointsOf(theirs) }));
  const seen = [...parts.values()].flat();
  for (const a of own) {
    const all = parts.get(a);
    if (all !== undefined) found.push(kind === "stop_line" ? line(a, all, own, other) : matched(kind, a, all));
    // zones are drawn for their purpose: that traffic does not show them says nothing against them
    else if (kind !== "zone" && best(seen, (b) => within(kind, a, b)) === undefined) found.push({ kind, what: "unseen", theirs: null, parts: [], mine: a, apart_m: 0, shape: null });
  }
  return found;
}

/** The one with the greatest share, if that makes a part. */
function best(among: readonly Block[], share: (b: Block) => number): Block | undefined {
  let [found, most]: [Block | undefined, number] = [undefined, PART];
  for (const b of among) {
    const here = share(b);
    if (here >= most) [found, most] = [b, here];
  }
  return found;
}

function matched(kind: Exclude<Drawn, "stop_line">, mine: Block, parts: readonly Block[]): Difference {
  const apart_m = cm(elsewhere(kind, mine, parts));
  return told(kind, mine, parts, apart_m, agree(kind, mine, parts, apart_m), pointsOf(parts[0]));
}

/** A stop line beside what is proposed for it, among all lines that are drawn and proposed. */
function line(mine: Block, parts: readonly Block[], drawn: readonly Block[], proposed: readonly Block[]): Difference {
  const { on, aside, at } = lineApart(mine, parts, drawn, proposed);
  const faces = parts.every((p) => turnedBy(mine.value.heading, p.value.heading) < SAME_DEG);
  const apart_m = cm(Math.max(on, aside));
  const stays = aside < KNOWN_M && faces;
  const smooth = parts.length > 1 || pointsOf(mine)!.length === 2;
  const shape = !smooth ? pointsOf(parts[0]) : stays ? straight(at, headingOf(mine), pointsOf(mine)!, pointsOf(mine)!) : straight(samples(parts, headingOf(mine)), headingOf(mine), parts.flatMap((p) => pointsOf(p)!), pointsOf(mine)!);
  return told("stop_line", mine, parts, apart_m, apart_m < KNOWN_M && faces, shape);
}

const cm = (metres: number): number => Math.round(metres * 100) / 100;

function told(kind: Drawn, mine: Block, parts: readonly Block[], apart_m: number, same: boolean, shape: Point[] | null): Difference {
  const lit = unlit(mine) && signalsOf(parts[0]).length > 0;
  const what = !same ? "moved" : lit ? "light" : "same";
  return { kind, what, theirs: parts[0], parts, mine, apart_m, shape: what === "moved" ? shape : null };
}

/** Whether an object is the same as what is proposed, within what a proposal can tell. */
function agree(kind: Drawn, own: Block, parts: readonly Block[], apart_m: number): boolean {
  const [a, b] = [pointsOf(own)!, pointsOf(parts[0])!];
  if (kind === "zone") return JSON.stringify(a) === JSON.stringify(b) || overlap(a, b) >= SAME_SHARED;
  return kind === "crosswalk" ? crossesAlike(own, parts) : apart_m < KNOWN_M;
}

const crossesAlike = (own: Block, parts: readonly Block[]): boolean => together(pointsOf(own)!, parts.map((p) => pointsOf(p)!)) >= KNOWN_SHARED;

const unlit = (b: Block): boolean => signalsOf(b).length === 0 && movementsOf(b).length === 0;

/** What a proposed object says about lights, as far as its drawn counterpart says nothing and the site has the heads. */
export function lightsOf(theirs: Block, mine: Block | null, heads: ReadonlySet<string>): Record<string, unknown> {
  if ((mine !== null && !unlit(mine)) || !signalsOf(theirs).every((s) => heads.has(s))) return {};
  const { signal, movement, classes } = theirs.value;
  return Object.fromEntries(Object.entries({ signal, movement, ...(mine === null ? { classes } : {}) }).filter(([, v]) => v !== undefined));
}

/** One straight line through places (least squares), as smooth as the one that it replaces: as wide as others, in the order of `like`. */
function straight(at: readonly Point[], heading: number, wide: readonly Point[], like: readonly Point[]): Point[] {
  const n = at.length;
  const [md, ms] = [at.reduce((s, p) => s + p[0], 0) / n, at.reduce((s, p) => s + p[1], 0) / n];
  const slope = at.reduce((s, p) => s + (p[0] - md) * (p[1] - ms), 0) / (at.reduce((s, p) => s + (p[0] - md) ** 2, 0) || 1);
  const { lo, hi } = seenFrom(wide, heading);
  const points = [lo, hi].map((d) => onGround(d, ms + slope * (d - md), heading).map(cm) as Point);
  const [a, b] = [like[0], like[like.length - 1]];
  const along = (points[1][0] - points[0][0]) * (b[0] - a[0]) + (points[1][1] - points[0][1]) * (b[1] - a[1]);
  return along < 0 ? points.reverse() : points;
}

/** An object as it would be, to be shown before it is taken. */
export function preview(d: Difference): Block[] {
  return d.shape === null || d.theirs === null ? [] : [{ ...d.theirs, value: { ...d.theirs.value, [GEOMETRY[d.kind]]: d.shape } }];
}

/** The drawing with what was accepted of a proposal: ids and lights that are there stay, heads that are wanted come along. */
export function accepted(doc: Doc, taken: readonly Difference[], proposal: Doc): Doc {
  let next = doc;
  for (const d of taken) {
    if (d.theirs === null) continue;
    if (d.mine === null || unlit(d.mine)) next = withHeads(next, signalsOf(d.theirs), proposal);
    const { id, signal: _signal, movement: _movement, ...rest } = d.theirs.value;
    const lights = lightsOf(d.theirs, d.mine, new Set(next.blocks.filter((b) => b.kind === "signal").map(idOf)));
    if (d.mine === null) {
      const used = next.blocks.some((b) => b.kind === d.kind && idOf(b) === id);
      next = add(next, d.kind, { id: used ? freeId(next, d.kind) : id, ...rest, ...lights }).doc;
    } else {
      const heading = d.kind === "stop_line" ? { heading: rest.heading } : {};
      next = change(next, d.mine.key, d.what === "light" ? lights : { [GEOMETRY[d.kind]]: d.shape, ...heading, ...lights });
    }
  }
  return next;
}

/** The drawing with the heads of a proposal that it lacks. */
function withHeads(doc: Doc, wanted: readonly string[], proposal: Doc): Doc {
  let next = doc;
  for (const id of wanted) {
    const head = proposal.blocks.find((b) => b.kind === "signal" && idOf(b) === id);
    if (head !== undefined && !next.blocks.some((b) => b.kind === "signal" && idOf(b) === id)) next = add(next, "signal", head.value).doc;
  }
  return next;
}
