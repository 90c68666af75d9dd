import { PassThrough, type Readable } from "node:stream";
import { reachFaultPoint } from "../../fault-points.ts";
import { sidebandPackets } from "../../git/wire/packet.ts";
import {
  canTellReasons,
  type PushReport,
  writeFatalReport,
  writePushReport,
} from "../../git/wire/push-report.ts";
import { drain, type PushRequest, readPushRequest } from "../../git/wire/push-request.ts";
import { Failure } from "../../model/failure.ts";
import { failureNotes } from "../../model/failure-notes.ts";
import type { QuotaKey } from "../../model/quota-key.ts";
import type { Repository } from "../../model/repository.ts";
import type { By, Ports } from "../../ports.ts";
import { knownFailure } from "../../storage/known-failure.ts";
import { explainIfGone } from "../repositories/explain-if-gone.ts";
import { type PushPorts, push } from "./push.ts";
import { pushUnlessRefused, reportNamesOf, writeRefusal } from "./refused-push.ts";

export type ReceivePackPorts = PushPorts & Pick<Ports, "pushSlots" | "workspaceActivity">;

export type ReceivePackOptions = {
  /** The keys of the limits for which the push counts. */
  readonly quotaKeys: readonly QuotaKey[];
  /** Fields for the one line of the log about this push. */
  readonly notes: Record<string, unknown>;
  /** Lines for the pusher, whatever becomes of the push. */
  readonly notice?: string;
  /** Called with an error of the server. The pusher is told only that there was one. */
  readonly onBug: (error: unknown) => void;
};

/**
 * How often a waiting client is sent a sign of life, so that no proxy closes the connection as idle. The value is git's
 * own.
 */
const SIGN_OF_LIFE_MS = 5_000;
/** The client is not told of a shorter wait than this. */
const WAIT_TOLD_MS = 1_000;

/**
 * Takes a push as git sends it after the advertisement, and answers it in git's own packets.
 *
 * A malformed request is thrown, unless the client has asked for a report; later failures are part of the answer.
 *
 * @param body commands, options and the pack. It is read to its end, or to where the pack would begin if all commands
 * delete.
 * @returns undefined if the request is empty: a client that tests its credential, or has nothing to push.
 * @throws Failure invalid-input, or too-large.
 */
export async function receivePack(
  ports: ReceivePackPorts,
  by: By,
  repository: Repository,
  body: AsyncIterable<Buffer>,
  options: ReceivePackOptions,
): Promise<Buffer | Readable | undefined> {
  const request = await readPushRequest(body);
  if (request === undefined) return undefined;
  const { problem, refusedCommands: [refused] = [] } = request;
  if ((problem ?? refused) !== undefined && !canTellReasons(request.capabilities)) {
    await drain(request.pack);
    throw problem ?? new Failure("invalid-input", `push: ${refused!.reason}`);
  }
  if (problem !== undefined) {
    await drain(request.pack);
    Object.assign(options.notes, failureNotes(problem));
    return writeRefusal(request, problem.message);
  }
  const answer = new PassThrough();
  answerPush(ports, by, repository, request, options, answer)
    .catch(options.onBug)
    .finally(() => answer.end());
  return answer;
}

async function answerPush(
  ports: ReceivePackPorts,
  by: By,
  repository: Repository,
  request: PushRequest,
  options: ReceivePackOptions,
  answer: PassThrough,
): Promise<void> {
  const { capabilities } = request;
  const { quotaKeys, notes, notice } = options;
  const hasSideband = capabilities.has("side-band-64k");
  const signsOfLife = hasSideband
    ? setInterval(() => answer.write(sidebandPackets(1, Buffer.alloc(0))), SIGN_OF_LIFE_MS)
    : undefined;
  const onProgress = (text: Buffer) => answer.write(sidebandPackets(2, text));
  let waitTold: NodeJS.Timeout | undefined;
  const onWait = (why: string) => {
    // Sent even if the client asks for quiet, which git does wherever there is no terminal: a log that stands still
    // needs a reason.
    if (hasSideband) waitTold = setTimeout(() => onProgress(Buffer.from(`Waiting: ${why}\n`)), WAIT_TOLD_MS);
  };
  let releaseSlot = () => {};
  try {
    releaseSlot = await ports.pushSlots.take(quotaKeys, by.signal, onWait);
    clearTimeout(waitTold);
    const report = await pushUnlessRefused(request, () =>
      push(ports, by, repository, request, {
        ...(hasSideband && !capabilities.has("quiet") ? { onProgress } : {}),
      }),
    );
    await drain(request.pack);
    reachFaultPoint("push.answering");
    if (report.refs.some(({ refused }) => refused === undefined))
      ports.workspaceActivity.countPush(repository.workspace.uuid);
    Object.assign(notes, reportNotes(report));
    // On a line of its own beside the reason in the report: the pusher has to look the rule up.
    for (const remark of hasSideband ? (report.remarks ?? []) : []) {
      answer.write(sidebandPackets(2, Buffer.from(`${remark}\n`)));
    }
    if (hasSideband && notice !== undefined) onProgress(Buffer.from(notice));
    answer.write(writePushReport(report, capabilities));
  } catch (error) {
    if (by.signal.aborted) {
      notes["failure.kind"] = "client-gone";
      return;
    }
    await drain(request.pack);
    answer.write(fatalAnswer(await explainIfGone(ports, repository, error), request, options));
  } finally {
    clearTimeout(waitTold);
    releaseSlot();
    clearInterval(signsOfLife);
  }
}

/** The answer has begun, so the failure goes into the report, and git shows every ref as refused. */
function fatalAnswer(error: unknown, request: PushRequest, { notes, onBug }: ReceivePackOptions): Buffer {
  const failure = knownFailure(error);
  if (failure === undefined) onBug(error);
  else Object.assign(notes, failureNotes(failure));
  const problem = failure?.message ?? "something went wrong on the server";
  return writeFatalReport(problem, reportNamesOf(request), request.capabilities);
}

function reportNotes({ refs, unpackProblem }: PushReport): Record<string, unknown> {
  return {
    "refs.updated": refs.filter((ref) => ref.refused === undefined).length,
    "refs.refused": refs.filter((ref) => ref.refused !== undefined).length,
    ...(unpackProblem === undefined ? {} : { "failure.reason": unpackProblem }),
  };
}
