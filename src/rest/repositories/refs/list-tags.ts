import { listRefsRoute } from "./make-list-refs-route.ts";

export const listTagsRoute = listRefsRoute("/tags", ["tag"]);
