import { listRefsRoute } from "./list-refs-route.ts";

export const listBranchesRoute = listRefsRoute("/branches", ["branch"]);
