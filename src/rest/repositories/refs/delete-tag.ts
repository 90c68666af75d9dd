import { makeDeleteRefRoute } from "./make-delete-ref-route.ts";

export const deleteTagRoute = makeDeleteRefRoute("tag", "/refs/tags/{name}");
