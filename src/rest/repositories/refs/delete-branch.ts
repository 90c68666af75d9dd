import { makeDeleteRefRoute } from "./make-delete-ref-route.ts";

export const deleteBranchRoute = makeDeleteRefRoute("branch", "/refs/branches/{name}");
