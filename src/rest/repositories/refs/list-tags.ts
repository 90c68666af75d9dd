import { makeListRefsRoute } from "./make-list-refs-route.ts";

export const listTagsRoute = makeListRefsRoute("/tags", ["tag"]);
