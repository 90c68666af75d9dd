import type { Route } from "../../http/routes/route.ts";
import { getHookSubjectsRoute } from "./get-hook-subjects.ts";
import { listHookEventsRoute } from "./list-hook-events.ts";

export const HOOK_EVENTS_ROUTES: readonly Route[] = [getHookSubjectsRoute, listHookEventsRoute];
