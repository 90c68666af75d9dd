import type { FastifyRequest } from "fastify";
import type { OpenAdmission } from "../../../authorization/open-admission.ts";
import type { Repository } from "../../../model/repository.ts";
import { allOf, type Requirement } from "../../../model/scope-set.ts";
import type { Ports } from "../../../ports.ts";
import type { Answer } from "../../server/answer.ts";
import type { RestRequest, WithMoreRequirements } from "../declaration.ts";
import type { PathParameters } from "../named-subjects.ts";

/** Who asks for a route, whose scopes are enough for it, and what the path says. */
export type Asked = {
  readonly admission: OpenAdmission;
  readonly params: PathParameters;
  readonly request: FastifyRequest;
};

/** What the path names, once its caller has been admitted to it. */
export type Found = {
  readonly repository?: Repository | undefined;
};

/** With what has admitted to it, for what a body names. */
export type Admitted<Its extends Found = Found> = Its & { readonly admission: OpenAdmission };

/** What routes of one kind are about. */
export type Subject<OfRoute, Its extends Found = Found> = {
  /** Finds what the path names and admits the caller to it: may see it (404), permission (403). No body has been read yet. */
  admit(ports: Ports, route: OfRoute, asked: Asked): Promise<Its>;
  /** Hands what was found to the handler. Where more hangs on the body, that is asked first. */
  call(
    ports: Ports,
    route: OfRoute,
    found: Admitted<Its>,
    request: RestRequest,
    body: unknown,
  ): Promise<Answer>;
  /** What a route asks of its caller beside scopes, as the documentation says it. */
  describe(route: OfRoute): string;
};

/** Asks for the route's scopes once more, with what the request decides. */
export async function requireMoreScopes<Request extends RestRequest>(
  ports: Ports,
  route: Requirement & WithMoreRequirements<Request>,
  { admission }: Admitted,
  request: Request,
): Promise<void> {
  if (route.requirementOf === undefined) return;
  admission.requireScopes(allOf([route, await route.requirementOf(ports, request)]));
}
