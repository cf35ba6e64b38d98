/** The site editor. */
import { render } from "preact";
import "../shared/base.css";
import "../wall/wall.css";
import "./site.css";
import { api, passes } from "../shared/api";
import { HTML_LANG } from "../shared/i18n";
import { backoff } from "../shared/sse";
import { problemSaid } from "../shared/words/problems";
import { signedOut } from "../wall/fetched";
import { preferred } from "../wall/words";
import { Editor } from "./editor";
import { SiteSpoken, siteSpeech } from "./spoken";

const LONGEST_MS = 10_000;

async function start(tries = 0): Promise<void> {
  const speech = siteSpeech(preferred());
  document.documentElement.lang = HTML_LANG[speech.language];
  document.title = `Passerby: ${speech.t("title")}`;
  const host = document.getElementById("app")!;
  try {
    await api.session();
    const junction = new URLSearchParams(location.search).get("junction") ?? (await api.junctions())[0]?.id;
    if (junction === undefined) return location.assign("/");
    const [site, { tiles, plates }] = await Promise.all([api.site(junction), api.background(junction)]);
    render(<SiteSpoken.Provider value={speech}><Editor junction={junction} site={site} tiles={tiles} plates={plates} /></SiteSpoken.Provider>, host);
  } catch (error) {
    if (signedOut(error)) return;
    render(<main><p class="hint" role="alert">{speech.t("failed", { why: problemSaid(speech.language, error) })}</p></main>, host);
    if (passes(error)) setTimeout(() => void start(tries + 1), backoff(tries, 1000, LONGEST_MS, Math.random));
  }
}
void start();
