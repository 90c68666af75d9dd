import { CLOCK_ROUTES } from "./clock.ts";
import type { ControlRoute } from "./control-route.ts";
import { FAULT_ROUTES } from "./faults.ts";
import { PIPELINE_ROUTES } from "./pipelines.ts";
import { REQUEST_ROUTES } from "./requests.ts";
import { RESET_ROUTES } from "./reset.ts";
import { SNAPSHOT_ROUTES } from "./snapshots.ts";
import { WEBHOOK_ROUTES } from "./webhooks.ts";

/** All that the control offers, a file for each noun. */
export const CONTROL_ROUTES: readonly ControlRoute[] = [
  ...CLOCK_ROUTES,
  ...RESET_ROUTES,
  ...SNAPSHOT_ROUTES,
  ...FAULT_ROUTES,
  ...REQUEST_ROUTES,
  ...WEBHOOK_ROUTES,
  ...PIPELINE_ROUTES,
];
