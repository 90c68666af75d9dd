import type { Route } from "../http/routes/route.ts";
import * as routeList from "./route-list.ts";

export const ROUTES: readonly Route[] = Object.values(routeList).flat();
