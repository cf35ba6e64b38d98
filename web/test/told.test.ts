/// <reference types="vite/client" />
import { describe, expect, it } from "vitest";
import source from "../../src/passerby/remarks.py?raw";
import { LANGUAGES, type RankedPlace } from "../src/shared/types";
import { amongSaid, placeSaid, remarksSaid } from "../src/wall/told";
import { speech } from "../src/wall/words";
import { TOLD_WORDS } from "../src/wall/words.told";

const place = (more: Partial<RankedPlace>): RankedPlace => ({ what: "approach", id: null, kind: null, bearing_deg: null, whom: null, ...more });
const remark = (code: string, values: Record<string, string | number> = {}) => ({ camera: "n", state: "late", message: "as English", remarks: [{ code, values, sentence: "in English" }] });

describe("what the server tells in codes", () => {
  it("has words for every code of the server, and none besides", () => {
    const codes = [...source.slice(source.indexOf("Literal["), source.indexOf("\n]")).matchAll(/"(\w+)"/g)].map((m) => `rm_${m[1]}`);
    expect(codes.length).toBeGreaterThan(20);
    expect(Object.keys(TOLD_WORDS.en).filter((k) => k.startsWith("rm_")).sort()).toEqual(codes.sort());
  });
  it("is said in the reader's language, with its numbers as they are written there", () => {
    expect(remarksSaid(speech("de"), remark("pictures_late", { s: 2.5 }))).toBe("Die Daten kommen 2,5 s nach ihrem Bild: der Rechner ist überlastet.");
    expect(remarksSaid(speech("zh", "UTC"), remark("rows_of_other_time", { t: "2026-03-01T12:00:00Z" }))).toMatch(/2026.*12:00/);
    expect(remarksSaid(speech("ja"), remark("rows_of_other_time", { t: "t = 1e30" }))).toContain("t = 1e30");
  });
  it("falls back to the server's sentence", () => {
    expect(remarksSaid(speech("de"), remark("of_tomorrow"))).toBe("in English");
    expect(remarksSaid(speech("de"), { camera: "n", state: "late", message: "as English" })).toBe("as English");
    expect(remarksSaid(speech("de"), { camera: "n", state: "ok" })).toBe("");
  });
  it("names every kind of place", () => {
    expect(placeSaid(speech("de"), place({ id: "S1", bearing_deg: 350 }))).toBe("Von Norden, S1");
    expect(placeSaid(speech("en"), place({ what: "crosswalk", id: "C1", whom: "vehicles" }))).toBe("Crosswalk C1: vehicles");
    expect(placeSaid(speech("zh"), place({ what: "zone", id: "Z1", kind: "no_stopping" }))).toBe("禁停区 Z1");
    expect(placeSaid(speech("en"), place({ what: "crosswalk", id: "C1" }))).toBe("Crosswalk C1: those who cross");
    for (const language of LANGUAGES)
      for (const what of ["approach", "crosswalk", "lane", "zone", "inside", "elsewhere", "gone"] as const)
        expect(placeSaid(speech(language), place({ what, id: "X", bearing_deg: 90, kind: "box" }))).not.toMatch(/[{}]/);
  });
  it("says among whom events are counted, of each row of a crosswalk another, of what nobody passes nothing", () => {
    for (const language of LANGUAGES) {
      const said = ([null, "vehicles", "near_misses"] as const).map((whom) => amongSaid(speech(language), place({ what: "crosswalk", id: "C1", whom })));
      expect(new Set([...said, amongSaid(speech(language), place({ id: "S1" })), amongSaid(speech(language), place({ what: "inside" }))]).size).toBe(5);
      for (const none of [place({ what: "lane" }), place({ what: "zone" }), place({ what: "elsewhere" }), place({ whom: "on_foot" })]) expect(amongSaid(speech(language), none)).toBe("");
    }
  });
});
