import { setTimeout as delay } from "node:timers/promises";
import type { Uuid } from "../../../model/uuid.ts";
import type { OpenView, RepositoryViews } from "./repository-views.ts";

/** With more packs every read would be slow, so whoever pushes faster than packs are joined is slowed down. */
const PACKS_MAX = 500;
const WAIT_MS_MAX = 5_000;
const STEP_MS = 250;

/** Opens a view for a push, which waits for a while if maintenance is far behind. */
export async function openViewForPush(
  views: Pick<RepositoryViews, "open">,
  repository: Uuid,
  waitMsMax = WAIT_MS_MAX,
): Promise<OpenView> {
  const since = performance.now();
  for (;;) {
    const view = await views.open(repository);
    if (view.packCount() <= PACKS_MAX || performance.now() - since >= waitMsMax) return view;
    view.close();
    await delay(Math.min(STEP_MS, waitMsMax));
  }
}
