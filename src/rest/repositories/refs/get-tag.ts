import { makeGetRefRoute } from "./make-get-ref-route.ts";

export const getTagRoute = makeGetRefRoute("tag", "/refs/tags/{name}");
