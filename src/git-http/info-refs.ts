import type { FastifyRequest } from "fastify";
import type { GitService } from "../git/wire/advertisement.ts";
import { endOfTurn } from "../http/server/end-of-turn.ts";
import { Failure } from "../model/failure.ts";
import { advertiseRefs } from "../operations/fetch/advertise-refs.ts";
import type { GitRoute } from "./git-route.ts";
import { NO_CACHE } from "./no-cache.ts";

const HEADERS: Readonly<Record<GitService, Record<string, string>>> = {
  "git-upload-pack": { ...NO_CACHE, "content-type": "application/x-git-upload-pack-advertisement" },
  "git-receive-pack": { ...NO_CACHE, "content-type": "application/x-git-receive-pack-advertisement" },
};

/** `GET …/info/refs?service=…`: gitprotocol-http(5), "Discovering References". */
export const infoRefsRoute: GitRoute = {
  method: "GET",
  suffix: "/info/refs",
  service: serviceOf,
  async handle(ports, { repository, service, protocol }, request, reply) {
    reply.headers(HEADERS[service]);
    const { version } = protocol;
    const answer = await advertiseRefs(request.requestPorts ?? ports, repository, service, {
      version,
      announcesService: true,
    });
    await endOfTurn();
    return reply.send(answer);
  },
};

function serviceOf(request: FastifyRequest): GitService {
  const { service } = request.query as { readonly service?: unknown };
  if (service === "git-upload-pack" || service === "git-receive-pack") return service;
  if (service === undefined) {
    throw new Failure("permission-missing", "Only smart HTTP is spoken here: use git 1.6.6 or newer");
  }
  throw new Failure("permission-missing", "service: must be git-upload-pack or git-receive-pack");
}
