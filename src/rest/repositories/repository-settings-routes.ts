import type { Route } from "../../http/routes/route.ts";
import { createForkRoute } from "./create-fork.ts";
import { listForksRoute } from "./list-forks.ts";
import { listWatchersRoute } from "./list-watchers.ts";
import { getOverrideSettingsRoute, putOverrideSettingsRoute } from "./override-settings.ts";

export const REPOSITORY_SETTINGS_ROUTES: readonly Route[] = [
  getOverrideSettingsRoute,
  putOverrideSettingsRoute,
  listWatchersRoute,
  listForksRoute,
  createForkRoute,
];
