/** What happens in the street, in plain words: what, not who. */
import { fill, sentence, type Forms } from "../i18n";
import { CLASSES, KINDS, type Kind, type Language, type RoadUser } from "../types";
import { de } from "./street.de";
import { en } from "./street.en";
import { ja } from "./street.ja";
import { zh } from "./street.zh";

export interface Street {
  /** "car" on its own, in lists and tables */
  users: Record<RoadUser, string>;
  /** "a car", as the subject of a sentence */
  subject: Record<RoadUser, string>;
  /** "two cars", where both are of a class */
  two: Record<RoadUser, string>;
  and: string;
  /** the figure's label beside its number */
  kinds: Record<Kind, Forms>;
  /** {who} did what: driven or ridden, and on foot */
  happened: Record<Kind, { ride: string; walk: string }>;
  happenedOther: string;
}

export const STREET: Record<Language, Street> = { en, zh, ja, de };

const isUser = (name: string): name is RoadUser => CLASSES.includes(name as RoadUser);
const isKind = (name: string): name is Kind => KINDS.includes(name as Kind);
const CONFLICTS = new Set(["rear-end", "rear_end", "crossing", "lane-change", "lane_change", "conflict"]);

export function publicKind(kind: string): string {
  return CONFLICTS.has(kind) ? "near_miss" : kind;
}

/** "A car went through a red light." without the full stop. */
export function happened(language: Language, kind_: string, classes: readonly string[]): string {
  const words = STREET[language];
  const kind = publicKind(kind_);
  const users = classes.map((name) => (isUser(name) ? name : "other"));
  if (!isKind(kind)) return sentence(language, words.happenedOther);
  const onFoot = classes[0] === "pedestrian";
  const [first = "other", second = first] = users;
  const both = first === second ? words.two[first] : `${words.subject[first]}${words.and}${words.subject[second]}`;
  const who = kind === "near_miss" ? both : words.subject[first];
  return sentence(language, fill(language, words.happened[kind][onFoot ? "walk" : "ride"], { who }));
}

export function kindLabel(language: Language, kind_: string, n = 2): string {
  const kind = publicKind(kind_);
  return isKind(kind) ? fill(language, STREET[language].kinds[kind], { n }) : kind.replaceAll("_", " ");
}

export function userLabel(language: Language, name: string): string {
  return isUser(name) ? STREET[language].users[name] : name;
}
