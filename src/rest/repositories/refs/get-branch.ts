import { makeGetRefRoute } from "./make-get-ref-route.ts";

export const getBranchRoute = makeGetRefRoute("branch", "/refs/branches/{name}");
