import { callerPorts } from "../authorization/caller-ports.ts";
import { publicBaseUrlsOf } from "../config/public-base-urls.ts";
import { clientAddress, networkOf } from "../http/server/client-address.ts";
import { goneSignal } from "../http/server/gone-signal.ts";
import { logBug } from "../http/server/log-bug.ts";
import { quotaKeysOf } from "../model/who-acts.ts";
import { receivePack } from "../operations/refs/receive-pack.ts";
import { cutStalled } from "./cut-stalled.ts";
import { expiryNoticeFor } from "./expiry-notice-for.ts";
import { openRequestBody } from "./git-body.ts";
import type { GitRoute } from "./git-route.ts";
import { NO_CACHE } from "./no-cache.ts";

/** `POST …/git-receive-pack`: a push. */
export const receivePackRoute: GitRoute = {
  method: "POST",
  suffix: "/git-receive-pack",
  service: () => "git-receive-pack",
  async handle(ports, git, request, reply) {
    const body = openRequestBody(request, "git-receive-pack");
    reply.headers({ ...NO_CACHE, "content-type": "application/x-git-receive-pack-result" });
    const { admission, repository } = git;
    const address = clientAddress(request, ports.config);
    const own = callerPorts(ports, admission, {
      address,
      baseUrls: publicBaseUrlsOf(ports),
      signal: goneSignal(request, reply),
    });
    const notice = expiryNoticeFor(ports, admission.caller, request);
    const answer = await receivePack(own.ports, own.by, repository, body, {
      quotaKeys: quotaKeysOf(admission.caller, networkOf(address), repository),
      notes: request.notes,
      ...(notice === undefined ? {} : { notice }),
      onBug: (error) => logBug(ports, error, request),
    });
    // A lone flush: git tests its credential before a large push.
    if (answer === undefined) return reply.send(Buffer.alloc(0));
    if (Buffer.isBuffer(answer)) return reply.send(answer);
    const stopWatch = cutStalled(request, () => !request.raw.complete);
    answer.once("close", stopWatch);
    return reply.send(answer);
  },
};
