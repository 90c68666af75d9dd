import { noContentAnswer } from "../http/server/answer.ts";
import type { ControlRoute } from "./control-route.ts";

export const RESET_ROUTES: readonly ControlRoute[] = [
  {
    method: "POST",
    path: "/reset",
    summary: "go back to the seed: data, clock, faults and counts",
    async handle(standIn) {
      await standIn.reset();
      return noContentAnswer();
    },
  },
];
