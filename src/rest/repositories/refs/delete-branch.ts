import { deleteRefRoute } from "./make-delete-ref-route.ts";

export const deleteBranchRoute = deleteRefRoute("branch", "/refs/branches/{name}");
