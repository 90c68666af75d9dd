import { CLOCK_ROUTES } from "./clock.ts";
import type { ControlRoute } from "./control-route.ts";
import { FAULT_ROUTES } from "./faults.ts";
import { RESET_ROUTES } from "./reset.ts";
import { SNAPSHOT_ROUTES } from "./snapshots.ts";

/** All that the control offers, a file for each noun. */
export const CONTROL_ROUTES: readonly ControlRoute[] = [
  ...CLOCK_ROUTES,
  ...RESET_ROUTES,
  ...SNAPSHOT_ROUTES,
  ...FAULT_ROUTES,
];
