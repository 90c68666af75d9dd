import { getRefRoute } from "./make-get-ref-route.ts";

export const getTagRoute = getRefRoute("tag", "/refs/tags/{name}");
