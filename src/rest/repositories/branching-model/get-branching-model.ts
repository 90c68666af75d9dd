import { makeBranchingModelRoute } from "./make-branching-model-route.ts";

export const getBranchingModelRoute = makeBranchingModelRoute("branching-model", "branching_model");
