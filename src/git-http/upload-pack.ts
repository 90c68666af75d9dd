import { parseCommandRequest } from "../git/wire/command-request.ts";
import { parseLsRefs, writeLsRefs } from "../git/wire/ls-refs.ts";
import { errorPacket } from "../git/wire/packet.ts";
import { Failure } from "../model/failure.ts";
import { answerFromRefs, readAskedRefs } from "../operations/fetch/answer-from-refs.ts";
import { type GitRoute, readmitToFetch } from "./git-route.ts";
import { NO_CACHE } from "./no-cache.ts";
import { openRequestBody, readWholeBody } from "./request-body.ts";
import { sendPack } from "./send-pack.ts";

/** Wants and haves of one round, unpacked: some 300,000 of them. A negotiation that needs more is sent in rounds. */
export const FETCH_REQUEST_BYTES_MAX = 16 * 1024 * 1024;

/** `POST …/git-upload-pack`: a fetch. `ls-refs` is answered from the rows, the rest by git's own upload-pack. */
export const uploadPackRoute: GitRoute = {
  method: "POST",
  suffix: "/git-upload-pack",
  service: () => "git-upload-pack",
  writeUnavailable: errorPacket,
  async handle(ports, git, request, reply) {
    const body = await readWholeBody(openRequestBody(request, "git-upload-pack"), FETCH_REQUEST_BYTES_MAX);
    await readmitToFetch(ports, git);
    reply.headers({ ...NO_CACHE, "content-type": "application/x-git-upload-pack-result" });
    if (git.protocol.version < 2) return sendPack(ports, git, body, request, reply);
    const command = parseCommandRequest(body);
    switch (command?.command) {
      case undefined:
        return reply.send(Buffer.alloc(0));
      case "ls-refs": {
        const asked = parseLsRefs(command!.args);
        const answer = await answerFromRefs(ports, git.repository, JSON.stringify(asked), async () =>
          writeLsRefs(asked, await readAskedRefs(ports, git.repository, asked), git.repository.mainBranch),
        );
        return reply.send(answer);
      }
      case "fetch":
        return sendPack(ports, git, body, request, reply);
      default:
        throw new Failure("invalid-input", "command: not one that is offered");
    }
  },
};
