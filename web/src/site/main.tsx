/** The site editor. */
import { render } from "preact";
import "../shared/base.css";
import "../wall/wall.css";
import "./site.css";
import { api } from "../shared/api";
import { HTML_LANG } from "../shared/i18n";
import { problemSaid } from "../shared/words/problems";
import { signedOut } from "../wall/fetched";
import { preferred } from "../wall/words";
import { Editor } from "./editor";
import { SiteSpoken, siteSpeech } from "./spoken";

async function start(): Promise<void> {
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
    if (!signedOut(error)) render(<main><p class="hint" role="alert">{speech.t("failed", { why: problemSaid(speech.language, error) })}</p></main>, host);
  }
}
void start();
