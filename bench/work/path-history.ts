import { rarePath } from "../fixtures/histories.ts";
import { git } from "../measure/command.ts";
import { send } from "../measure/http-request.ts";
import { interleave } from "../measure/interleave.ts";
import { WORKSPACE } from "../peers/pail.ts";
import { atMost } from "../report/row.ts";
import { PAIL, type Work } from "./work.ts";

const PLAIN = "git log -30 -- path";
const PAGE = 30;

/**
 * The commits of a file that only old commits have changed. Each round asks for another file. The peer has no commit graph,
 * as a repository has that nobody looks after; Pail has what its own maintenance wrote after the import.
 */
export const pathHistory: Work = {
  name: "path-history",
  rows: [
    {
      work: "commits?path= deep in a history of 80,000",
      unit: "ms",
      pail: PAIL,
      peer: PLAIN,
      goal: atMost(0.2),
    },
  ],
  async measure(bench) {
    const found: { pail: string; plain: string } = { pail: "", plain: "" };
    return bench.withPail(async (pail) => {
      const askPail = async (path: string) => {
        const query = new URLSearchParams({ path, pagelen: String(PAGE), fields: "values.hash" });
        const { status, body } = await send(
          pail.rest(`/repositories/${WORKSPACE}/long/commits/main?${query}`),
        );
        if (status !== 200) throw new Error(`commits of ${path}: status ${status}`);
        return body;
      };
      // What the first request opens and compiles is no part of a walk.
      await askPail("part-0");
      return interleave(bench.sizes.rounds, {
        [PAIL]: async (round) => {
          const started = performance.now();
          const body = await askPail(rarePath(round));
          const ms = performance.now() - started;
          const { values } = JSON.parse(body.toString()) as { values: readonly { hash: string }[] };
          found.pail = values.map(({ hash }) => hash).join("\n");
          return ms;
        },
        [PLAIN]: async (round) => {
          const args = ["--git-dir", bench.repositories.long, "log", `-${PAGE}`, "--format=%H", "main", "--"];
          const started = performance.now();
          found.plain = (await git([...args, rarePath(round)])).trim();
          const ms = performance.now() - started;
          if (found.plain === "" || found.pail !== found.plain)
            throw new Error("the commits of a path differ");
          return ms;
        },
      });
    });
  },
};
