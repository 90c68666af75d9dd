import { infoRefsRequest } from "../measure/git-request.ts";
import { check, type HttpRequest } from "../measure/http-request.ts";
import { interleave, isMissing, withPeer } from "../measure/interleave.ts";
import { atLeast } from "../report/row.ts";
import { HTTP_BACKEND_BASIC, PAIL, RAW_NODE, type Work } from "./work.ts";

const WORK = "info/refs v2 with token check";
const VARIED = "Pail, no request like another";

/** The first request of every clone, fetch and CI job. The peer checks a password, Pail a token. */
export const infoRefs: Work = {
  name: "info-refs",
  rows: [
    { work: WORK, unit: "1/s", pail: PAIL, peer: HTTP_BACKEND_BASIC, goal: atLeast(40) },
    { work: WORK, unit: "1/s", pail: PAIL, peer: RAW_NODE, goal: atLeast(0.35) },
    { work: `${WORK}, no request like another`, unit: "1/s", pail: VARIED, peer: RAW_NODE, goal: undefined },
  ],
  async measure(bench) {
    return bench.withPail(async (pail) => {
      const ours = infoRefsRequest(pail.git("medium"));
      await checkAdvertisement(PAIL, ours);
      const { httpBackend } = bench;
      if (!isMissing(httpBackend)) {
        await checkAdvertisement(HTTP_BACKEND_BASIC, infoRefsRequest(httpBackend.gitWithBasicAuth("medium")));
      }
      const constant = { url: bench.rawNode.url };
      await check(RAW_NODE, constant, (body) => body.length > 0);
      for (const request of [ours, constant]) await bench.rate(request);
      return interleave(bench.sizes.rounds, {
        [PAIL]: () => bench.rate(ours),
        [VARIED]: () => bench.rate({ ...ours, isVaried: true }),
        [HTTP_BACKEND_BASIC]: withPeer(httpBackend, (peer) =>
          bench.rate(infoRefsRequest(peer.gitWithBasicAuth("medium"))),
        ),
        [RAW_NODE]: () => bench.rate(constant),
      });
    });
  },
};

/** It says version 2 and offers `fetch`; and without the credential it is refused. */
async function checkAdvertisement(what: string, request: HttpRequest): Promise<void> {
  await check(what, request, (body) => body.includes("version 2\n") && body.includes("fetch"));
  const { authorization: _, ...headers } = request.headers ?? {};
  const { status } = await fetch(request.url, { headers });
  if (status !== 401) throw new Error(`${what}: answers ${status} without a credential`);
}
