import type { FastifyRequest } from "fastify";
import type { OpenAdmission } from "../../../authorization/open-admission.ts";
import type { Repository } from "../../../model/repository.ts";
import { allOf, type Requirement } from "../../../model/scope-set.ts";
import type { Ports } from "../../../ports.ts";
import type { Answer } from "../../server/answer.ts";
import type { RestRequest, WithMoreRequirements } from "../declaration.ts";
import type { PathParameters } from "../named-subjects.ts";

/** The caller, the route's admission, and the parameters of the path. */
export type Asked = {
  readonly admission: OpenAdmission;
  readonly params: PathParameters;
  readonly request: Pick<FastifyRequest, "url" | "headers">;
};

/** The subject that the path names, once the caller has been admitted to it. */
export type Found = {
  readonly repository?: Repository | undefined;
};

/** With the admission, for subjects that the body names. */
export type Admitted<Its extends Found = Found> = Its & { readonly admission: OpenAdmission };

/** The handling of one kind of subject. */
export type Subject<OfRoute, Its extends Found = Found> = {
  /**
   * Finds the subject of the path and admits the caller to it: visibility (404), permission (403). No body has been
   * read yet.
   */
  admit(ports: Ports, route: OfRoute, asked: Asked): Promise<Its>;
  /** Calls the handler with the subject. Requirements that depend on the body are checked first. */
  call(
    ports: Ports,
    route: OfRoute,
    found: Admitted<Its>,
    request: RestRequest,
    body: unknown,
  ): Promise<Answer>;
  /** The requirements of a route beside scopes, in the words of the documentation. */
  describe(route: OfRoute): string;
};

/** Checks the scopes again, with those that the request adds. */
export async function requireMoreScopes<Request extends RestRequest>(
  ports: Ports,
  route: Requirement & WithMoreRequirements<Request>,
  { admission }: Admitted,
  request: Request,
): Promise<void> {
  if (route.requirementOf === undefined) return;
  admission.requireScopes(allOf([route, await route.requirementOf(ports, request)]));
}
