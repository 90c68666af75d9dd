import { getRefRoute } from "./get-ref-route.ts";

export const getTagRoute = getRefRoute("tag", "/refs/tags/{name}");
