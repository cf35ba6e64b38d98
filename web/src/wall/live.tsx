/** The junction as it is now, in the operator's own stream. */
import { useEffect, useRef } from "preact/hooks";
import { Stage } from "../screen/stage";
import { asPublic, lightsByIndex } from "../shared/ground";
import type { Junction, Lights, User } from "../shared/types";
import { useSpeech } from "./words";

type Numbered = [number, string, number, number, number, number];
export interface OperatorScene { t: string; dt?: number; users: Numbered[]; lights: Lights }
/** Where the stream's scenes go: to whoever shows them now. */
export interface Feed { rate: number; take: ((scene: OperatorScene) => void) | null }

export function LivePlan({ junction, feed }: { junction: Junction; feed: Feed }) {
  const { t } = useSpeech();
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const stage = new Stage(host.current!, asPublic(junction.plan), () => 0);
    feed.take = (scene) => {
      stage.crowd.rate = feed.rate;
      stage.crowd.push(scene.users.map(([, ...user]): User => user), performance.now(), scene.dt);
      stage.showLights(lightsByIndex(junction.plan, scene.lights ?? {}));
    };
    return () => {
      feed.take = null;
      stage.close();
    };
  }, [junction, feed]);
  return <div class="liveplan" ref={host} role="img" aria-label={t("planOf", { name: junction.name })} />;
}
