import { listRefsRoute } from "./make-list-refs-route.ts";

export const listBranchesRoute = listRefsRoute("/branches", ["branch"]);
