import { modelRoute } from "../branching-model/make-branching-model-route.ts";

export const getEffectiveBranchingModelRoute = modelRoute(
  "effective-branching-model",
  "effective_repo_branching_model",
);
