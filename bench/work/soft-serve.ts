import { join } from "node:path";
import type { Bench } from "../bench-context.ts";
import { git } from "../measure/command.ts";
import { infoRefsRequest, lsRefsRequest, refNames } from "../measure/git-request.ts";
import { check } from "../measure/http-request.ts";
import { interleave, isMissing, type Series, withPeer } from "../measure/interleave.ts";
import { startSoftServe } from "../peers/soft-serve.ts";
import { openPusher } from "./push.ts";
import type { Work } from "./work.ts";

const SOFT_SERVE = "soft-serve, with a token";
const WORKS = ["info/refs v2 with token check", "ls-refs v2, 350 refs", "push of one commit, wall"] as const;
const REPOSITORY = "medium";
const PUSHED = "pushed-beside";
const PREFIXES = ["refs/heads/", "refs/tags/"];

const pailSeries = (work: string) => `Pail, ${work}`;
const theirSeries = (work: string) => `${SOFT_SERVE} (${work})`;

/** The nearest server that is written in Go: it checks a token too, and starts a git for each request. Only told. */
export const softServe: Work = {
  name: "soft-serve",
  rows: WORKS.map((work) => ({
    work,
    unit: work.startsWith("push") ? "ms" : "1/s",
    pail: pailSeries(work),
    peer: theirSeries(work),
    goal: undefined,
  })),
  async measure(bench) {
    const peer = await startSoftServe(join(bench.folder, "soft-serve"));
    try {
      return await measureBeside(bench, peer);
    } finally {
      if (!isMissing(peer)) await peer.stop();
    }
  },
};

async function measureBeside(
  bench: Bench,
  peer: Awaited<ReturnType<typeof startSoftServe>>,
): Promise<Series> {
  const [infoRefs, lsRefs, push] = WORKS;
  const source = bench.repositories[REPOSITORY];
  const clone = join(bench.folder, "soft-serve-clone");
  await git(["clone", "--quiet", "--bare", source, clone]);
  await bench.data.import(source, PUSHED);
  if (!isMissing(peer)) for (const name of [REPOSITORY, PUSHED]) await peer.publish(source, name);
  return bench.withPail(async (pail) => {
    const expected = (await git(["--git-dir", source, "for-each-ref", ...PREFIXES]))
      .trim()
      .split("\n").length;
    for (const endpoint of [pail.git(REPOSITORY), ...(isMissing(peer) ? [] : [peer.git(REPOSITORY)])]) {
      await check(endpoint.url, infoRefsRequest(endpoint), (body) => body.includes("version 2\n"));
      await check(endpoint.url, lsRefsRequest(endpoint, PREFIXES), (body) => {
        return refNames(body).length === expected;
      });
    }
    const pusher = openPusher(bench, clone);
    return interleave(bench.sizes.rounds, {
      [pailSeries(infoRefs)]: () => bench.rate(infoRefsRequest(pail.git(REPOSITORY))),
      [theirSeries(infoRefs)]: withPeer(peer, ({ git }) => bench.rate(infoRefsRequest(git(REPOSITORY)))),
      [pailSeries(lsRefs)]: () => bench.rate(lsRefsRequest(pail.git(REPOSITORY), PREFIXES)),
      [theirSeries(lsRefs)]: withPeer(peer, ({ git }) =>
        bench.rate(lsRefsRequest(git(REPOSITORY), PREFIXES)),
      ),
      [pailSeries(push)]: () => pusher(pail.cloneUrl(PUSHED)),
      [theirSeries(push)]: withPeer(peer, ({ cloneUrl }) => pusher(cloneUrl(PUSHED))),
    });
  });
}
