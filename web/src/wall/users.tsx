/** Who may sign in, for administrators. */
import { useState } from "preact/hooks";
import { api } from "../shared/api";
import type { Session } from "../shared/types";
import { useFetched } from "./fetched";
import { Choice, PlainTable, Ready } from "./parts";
import { ROLES, Secret, Sure, useAttempt, type Role, type Shown } from "./secrets";
import { useSpeech } from "./words";

export function Users({ session }: { session: Session }) {
  const { t } = useSpeech();
  const fetched = useFetched(api.users, "users");
  const [said, attempt] = useAttempt();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const [secret, setSecret] = useState<Shown | null>(null);
  const roles = ROLES.map((r) => [r, t(r)] as const);
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
            <PlainTable label={t("users")} heads={[t("name"), t("role"), t("password"), null]}>
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
            </PlainTable>
          )}
        </Ready>
      </section>
    </section>
  );
}
