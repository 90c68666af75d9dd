import { CLOCK_ROUTES } from "./clock.ts";
import type { ControlRoute } from "./control-route.ts";

/** All that the control offers, a file for each noun. */
export const CONTROL_ROUTES: readonly ControlRoute[] = [...CLOCK_ROUTES];
