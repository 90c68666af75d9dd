import { makeBranchingModelRoute } from "../branching-model/make-branching-model-route.ts";

export const getEffectiveBranchingModelRoute = makeBranchingModelRoute(
  "effective-branching-model",
  "effective_repo_branching_model",
);
