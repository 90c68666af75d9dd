import { deleteRefRoute } from "./delete-ref-route.ts";

export const deleteTagRoute = deleteRefRoute("tag", "/refs/tags/{name}");
