import type { Route } from "../../http/route.ts";
import { listWatchersRoute } from "./list-watchers.ts";
import { getOverrideSettingsRoute, putOverrideSettingsRoute } from "./override-settings.ts";

export const REPOSITORY_SETTINGS_ROUTES: readonly Route[] = [
  getOverrideSettingsRoute,
  putOverrideSettingsRoute,
  listWatchersRoute,
];
