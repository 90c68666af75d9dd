import { listRefsRoute } from "./list-refs-route.ts";

export const listTagsRoute = listRefsRoute("/tags", ["tag"]);
