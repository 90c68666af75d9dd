import type { FastifyRequest } from "fastify";
import {
  fetchAdvertisement,
  type GitService,
  pushAdvertisement,
  serviceHeader,
  v2Advertisement,
} from "../git/wire/advertisement.ts";
import type { ProtocolVersion } from "../git/wire/git-protocol.ts";
import { Failure } from "../model/failure.ts";
import type { Repository } from "../model/repository.ts";
import { answerFromRefs } from "../operations/fetch/answer-from-refs.ts";
import type { Ports } from "../ports.ts";
import type { GitRoute } from "./git-route.ts";
import { NO_CACHE } from "./no-cache.ts";

const V2_ANSWER = Buffer.concat([serviceHeader("git-upload-pack"), v2Advertisement()]);

/** `GET …/info/refs?service=…`: gitprotocol-http(5), "Discovering References". Answered from the rows, without a process. */
export const infoRefsRoute: GitRoute = {
  method: "GET",
  suffix: "/info/refs",
  service: serviceOf,
  async handle(ports, { repository, service, protocol }, _request, reply) {
    reply.headers({ ...NO_CACHE, "content-type": `application/x-${service}-advertisement` });
    // Only a fetch has a protocol 2; a push is answered in protocol 0, as git does.
    const isV2 = service === "git-upload-pack" && protocol.version === 2;
    const answer = isV2 ? V2_ANSWER : await advertiseRefs(ports, repository, service, protocol.version);
    return reply.send(answer);
  },
};

function advertiseRefs(
  ports: Ports,
  repository: Repository,
  service: GitService,
  protocolVersion: ProtocolVersion,
): Promise<Buffer> {
  const version = protocolVersion === 1 ? 1 : 0;
  const { lookups } = ports.database;
  return answerFromRefs(ports, repository, `${service} ${version}`, async () =>
    service === "git-receive-pack"
      ? pushAdvertisement(await lookups.listRefLines(repository.uuid), version)
      : fetchAdvertisement(await lookups.listRefs(repository.uuid), repository.mainBranch, version),
  );
}

function serviceOf(request: FastifyRequest): GitService {
  const { service } = request.query as { readonly service?: unknown };
  if (service === "git-upload-pack" || service === "git-receive-pack") return service;
  if (service === undefined) {
    throw new Failure("permission-missing", "Only smart HTTP is spoken here: use git 1.6.6 or newer");
  }
  throw new Failure("permission-missing", "service: must be git-upload-pack or git-receive-pack");
}
