import { join } from "node:path";
import { infoRefsRequest } from "../measure/git-request.ts";
import { WORKSPACE } from "../peers/pail.ts";
import type { Point } from "../report/plot.ts";
import type { Growth } from "./growth.ts";

const NAME = "served";

/** Requests per second: more clients must not make them fewer. */
export const clients: Growth = {
  name: "clients",
  title: "Requests per second against concurrent clients",
  xLabel: "clients",
  yLabel: "requests per second",
  async measure(context) {
    const points: Point[] = [];
    const data = await context.emptyData.copyTo(join(context.folder, "clients", "data"));
    await data.import(await context.repository({ kind: "refs", refs: 100 }), NAME);
    await context.withPail(data, async (pail) => {
      const requests = {
        "info/refs": infoRefsRequest(pail.git(NAME)),
        "GET repository": pail.rest(`/repositories/${WORKSPACE}/${NAME}`),
        "commits page of 30": pail.rest(`/repositories/${WORKSPACE}/${NAME}/commits/main`),
      };
      for (let connections = 1; connections <= context.clientsMax; connections *= 2) {
        context.say(`clients: ${connections}`);
        for (const [series, request] of Object.entries(requests)) {
          const seconds = context.rateSeconds;
          const { perSecond } = await context.generator.measure({ request, connections, seconds });
          points.push({ x: connections, y: perSecond, series });
        }
      }
    });
    return points;
  },
};
