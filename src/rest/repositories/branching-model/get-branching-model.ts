import { modelRoute } from "./model-route.ts";

export const getBranchingModelRoute = modelRoute("branching-model", "branching_model");
