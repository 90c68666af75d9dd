import type { Route } from "../../../http/routes/route.ts";
import { createProjectRoute } from "./create-project.ts";
import { deleteProjectReviewerRoute } from "./delete-default-reviewer.ts";
import { deleteProjectRoute } from "./delete-project.ts";
import { getProjectReviewerRoute } from "./get-default-reviewer.ts";
import { getProjectRoute } from "./get-project.ts";
import { listProjectReviewersRoute } from "./list-default-reviewers.ts";
import { listProjectsRoute } from "./list-projects.ts";
import { putProjectReviewerRoute } from "./put-default-reviewer.ts";
import { putProjectRoute } from "./put-project.ts";

/** Projects and their default reviewers. What they permit is in `permissions-config/`. */
export const PROJECTS_ROUTES: readonly Route[] = [
  listProjectsRoute,
  createProjectRoute,
  getProjectRoute,
  putProjectRoute,
  deleteProjectRoute,
  listProjectReviewersRoute,
  getProjectReviewerRoute,
  putProjectReviewerRoute,
  deleteProjectReviewerRoute,
];
