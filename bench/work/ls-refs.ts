import type { Bench } from "../bench-context.ts";
import { REFS_PER_TEAM, teamPrefix } from "../fixtures/many-refs.ts";
import { git } from "../measure/command.ts";
import { type GitEndpoint, lsRefsRequest, refNames } from "../measure/git-request.ts";
import { check, type HttpRequest } from "../measure/http-request.ts";
import { interleave, isMissing, withPeer } from "../measure/interleave.ts";
import { atLeast, atMost } from "../report/row.ts";
import { HTTP_BACKEND, PAIL, type Work } from "./work.ts";

const FEW_MS = "Pail, 350 refs";
const MANY_MS = "Pail, 100,000 refs";
const PREFIXES = ["refs/heads/", "refs/tags/"];
/** One of many, in the middle. As many refs begin with it as the smaller repository has. */
const TEAM = 1;

export const lsRefs: Work = {
  name: "ls-refs",
  rows: [
    { work: "ls-refs v2, 350 refs", unit: "1/s", pail: PAIL, peer: HTTP_BACKEND, goal: atLeast(40) },
    {
      work: "ls-refs v2, 100,000 refs with a prefix",
      unit: "ms",
      pail: MANY_MS,
      peer: FEW_MS,
      goal: atMost(1.5),
    },
  ],
  async measure(bench) {
    return bench.withPail(async (pail) => {
      const few = lsRefsRequest(pail.git("medium"), PREFIXES);
      const many = lsRefsRequest(pail.git("refs"), [teamPrefix(TEAM)]);
      const theirs = (endpoint: GitEndpoint) => lsRefsRequest(endpoint, PREFIXES);
      await checkRefs(PAIL, few, await namesOf(bench.repositories.medium));
      await checkRefs(MANY_MS, many, await teamNames(bench));
      if (!isMissing(bench.httpBackend)) {
        const request = theirs(bench.httpBackend.git("medium"));
        await checkRefs(HTTP_BACKEND, request, await namesOf(bench.repositories.medium));
      }
      for (const request of [few, many]) await bench.rate(request);
      let fewPerSecond = 0;
      return interleave(bench.sizes.rounds, {
        [PAIL]: async () => {
          fewPerSecond = await bench.rate(few);
          return fewPerSecond;
        },
        // The same measurement, as the time that one answer takes the server.
        [FEW_MS]: async () => 1000 / fewPerSecond,
        [MANY_MS]: async () => 1000 / (await bench.rate(many)),
        [HTTP_BACKEND]: withPeer(bench.httpBackend, (peer) => bench.rate(theirs(peer.git("medium")))),
      });
    });
  },
};

async function namesOf(gitDir: string): Promise<readonly string[]> {
  const output = await git(["--git-dir", gitDir, "for-each-ref", "--format=%(refname)"]);
  return output.trim().split("\n").filter(isAsked);
}

const isAsked = (name: string) => PREFIXES.some((prefix) => name.startsWith(prefix));

async function teamNames({ repositories }: Bench): Promise<readonly string[]> {
  const names = (await namesOf(repositories.refs)).filter((name) => name.startsWith(teamPrefix(TEAM)));
  if (names.length !== REFS_PER_TEAM) throw new Error(`the repository has ${names.length} refs of the team`);
  return names;
}

async function checkRefs(what: string, request: HttpRequest, names: readonly string[]): Promise<void> {
  const expected = [...names].sort().join("\n");
  await check(what, request, (body) => [...refNames(body)].sort().join("\n") === expected);
}
