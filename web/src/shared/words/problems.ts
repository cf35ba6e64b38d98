/** Why the server refused something, in the reader's language; its own sentence is English. */
import { ApiError } from "../api";
import { fill } from "../i18n";
import type { Language } from "../types";

interface Problems { silent: string; invalid: string; forbidden: string; missing: string; clash: string; large: string; often: string; broken: string; full: string; detail: string }

export const PROBLEMS: Record<Language, Problems> = {
  en: {
    silent: "The server does not answer.", invalid: "What was given does not fit.", forbidden: "Your role does not allow that.", missing: "It is not there (any more).",
    clash: "It was changed or made by somebody else meanwhile.", large: "That is too large.", often: "That was too often: try again in a while.", broken: "The server cannot do that now.", full: "The disk of the server is full, so this was not saved. Make room on it and try again.", detail: "{lead} Details: {detail}",
  },
  zh: {
    silent: "服务器没有应答。", invalid: "输入内容不符合要求。", forbidden: "您的角色无权进行此操作。", missing: "对象不存在（或已不存在）。",
    clash: "其间已被他人更改或创建。", large: "内容过大。", often: "操作过于频繁，请稍后再试。", broken: "服务器暂时无法完成。", full: "服务器磁盘已满，未能保存。请腾出空间后重试。", detail: "{lead}详情：{detail}",
  },
  ja: {
    silent: "サーバーが応答しません。", invalid: "入力が条件に合いません。", forbidden: "この役割では許可されていません。", missing: "対象がありません（またはなくなりました）。",
    clash: "その間にほかの人が変更または作成しました。", large: "大きすぎます。", often: "回数が多すぎます。しばらくしてからもう一度お試しください。", broken: "サーバーは今それを実行できません。", full: "サーバーのディスクがいっぱいで、保存できませんでした。空きを作ってからもう一度お試しください。", detail: "{lead}詳細：{detail}",
  },
  de: {
    silent: "Der Server antwortet nicht.", invalid: "Die Angaben passen nicht.", forbidden: "Ihre Rolle erlaubt das nicht.", missing: "Das gibt es nicht (mehr).",
    clash: "Das wurde inzwischen von jemand anderem geändert oder angelegt.", large: "Das ist zu groß.", often: "Das war zu oft: bitte später noch einmal.", broken: "Der Server kann das gerade nicht.", full: "Die Festplatte des Servers ist voll, deshalb wurde nichts gespeichert. Bitte Platz schaffen und noch einmal versuchen.", detail: "{lead} Einzelheiten: {detail}",
  },
};

const OF_STATUS: Record<number, keyof Problems> = { 0: "silent", 403: "forbidden", 404: "missing", 409: "clash", 413: "large", 429: "often", 507: "full" };

/** English readers get the server's sentence; others what it comes to, with that sentence where a form has to be mended. */
export function problemSaid(language: Language, error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  if (language === "en" || !(error instanceof ApiError)) return said;
  const words = PROBLEMS[language];
  const known = OF_STATUS[error.status];
  if (known !== undefined) return words[known];
  if (error.status >= 500) return words.broken;
  return fill(language, words.detail, { lead: words.invalid, detail: said });
}
