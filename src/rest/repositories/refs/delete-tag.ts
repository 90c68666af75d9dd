import { deleteRefRoute } from "./make-delete-ref-route.ts";

export const deleteTagRoute = deleteRefRoute("tag", "/refs/tags/{name}");
