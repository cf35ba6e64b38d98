/** What administrators see to: who may sign in, tokens of machines, and the audit log. */
import { useState } from "preact/hooks";
import { api } from "../shared/api";
import type { AuditEntry, Session } from "../shared/types";
import { signedOut, useFetched } from "./fetched";
import { Choice, Ready } from "./parts";
import { problemSaid } from "../shared/words/problems";
import { auditSaid } from "./told";
import { moment, useSpeech, type WallKey } from "./words";

type Role = "operator" | "administrator";
const PAGE = 50;

/** Runs what may be refused, and says the refusal. */
function useAttempt(): [string, (run: () => Promise<void>) => void] {
  const { t, language } = useSpeech();
  const [said, setSaid] = useState("");
  const attempt = (run: () => Promise<void>) => {
    setSaid("");
    run().catch((error: Error) => !signedOut(error) && setSaid(t("failed", { why: problemSaid(language, error) })));
  };
  return [said, attempt];
}

interface Shown { title: string; value: string }

/** A secret, to be copied now and shown never again. */
function Secret({ title, value, hide }: Shown & { hide: () => void }) {
  const { t } = useSpeech();
  const [said, setSaid] = useState("");
  const copy = () => void navigator.clipboard?.writeText(value).then(() => setSaid(t("copied")), () => undefined);
  return (
    <div class="secret" role="status">
      <p>{title}</p>
      <code>{value}</code>
      <div class="tools"><button class="strong" onClick={copy}>{t("copy")}</button><button onClick={hide}>{t("noted")}</button><span>{said}</span></div>
    </div>
  );
}

/** A button that asks once more. */
function Sure({ label, ask, about, run }: { label: WallKey; ask: WallKey; about: string; run: () => void }) {
  const { t } = useSpeech();
  const [asked, setAsked] = useState(false);
  const press = () => {
    if (asked) run();
    setAsked(!asked);
  };
  return <button class={asked ? "sure" : ""} aria-label={`${t(asked ? ask : label)} ${about}`} onClick={press} onBlur={() => setAsked(false)}>{t(asked ? ask : label)}</button>;
}

export function Users({ session }: { session: Session }) {
  const { t } = useSpeech();
  const fetched = useFetched(api.users, "users");
  const [said, attempt] = useAttempt();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const [secret, setSecret] = useState<Shown | null>(null);
  const roles = (["operator", "administrator"] as const).map((r) => [r, t(r)] as const);
  const show = (made: { name: string; password: string }) => setSecret({ title: t("firstPassword", { name: made.name }), value: made.password });
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    attempt(async () => {
      show(await api.addUser(name, role));
      setName("");
      fetched.again();
    });
  };
  const change = (run: () => Promise<unknown>) => attempt(() => run().then(fetched.again, (e: Error) => { fetched.again(); throw e; }));
  return (
    <section class="page">
      <section class="panelbox">
        <h2>{t("addUser")}</h2>
        <form class="tools" onSubmit={add}>
          <label class="choice"><span>{t("name")}</span><input value={name} required pattern="[a-z0-9][a-z0-9._\-]{0,31}" title={t("userRule")} autocomplete="off" onInput={(e) => setName(e.currentTarget.value)} /></label>
          <Choice label={t("role")} value={role} onChange={setRole} options={roles} />
          <button class="strong">{t("addUser")}</button>
        </form>
        <p class="said" role="status">{said}</p>
        {secret && <Secret {...secret} hide={() => setSecret(null)} />}
      </section>
      <section class="panelbox">
        <h2>{t("users")}</h2>
        <Ready from={fetched}>
          {(users) => (
            <div class="scroll" tabIndex={0} role="region" aria-label={t("users")}>
              <table class="plain">
                <thead><tr><th scope="col">{t("name")}</th><th scope="col">{t("role")}</th><th scope="col">{t("password")}</th><td /></tr></thead>
                <tbody>
                  {users.map((user) => (
                    <tr key={user.name}>
                      <th scope="row">{user.name}</th>
                      <td>
                        <select aria-label={`${t("role")}: ${user.name}`} value={user.role} onChange={(e) => { const wanted = e.currentTarget.value; change(() => api.setRole(user.name, wanted)); }}>
                          {roles.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
                        </select>
                      </td>
                      <td>{t(user.initial ? "initial" : "ownPassword")}</td>
                      <td class="acts">
                        {user.name !== session.name && <Sure label="renew" ask="reallyRenew" about={user.name} run={() => change(async () => show(await api.renewUser(user.name)))} />}
                        {user.name !== session.name && <Sure label="remove" ask="reallyRemove" about={user.name} run={() => change(() => api.removeUser(user.name))} />}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Ready>
      </section>
    </section>
  );
}

export function Tokens() {
  const speech = useSpeech();
  const { t } = speech;
  const fetched = useFetched(api.tokens, "tokens");
  const [said, attempt] = useAttempt();
  const [label, setLabel] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const [days, setDays] = useState(90);
  const [secret, setSecret] = useState<Shown | null>(null);
  const make = (event: SubmitEvent) => {
    event.preventDefault();
    attempt(async () => {
      const made = await api.makeToken(label, role, days);
      setSecret({ title: t("tokenSecret", { name: made.label }), value: made.token });
      setLabel("");
      fetched.again();
    });
  };
  return (
    <section class="page">
      <section class="panelbox">
        <h2>{t("makeToken")}</h2>
        <form class="tools" onSubmit={make}>
          <label class="choice"><span>{t("label")}</span><input value={label} required maxLength={60} onInput={(e) => setLabel(e.currentTarget.value)} /></label>
          <Choice label={t("role")} value={role} onChange={setRole} options={(["operator", "administrator"] as const).map((r) => [r, t(r)] as const)} />
          <label class="choice"><span>{t("days")}</span><input type="number" min={1} max={366} required value={days} onInput={(e) => setDays(e.currentTarget.valueAsNumber)} /></label>
          <button class="strong">{t("makeToken")}</button>
        </form>
        <p class="said" role="status">{said}</p>
        {secret && <Secret {...secret} hide={() => setSecret(null)} />}
      </section>
      <section class="panelbox">
        <h2>{t("tokens")}</h2>
        <Ready from={fetched}>
          {(tokens) => tokens.length === 0 ? <p class="hint empty">{t("noTokens")}</p> : (
            <div class="scroll" tabIndex={0} role="region" aria-label={t("tokens")}>
              <table class="plain">
                <thead><tr><th scope="col">{t("label")}</th><th scope="col">{t("role")}</th><th scope="col">{t("created")}</th><th scope="col">{t("expires")}</th><th scope="col">{t("madeBy")}</th><td /></tr></thead>
                <tbody>
                  {tokens.map((token) => (
                    <tr key={token.id}>
                      <th scope="row">{token.label} <small>{token.id}</small></th><td>{t(token.role)}</td><td>{moment(speech, token.created, "both")}</td><td>{moment(speech, token.expires, "both")}</td><td>{token.by}</td>
                      <td class="acts"><Sure label="revoke" ask="reallyRevoke" about={token.label} run={() => attempt(() => api.revokeToken(token.id).then(fetched.again))} /></td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Ready>
      </section>
    </section>
  );
}

export function Audit() {
  const speech = useSpeech();
  const { t } = speech;
  const [event, setEvent] = useState("");
  const [user, setUser] = useState("");
  const [pages, setPages] = useState<(number | null)[]>([null]);
  const before = pages[pages.length - 1];
  const fetched = useFetched(() => api.audit({ event, user, before, limit: PAGE }), `${event}/${user}/${before}`);
  const chain = useFetched(api.auditChain, "chain");
  const filter = (run: () => void) => {
    run();
    setPages([null]);
  };
  return (
    <section class="page">
      <Ready from={chain}>
        {({ holds, entries, said }) => <p class={holds ? "chain holds" : "chain broken"} role="status">{holds ? t("chainHolds", { n: entries }) : t("chainBroken", { why: said ?? "" })}</p>}
      </Ready>
      <section class="panelbox">
        <h2>{t("audit")}</h2>
        <Ready from={fetched}>
          {(page) => (
            <>
              <div class="tools">
                <Choice label={t("auditEvent")} value={event} onChange={(v) => filter(() => setEvent(v))} options={[["", t("all")], ...page.events.map((e) => [e, auditSaid(speech, e)] as const)]} />
                <label class="choice"><span>{t("auditUser")}</span><input value={user} onInput={(e) => { const v = e.currentTarget.value; filter(() => setUser(v)); }} /></label>
                <button disabled={pages.length === 1} onClick={() => setPages([null])}>{t("newest")}</button>
                <button disabled={page.next === null} onClick={() => setPages([...pages, page.next])}>{t("earlier")}</button>
              </div>
              {page.entries.length === 0 ? <p class="hint empty">{t("noEntries")}</p> : (
                <div class="scroll" tabIndex={0} role="region" aria-label={t("audit")}>
                  <table class="plain">
                    <thead><tr><th scope="col">#</th><th scope="col">{t("time")}</th><th scope="col">{t("auditEvent")}</th><th scope="col">{t("auditUser")}</th><th scope="col">{t("details")}</th></tr></thead>
                    <tbody>{page.entries.map((entry) => <Entry key={entry.n} entry={entry} />)}</tbody>
                  </table>
                </div>
              )}
            </>
          )}
        </Ready>
      </section>
    </section>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const speech = useSpeech();
  const { user, ...rest } = entry.details;
  const said = Object.entries(rest).filter(([, v]) => v !== null).map(([k, v]) => `${k.replaceAll("_", " ")}: ${typeof v === "object" ? JSON.stringify(v) : String(v)}`);
  return (
    <tr>
      <th scope="row" title={entry.hash}>{entry.n}</th><td>{moment(speech, entry.t, "both")}</td><td>{auditSaid(speech, entry.event)}</td><td>{String(user ?? "–")}</td><td class="wrap" lang="en">{said.join(" · ")}</td>
    </tr>
  );
}
