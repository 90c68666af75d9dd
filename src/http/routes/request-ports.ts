import type { FastifyRequest } from "fastify";
import {
  type PresentedCredential,
  readPresentedCredential,
} from "../../authentication/presented-credential.ts";
import { parseRepositorySlug, parseWorkspaceSlug } from "../../model/slug.ts";
import type { Ports } from "../../ports.ts";
import type { AdmissionKeys } from "../../storage/sql/lookups/admission-rows.ts";
import type { DatabaseVersion, RequestLookups } from "../../storage/sql/lookups/request-lookups.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The version of the database when the request arrived. Undefined until it is read. */
    databaseVersion: DatabaseVersion | undefined;
    /** The ports of its checks. */
    requestPorts: Ports | undefined;
    /** The credential that it sent. Undefined until it is read. */
    presented: PresentedCredential | undefined;
  }
}

/** Reads the credential once for each request, since reading it computes a digest of the header. */
export function presentedBy(request: FastifyRequest): PresentedCredential {
  request.presented ??= readPresentedCredential(request.headers.authorization);
  return request.presented;
}

/** Ports with cached look-ups, as of the arrival of the request. For its checks, and for handlers that only read. */
export function requestPorts(
  ports: Ports,
  request: FastifyRequest,
  repositoryName: string | undefined,
): Ports | Promise<Ports> {
  const known = ports.database.requestLookups(keysOf(request, repositoryName));
  return known instanceof Promise
    ? known.then((lookups) => portsAt(ports, request, lookups))
    : portsAt(ports, request, known);
}

function portsAt(ports: Ports, request: FastifyRequest, { version, lookups }: RequestLookups): Ports {
  request.databaseVersion = version;
  if (lookups === ports.database.lookups) return ports;
  return { ...ports, database: { ...ports.database, lookups } };
}

function keysOf(request: FastifyRequest, repositoryName: string | undefined): AdmissionKeys | undefined {
  const { params } = request;
  const credential = presentedBy(request);
  const digest = credential.kind === "token" ? credential.digest : undefined;
  const workspace = parseWorkspaceSlug((params as Record<string, string>).workspace ?? "");
  const repository = parseRepositorySlug(repositoryName ?? "");
  const names = workspace === undefined || repository === undefined ? undefined : { workspace, repository };
  return digest === undefined && names === undefined ? undefined : { digest, names };
}
