import { modelRoute } from "./make-branching-model-route.ts";

export const getBranchingModelRoute = modelRoute("branching-model", "branching_model");
