import { makeListRefsRoute } from "./make-list-refs-route.ts";

export const listBranchesRoute = makeListRefsRoute("/branches", ["branch"]);
