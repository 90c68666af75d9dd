import { PassThrough, type Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { callerPorts } from "../authorization/caller-ports.ts";
import { publicBaseUrlsOf } from "../config/public-base-urls.ts";
import { reachFaultPoint } from "../fault-points.ts";
import { sidebandPackets } from "../git/wire/packet.ts";
import {
  canTellReasons,
  type PushReport,
  writeFatalReport,
  writePushReport,
} from "../git/wire/push-report.ts";
import { drain, type PushRequest, readPushRequest } from "../git/wire/push-request.ts";
import { clientAddress, networkOf } from "../http/server/client-address.ts";
import { goneSignal } from "../http/server/gone-signal.ts";
import { annotateFailure } from "../http/server/request-log.ts";
import { failureOf, logBug } from "../http/server/server.ts";
import { Failure } from "../model/failure.ts";
import { actorOf, quotaKeysOf, requireAccount } from "../model/who-acts.ts";
import { push } from "../operations/refs/push.ts";
import { pushUnlessRefused, reportNamesOf, writeRefusal } from "../operations/refs/refused-push.ts";
import { explainIfGone } from "../operations/repositories/repository-gone.ts";
import type { Ports } from "../ports.ts";
import { cutStalled } from "./cut-stalled.ts";
import type { GitRequest, GitRoute } from "./git-route.ts";
import { NO_CACHE } from "./no-cache.ts";
import { isUnpackError, openRequestBody } from "./request-body.ts";

/** How often a client that waits hears from us, so that no proxy between takes the connection for dead. git's own value. */
const SIGN_OF_LIFE_MS = 5_000;
/** A wait that is shorter is told to nobody. */
const WAIT_TOLD_MS = 1_000;

/** `POST …/git-receive-pack`: a push. */
export const receivePackRoute: GitRoute = {
  method: "POST",
  suffix: "/git-receive-pack",
  service: () => "git-receive-pack",
  async handle(ports, git, request, reply) {
    const body = openRequestBody(request, "git-receive-pack");
    reply.headers({ ...NO_CACHE, "content-type": "application/x-git-receive-pack-result" });
    const pushRequest = await readRequest(body);
    // A lone flush: git tests its credential before a large push.
    if (pushRequest === undefined) return reply.send(Buffer.alloc(0));
    const { problem, refusedCommands: [refused] = [] } = pushRequest;
    if ((problem ?? refused) !== undefined && !canTellReasons(pushRequest.capabilities)) {
      await drain(pushRequest.pack);
      throw problem ?? new Failure("invalid-input", `push: ${refused!.reason}`);
    }
    if (problem !== undefined) {
      await drain(pushRequest.pack);
      annotateFailure(request, problem);
      return reply.send(writeRefusal(pushRequest, problem.message));
    }
    const answer = new PassThrough();
    answerPush(ports, git, pushRequest, answer, request, reply)
      .catch((error: unknown) => logBug(ports, error, request))
      .finally(() => answer.end());
    return reply.send(answer);
  },
};

async function readRequest(body: Readable): Promise<PushRequest | undefined> {
  try {
    return await readPushRequest(body as AsyncIterable<Buffer>);
  } catch (error) {
    throw unpackFailure(error);
  }
}

function unpackFailure(error: unknown): unknown {
  return isUnpackError(error) ? new Failure("invalid-input", "the body is not valid gzip") : error;
}

async function answerPush(
  ports: Ports,
  git: GitRequest,
  pushRequest: PushRequest,
  answer: PassThrough,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { repository, caller } = git;
  const { capabilities } = pushRequest;
  const hasSideband = capabilities.has("side-band-64k");
  const signal = goneSignal(request, reply);
  const signsOfLife = hasSideband
    ? setInterval(() => answer.write(sidebandPackets(1, Buffer.alloc(0))), SIGN_OF_LIFE_MS)
    : undefined;
  const onProgress = (text: Buffer) => answer.write(sidebandPackets(2, text));
  let waitTold: NodeJS.Timeout | undefined;
  const onWait = (why: string) => {
    // Also to who asks for quiet, which git does wherever there is no terminal: a log that stands still needs a reason.
    if (hasSideband) waitTold = setTimeout(() => onProgress(Buffer.from(`Waiting: ${why}\n`)), WAIT_TOLD_MS);
  };
  const stopWatch = cutStalled(request, () => !request.raw.complete);
  let releaseSlot = () => {};
  try {
    const address = clientAddress(request, ports.config);
    const quotaKeys = quotaKeysOf(caller, networkOf(address), repository);
    releaseSlot = await ports.pushSlots.take(quotaKeys, signal, onWait);
    clearTimeout(waitTold);
    const own = callerPorts(ports, git, actorOf(caller, address));
    const report = await pushUnlessRefused(pushRequest, () =>
      push(own.ports, repository, pushRequest, {
        author: { kind: "account", account: requireAccount(caller) },
        baseUrls: publicBaseUrlsOf(ports),
        signal,
        ...(hasSideband && !capabilities.has("quiet") ? { onProgress } : {}),
      }),
    );
    await drain(pushRequest.pack);
    reachFaultPoint("push.answering");
    annotateReport(request, report);
    // Beside the reason in the report, on a line of its own: a rule is what the pusher has to look up.
    for (const remark of hasSideband ? (report.remarks ?? []) : []) {
      answer.write(sidebandPackets(2, Buffer.from(`${remark}\n`)));
    }
    answer.write(writePushReport(report, capabilities));
  } catch (error) {
    if (signal.aborted) {
      request.notes["failure.kind"] = "client-gone";
      return;
    }
    await drain(pushRequest.pack);
    answer.write(
      fatalAnswer(ports, await explainIfGone(ports, repository, unpackFailure(error)), request, pushRequest),
    );
  } finally {
    stopWatch();
    clearTimeout(waitTold);
    releaseSlot();
    clearInterval(signsOfLife);
  }
}

/** The status has gone out: what is wrong is told in the report, so that git names every ref as refused. */
function fatalAnswer(
  ports: Ports,
  error: unknown,
  request: FastifyRequest,
  pushRequest: PushRequest,
): Buffer {
  const failure = failureOf(error);
  if (failure === undefined) logBug(ports, error, request);
  else annotateFailure(request, failure);
  const problem = failure?.message ?? "something went wrong on the server";
  return writeFatalReport(problem, reportNamesOf(pushRequest), pushRequest.capabilities);
}

function annotateReport(request: FastifyRequest, report: PushReport): void {
  request.notes["refs.updated"] = report.refs.filter((ref) => ref.refused === undefined).length;
  request.notes["refs.refused"] = report.refs.filter((ref) => ref.refused !== undefined).length;
  if (report.unpackProblem !== undefined) request.notes["failure.reason"] = report.unpackProblem;
}
