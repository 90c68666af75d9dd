import type { Route } from "../../http/routes/route.ts";
import { createForkRoute } from "./forks/create-fork.ts";
import { listForksRoute } from "./forks/list-forks.ts";
import { getOverrideSettingsRoute, putOverrideSettingsRoute } from "./override-settings/override-settings.ts";
import { listWatchersRoute } from "./watchers/list-watchers.ts";

export const REPOSITORY_SETTINGS_ROUTES: readonly Route[] = [
  getOverrideSettingsRoute,
  putOverrideSettingsRoute,
  listWatchersRoute,
  listForksRoute,
  createForkRoute,
];
