import { describe, expect, it } from "vitest";
import { fill, localeOf, type Forms } from "../src/shared/i18n";
import { CLASSES, KINDS, LANGUAGES } from "../src/shared/types";
import { happened, kindLabel, STREET } from "../src/shared/words/street";
import { SCREEN_WORDS } from "../src/screen/words";
import { SITE_WORDS } from "../src/site/words";
import { de } from "../src/wall/words.de";
import { en } from "../src/wall/words.en";
import { ja } from "../src/wall/words.ja";
import { PARTS } from "../src/shared/words/drawing";
import { PROBLEMS, problemSaid } from "../src/shared/words/problems";
import { ApiError } from "../src/shared/api";
import { SEVERITY_WORDS } from "../src/wall/words.severity";
import { TOLD_WORDS } from "../src/wall/words.told";
import { PAGE_WORDS } from "../src/wall/words.pages";
import { zh } from "../src/wall/words.zh";

const WALL = { en, de, ja, zh };
const texts = (forms: Forms): string[] => (typeof forms === "string" ? [forms] : Object.values(forms));
const named = (forms: Forms): string[] => [...new Set(texts(forms).flatMap((s) => s.match(/\{\w+\}/g) ?? []))].sort();

describe.each([["screen", SCREEN_WORDS], ["wall", WALL], ["wall pages", PAGE_WORDS], ["severity", SEVERITY_WORDS], ["told in codes", TOLD_WORDS], ["kinds of parts", PARTS], ["problems", PROBLEMS], ["site", SITE_WORDS]] as [string, Record<string, Record<string, Forms>>][])("%s", (_, words) => {
  it.each(LANGUAGES)("has every key, nothing empty and the same blanks in %s", (language) => {
    expect(Object.keys(words[language]).sort()).toEqual(Object.keys(words.en).sort());
    for (const [key, forms] of Object.entries(words[language])) {
      expect(texts(forms).every((s) => s.trim() !== ""), key).toBe(true);
      expect(named(forms), `${language} ${key}`).toEqual(named(words.en[key]));
    }
  });
  it.each(LANGUAGES)("has every plural form that %s has", (language) => {
    const wanted = new Intl.PluralRules(localeOf(language)).resolvedOptions().pluralCategories;
    for (const [key, forms] of Object.entries(words[language])) {
      if (typeof forms !== "string") for (const form of wanted) expect(forms, `${key} ${form}`).toHaveProperty(form);
    }
  });
});

describe.each(LANGUAGES)("the street in %s", (language) => {
  it("says a sentence for every kind and class, with nothing left blank", () => {
    for (const kind of KINDS)
      for (const one of CLASSES) {
        const said = happened(language, kind, [one, "pedestrian"]) + happened(language, kind, [one, one]);
        expect(said).not.toMatch(/[{}]/);
        expect(said.length).toBeGreaterThan(4);
        expect(said[0]).toBe(said[0].toLocaleUpperCase(localeOf(language)));
      }
  });
  it("has a label for every kind in every number", () => {
    for (const kind of KINDS) for (const n of [0, 1, 2, 21, 100]) expect(kindLabel(language, kind, n)).toBeTruthy();
  });
  it("names no person", () => {
    expect(JSON.stringify(STREET[language])).not.toMatch(/offender|violator|culprit|Täter|Sünder|违法者|肇事者|犯人|違反者/i);
  });
});

describe("refusals", () => {
  it("are told in the reader's language, with the server's words where a form has to be mended", () => {
    const missing = new ApiError(404, "there is no user of that name");
    expect(problemSaid("en", missing)).toBe("there is no user of that name");
    expect(problemSaid("de", missing)).toBe("Das gibt es nicht (mehr).");
    expect(problemSaid("zh", new ApiError(503, "the store cannot be read"))).toBe(PROBLEMS.zh.broken);
    expect(problemSaid("de", new ApiError(422, "name: is taken"))).toBe("Die Angaben passen nicht. Einzelheiten: name: is taken");
    expect(problemSaid("zh", new ApiError(507, "the disk is full"))).toBe(PROBLEMS.zh.full);
    expect(problemSaid("ja", new ApiError(0, "The server does not answer."))).toBe(PROBLEMS.ja.silent);
  });
});

describe("sentences", () => {
  it("reads as people speak", () => {
    expect(happened("de", "red_light", ["car"])).toBe("Ein Auto fuhr bei Rot");
    expect(happened("de", "red_light", ["pedestrian"])).toBe("Jemand zu Fuß ging bei Rot");
    expect(happened("en", "crossing", ["car", "cyclist"])).toBe("A car and a cyclist came dangerously close");
    expect(happened("de", "near_miss", ["car", "car"])).toBe("Zwei Autos kamen sich gefährlich nahe");
    expect(happened("zh", "red_light", ["car"])).toBe("一辆小汽车闯了红灯");
  });
  it("says something for a kind that is not known", () => {
    expect(happened("en", "levitation", ["car"])).toBe("Something happened here");
    expect(kindLabel("en", "levitation")).toBe("levitation");
  });
  it("counts", () => {
    expect(kindLabel("en", "near_miss", 1)).toBe("near miss");
    expect(kindLabel("en", "near_miss", 2)).toBe("near misses");
    expect(fill("de", "{n} Tage", { n: 12345 })).toBe("12.345 Tage");
  });
});
