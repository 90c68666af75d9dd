import type { FastifyRequest } from "fastify";
import type { AuditSubject } from "../../model/audit.ts";
import { repositorySubject, workspaceSubject } from "../../model/audit.ts";
import type { Failure, FailureKind } from "../../model/failure.ts";
import type { Ports } from "../../ports.ts";
import { clientAddress } from "../server/client-address.ts";
import { findNamedRepository, findNamedWorkspace } from "./named-subjects.ts";

/** Refusals of access. Other failures are about what was asked for, not about who asks. */
const REFUSALS: readonly FailureKind[] = [
  "credential-invalid",
  "address-refused",
  "hours-refused",
  "private-content-refused",
  "no-bitbucket-scopes",
  "scope-missing",
  "hidden",
  "permission-missing",
  "token-refused",
];

/** Records in the audit log that a genuine token was refused. Other refusals are not recorded. */
export function noteRefusal(ports: Ports, request: FastifyRequest, failure: Failure): void {
  if (!REFUSALS.includes(failure.kind)) return;
  const { genuine, reason } = failure.details;
  const actor =
    request.accountActor ??
    (genuine && {
      kind: "account" as const,
      accountUuid: genuine.accountUuid,
      credential: genuine.credential,
      address: clientAddress(request, ports.config),
    });
  if (actor === undefined) return;
  ports.auditNotes.noteRefusal({
    actor,
    method: request.method,
    route: request.routeOptions.url ?? "none",
    kind: failure.kind,
    reason,
    findSubject: () => findSubject(ports, request),
  });
}

async function findSubject(ports: Ports, request: FastifyRequest): Promise<AuditSubject | undefined> {
  const { workspace, repo_slug } = request.params as Readonly<Record<string, string | undefined>>;
  if (workspace === undefined) return undefined;
  if (repo_slug === undefined) {
    const found = await findNamedWorkspace(ports, { workspace });
    return found && workspaceSubject(found);
  }
  // In Git's URLs the name may end in ".git"; no slug does.
  const found = await findNamedRepository(ports, { workspace, repo_slug: repo_slug.replace(/\.git$/i, "") });
  return found && repositorySubject(found);
}
