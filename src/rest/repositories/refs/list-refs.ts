import { listRefsRoute } from "./list-refs-route.ts";

export const listAllRefsRoute = listRefsRoute("", ["branch", "tag"]);
