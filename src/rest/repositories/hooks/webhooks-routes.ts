import type { Route } from "../../../http/routes/route.ts";
import { createHookRoutes } from "./create-hook.ts";
import { deleteHookRoutes } from "./delete-hook.ts";
import { getHookRoutes } from "./get-hook.ts";
import { listHooksRoutes } from "./list-hooks.ts";
import { updateHookRoutes } from "./update-hook.ts";

/** Webhooks of a repository and of a workspace. */
export const WEBHOOK_ROUTES: readonly Route[] = [
  ...listHooksRoutes,
  ...createHookRoutes,
  ...getHookRoutes,
  ...updateHookRoutes,
  ...deleteHookRoutes,
];
