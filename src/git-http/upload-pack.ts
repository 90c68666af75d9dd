import { errorPacket } from "../git/wire/packet.ts";
import { parseUploadPackRequest } from "../git/wire/upload-pack-request.ts";
import { clientAddress, networkOf } from "../http/server/client-address.ts";
import { endOfTurn } from "../http/server/end-of-turn.ts";
import { goneSignal } from "../http/server/gone-signal.ts";
import { quotaKeysOf } from "../model/who-acts.ts";
import { addMessage } from "../operations/fetch/add-message.ts";
import { answerLsRefs } from "../operations/fetch/answer-ls-refs.ts";
import { fetchObjects } from "../operations/fetch/fetch-objects.ts";
import { expiryNoticeFor } from "./expiry-notice-for.ts";
import { readRequestBody } from "./git-body.ts";
import { type GitRoute, readmitToFetch } from "./git-route.ts";
import { NO_CACHE } from "./no-cache.ts";
import { sendFetchAnswer } from "./send-fetch-answer.ts";

/**
 * Wants and haves of one round, decompressed: some 300,000 of them. A negotiation that needs more is sent in rounds.
 */
export const FETCH_REQUEST_BYTES_MAX = 16 * 1024 * 1024;

const HEADERS = { ...NO_CACHE, "content-type": "application/x-git-upload-pack-result" };

/** `POST …/git-upload-pack`: one round of a fetch, or before it `ls-refs`. */
export const uploadPackRoute: GitRoute = {
  method: "POST",
  suffix: "/git-upload-pack",
  service: () => "git-upload-pack",
  writeUnavailable: errorPacket,
  async handle(ports, git, request, reply) {
    const body = await readRequestBody(request, "git-upload-pack", FETCH_REQUEST_BYTES_MAX);
    const now = await readmitToFetch(ports, git, request);
    reply.headers(HEADERS);
    const { repository, admission, protocol } = git;
    const asked = parseUploadPackRequest(body, protocol);
    switch (asked.kind) {
      case "flush":
        return reply.send(Buffer.alloc(0));
      case "ls-refs": {
        const answer = await answerLsRefs(now, repository, asked.refs);
        await endOfTurn();
        return reply.send(answer);
      }
      case "fetch": {
        const signal = goneSignal(request, reply);
        const answer = await fetchObjects(ports, {
          repository,
          request: asked,
          quotaKeys: quotaKeysOf(
            admission.caller,
            networkOf(clientAddress(request, ports.config)),
            repository,
          ),
          signal,
          notes: request.notes,
        });
        const notice = expiryNoticeFor(ports, admission.caller, request);
        const told = notice === undefined ? answer : await addMessage(answer, notice);
        if (told.kind === "bytes") await endOfTurn();
        return sendFetchAnswer(ports, told, request, reply, signal);
      }
    }
  },
};
