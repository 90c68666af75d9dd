import type { Route } from "../../../http/routes/route.ts";
import { createBranchRestrictionRoute } from "./create-branch-restriction.ts";
import { deleteBranchRestrictionRoute } from "./delete-branch-restriction.ts";
import { getBranchRestrictionRoute } from "./get-branch-restriction.ts";
import { listBranchRestrictionsRoute } from "./list-branch-restrictions.ts";
import { updateBranchRestrictionRoute } from "./update-branch-restriction.ts";

/** The tag "Branch restrictions" of the reference. */
export const BRANCH_RESTRICTIONS_ROUTES: readonly Route[] = [
  listBranchRestrictionsRoute,
  createBranchRestrictionRoute,
  getBranchRestrictionRoute,
  updateBranchRestrictionRoute,
  deleteBranchRestrictionRoute,
];
