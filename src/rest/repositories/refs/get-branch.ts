import { getRefRoute } from "./make-get-ref-route.ts";

export const getBranchRoute = getRefRoute("branch", "/refs/branches/{name}");
