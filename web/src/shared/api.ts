/** The API of version 1, typed; every refusal is an ApiError with a sentence for a person. */
import type {
  Background, CountRow, EventDetail, EventRow, Figures, Finding, Heat, Junction, JunctionSummary, CameraHealth, Point,
  AuditChain, AuditPage, JunctionToday, PrecisionRow, Problem, PublicJunction, RankRow, Session, Settings, Severities, TokenView, UserView, Verdict,
} from "./types";

export class ApiError extends Error {
  constructor(readonly status: number, message: string, readonly body: unknown = null) {
    super(message);
  }
}

/** Whether it passes by itself: no answer, too many requests, a busy server. */
export const passes = (error: unknown): boolean => error instanceof ApiError && [0, 429, 503].includes(error.status);

let csrf = "";

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrf) headers["X-CSRF-Token"] = csrf;
  let response: Response;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new ApiError(0, "The server does not answer.");
  }
  const text = await response.text();
  let data: unknown = null;
  try {
    data = text === "" ? null : JSON.parse(text);
  } catch {
    throw new ApiError(response.status, `The server answered ${response.status} with something that is not JSON.`);
  }
  if (!response.ok) {
    const problem = (data ?? {}) as Partial<Problem>;
    const said = typeof problem.detail === "string" ? problem.detail : problem.title;
    throw new ApiError(response.status, said ?? `The server answered ${response.status}.`, data);
  }
  return data as T;
}

export function query(values: Record<string, string | number | null | undefined>): string {
  const kept = Object.entries(values).filter(([, v]) => v !== null && v !== undefined && v !== "");
  return kept.length === 0 ? "" : `?${new URLSearchParams(kept.map(([k, v]) => [k, String(v)]))}`;
}

const V1 = "/api/v1";
const at = (id: string) => `${V1}/junctions/${encodeURIComponent(id)}`;
type Q = Record<string, string | number | null | undefined>;

export const publicApi = {
  junctions: () => call<{ id: string; name: string; language: string }[]>("GET", `${V1}/public/junctions`),
  junction: (id: string) => call<PublicJunction>("GET", `${V1}/public/junctions/${encodeURIComponent(id)}`),
  figures: (id: string) => call<Figures>("GET", `${V1}/public/junctions/${encodeURIComponent(id)}/figures`),
  stream: (id: string) => `${V1}/public/junctions/${encodeURIComponent(id)}/stream`,
};

async function session(method: string, body?: unknown): Promise<Session> {
  const who = await call<Session>(method, `${V1}/session`, body);
  csrf = who.csrf ?? "";
  return who;
}

export const api = {
  login: (name: string, password: string) => session("POST", { name, password }),
  session: () => session("GET"),
  logout: () => call<null>("DELETE", `${V1}/session`),
  changePassword: (old: string, fresh: string) => call<null>("PUT", `${V1}/session/password`, { old, new: fresh }),
  junctions: () => call<JunctionSummary[]>("GET", `${V1}/junctions`),
  junction: async (id: string) => ({ ...(await call<Junction>("GET", at(id))), read: Date.now() }),
  events: (id: string, q: Q) => call<{ events: EventRow[]; next: string | null; total?: number }>("GET", `${at(id)}/events${query(q)}`),
  event: (id: string, event: string) => call<EventDetail>("GET", `${at(id)}/events/${encodeURIComponent(event)}`),
  mark: (id: string, event: string, verdict: Verdict | null, note: string) =>
    call<unknown>("PUT", `${at(id)}/events/${encodeURIComponent(event)}/mark`, { verdict, note }),
  precision: (id: string) => call<{ rows: PrecisionRow[] }>("GET", `${at(id)}/precision`),
  counts: (id: string, q: Q) => call<{ rows: CountRow[] }>("GET", `${at(id)}/counts${query(q)}`),
  heat: (id: string, q: Q) => call<Heat>("GET", `${at(id)}/heat${query(q)}`),
  severities: (id: string, q: Q) => call<Severities>("GET", `${at(id)}/severities${query(q)}`),
  severitiesUrl: (id: string, q: Q) => `${at(id)}/severities/export${query(q)}`,
  ranking: (id: string, q: Q) => call<{ rows: RankRow[] }>("GET", `${at(id)}/ranking${query(q)}`),
  health: (id: string) => call<{ cameras: CameraHealth[] }>("GET", `${at(id)}/health`),
  overview: () => call<JunctionToday[]>("GET", `${V1}/overview`),
  wallStream: () => `${V1}/stream`,
  sheetUrl: (id: string, what: "map" | "ranking" | "counts", q: Q) => `${at(id)}/sheets/${what}${query(q)}`,
  eventSheetUrl: (id: string, event: string, q: Q) => `${at(id)}/events/${encodeURIComponent(event)}/sheet${query(q)}`,
  users: () => call<UserView[]>("GET", `${V1}/users`),
  addUser: (name: string, role: string) => call<UserView & { password: string }>("POST", `${V1}/users`, { name, role }),
  setRole: (name: string, role: string) => call<UserView>("PUT", `${V1}/users/${encodeURIComponent(name)}`, { role }),
  renewUser: (name: string) => call<UserView & { password: string }>("POST", `${V1}/users/${encodeURIComponent(name)}/password`, {}),
  removeUser: (name: string) => call<null>("DELETE", `${V1}/users/${encodeURIComponent(name)}`),
  tokens: () => call<TokenView[]>("GET", `${V1}/tokens`),
  makeToken: (label: string, role: string, days: number) => call<TokenView & { token: string }>("POST", `${V1}/tokens`, { label, role, days }),
  revokeToken: (id: string) => call<null>("DELETE", `${V1}/tokens/${encodeURIComponent(id)}`),
  audit: (q: Q) => call<AuditPage>("GET", `${V1}/audit${query(q)}`),
  auditChain: () => call<AuditChain>("GET", `${V1}/audit/chain`),
  exportUrl: (id: string, q: Q) => `${at(id)}/export${query(q)}`,
  reportUrl: (id: string, q: Q) => `${at(id)}/report${query(q)}`,
  settings: (id: string) => call<Settings>("GET", `${at(id)}/settings`),
  saveSettings: (id: string, settings: Settings) => call<unknown>("PUT", `${at(id)}/settings`, settings),
  stream: (id: string) => `${at(id)}/stream`,
  site: (id: string) => call<{ toml: string; sha256: string; kept: boolean }>("GET", `${at(id)}/site`),
  saveSite: (id: string, toml: string, base: string) => call<{ sha256: string }>("PUT", `${at(id)}/site`, { toml, base_sha256: base }),
  checkSite: (id: string, toml: string) =>
    call<{ errors: Finding[]; doubts: Finding[] }>("POST", `${at(id)}/site/check`, { toml }),
  propose: (id: string) =>
    call<{ toml: string; findings: Finding[]; unclear: Finding[] }>("POST", `${at(id)}/site/proposal`, {}),
  paths: (id: string) => call<{ paths: { class: string; points: Point[] }[]; road_users?: number; seen_s?: number }>("GET", `${at(id)}/site/paths`),
  background: (id: string) => call<Background>("GET", `${at(id)}/background`),
  calibrate: (id: string, body: { image: Point[]; ground: Point[]; size: [number, number] | null; distortion?: number }) =>
    call<{
      errors_cm: number[]; matrix: number[][]; leave_one_out_cm?: number[] | null;
      pose?: Record<string, number> | null; message?: string | null;
    }>("POST", `${at(id)}/calibration`, body),
};
