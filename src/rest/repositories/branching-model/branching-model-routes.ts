import type { Route } from "../../../http/routes/route.ts";
import {
  getProjectModelRoute,
  getProjectModelSettingsRoute,
  updateProjectModelSettingsRoute,
} from "../../workspaces/projects/project-model.ts";
import { getBranchingModelRoute, getEffectiveBranchingModelRoute } from "./repository-model.ts";
import { getModelSettingsRoute, updateModelSettingsRoute } from "./repository-model-settings.ts";

/** The tag "Branching model" of the reference. */
export const BRANCHING_MODEL_ROUTES: readonly Route[] = [
  getBranchingModelRoute,
  getEffectiveBranchingModelRoute,
  getModelSettingsRoute,
  updateModelSettingsRoute,
  getProjectModelRoute,
  getProjectModelSettingsRoute,
  updateProjectModelSettingsRoute,
];
