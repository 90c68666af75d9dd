import { makeListRefsRoute } from "./make-list-refs-route.ts";

export const listRefsRoute = makeListRefsRoute("", ["branch", "tag"]);
