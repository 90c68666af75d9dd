import { listRefsRoute } from "./make-list-refs-route.ts";

export const listAllRefsRoute = listRefsRoute("", ["branch", "tag"]);
