/** Tokens of machines, for administrators. */
import { useState } from "preact/hooks";
import { api } from "../shared/api";
import { useFetched } from "./fetched";
import { Choice, PlainTable, Ready } from "./parts";
import { ROLES, Secret, Sure, useAttempt, type Role, type Shown } from "./secrets";
import { moment, useSpeech } from "./words";

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
          <Choice label={t("role")} value={role} onChange={setRole} options={ROLES.map((r) => [r, t(r)] as const)} />
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
            <PlainTable label={t("tokens")} heads={[t("label"), t("role"), t("created"), t("expires"), t("madeBy"), null]}>
              {tokens.map((token) => (
                <tr key={token.id}>
                  <th scope="row">{token.label} <small>{token.id}</small></th><td>{t(token.role)}</td><td>{moment(speech, token.created, "both")}</td><td>{moment(speech, token.expires, "both")}</td><td>{token.by}</td>
                  <td class="acts"><Sure label="revoke" ask="reallyRevoke" about={token.label} run={() => attempt(() => api.revokeToken(token.id).then(fetched.again))} /></td>
                </tr>
              ))}
            </PlainTable>
          )}
        </Ready>
      </section>
    </section>
  );
}
