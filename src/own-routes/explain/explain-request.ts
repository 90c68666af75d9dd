import type { IncomingHttpHeaders } from "node:http";
import {
  type AdmissionAsked,
  type CredentialRequirement,
  type OpenAdmission,
  openAdmission,
} from "../../authorization/open-admission.ts";
import {
  SERVICE_REQUIREMENTS,
  SNIPPET_SERVICE_REQUIREMENTS,
} from "../../authorization/service-requirements.ts";
import {
  findNamedRepository,
  findNamedSnippet,
  type PathParameters,
} from "../../http/routes/named-subjects.ts";
import type { Route } from "../../http/routes/route.ts";
import { subjectOf } from "../../http/routes/subjects/subjects.ts";
import { statusOf } from "../../http/server/answer-failure.ts";
import type { Bound } from "../../model/bound.ts";
import type { Caller } from "../../model/caller.ts";
import { credentialMissing, Failure, type FailureKind } from "../../model/failure.ts";
import type { Permission } from "../../model/permission.ts";
import { compareScopes, NO_REQUIREMENT, type Requirement } from "../../model/scope-set.ts";
import { accountOf } from "../../model/who-acts.ts";
import type { Ports } from "../../ports.ts";
import { getRepositoryRoute } from "../../rest/repositories/get-repository.ts";
import { getWorkspaceRoute } from "../../rest/workspaces/get-workspace.ts";
import { getProjectRoute } from "../../rest/workspaces/projects/get-project.ts";
import { type Declared, findDeclared } from "./find-declared.ts";

export type ExplainedRequest = {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** From where it would be sent. Undefined: from somewhere that the credential may be used from. */
  readonly address: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Why the caller's credential is not valid at all, in words for its owner. */
  readonly problem?: string | undefined;
};

export type Refusal = {
  readonly kind: FailureKind;
  readonly status: number;
  readonly message: string;
  /** Scopes, in the words of the credential. */
  readonly missing: readonly string[];
};

export type Explanation = {
  /** What the request leads to: a route as it is declared, or a service of git. */
  readonly route: string;
  readonly requirement: CredentialRequirement;
  /** In words. */
  readonly permission: string;
  /** Of the caller in the repository of the path. Undefined: there is none, or the caller may not know of it. */
  readonly held: Permission | undefined;
  /** In the order in which the server refuses; the answer to the request would be the first. Empty: it is let in. */
  readonly refusals: readonly Refusal[];
  /** Whether what the path names was looked at. Who lacks the scopes to read it does not learn whether it is there. */
  readonly isSubjectKnown: boolean;
  /** Whether more may be asked once the body is read. */
  readonly dependsOnBody: boolean;
};

/**
 * Tells what a request needs and whether the caller has it. Nothing is told that the caller could not find out with requests
 * of its own: what the path names is looked at only if the credential is valid, and its scopes are enough for the request, or to
 * read it.
 *
 * @throws Failure no-such-operation, operation-unsupported.
 */
export async function explainRequest(
  ports: Ports,
  caller: Caller,
  asked: ExplainedRequest,
): Promise<Explanation> {
  const declared = findDeclared(asked.method, asked.target);
  if (declared.kind === "none") throw noRoute(declared);
  const requirement = requirementOf(declared);
  const base = {
    route: declared.kind === "git" ? declared.service : `${declared.route.method} ${declared.route.path}`,
    requirement,
    permission: permissionOf(declared),
    dependsOnBody:
      declared.kind === "route" &&
      "requirementOf" in declared.route &&
      declared.route.requirementOf !== undefined,
  };
  const invalid = asked.problem === undefined ? [] : [credentialRefusal(asked.problem)];
  const scopes = missingScopes(caller, requirement);
  const opened = open(ports, caller, asked, declared, requirement);
  const refusal = "refusal" in opened ? opened.refusal : undefined;
  const isSubjectKnown =
    asked.problem === undefined &&
    "admission" in opened &&
    (scopes === undefined || mayRead(caller, declared));
  if (!isSubjectKnown) {
    const refusals = [...invalid, ...[refusal, scopes].flatMap((each) => each ?? [])];
    return { ...base, refusals, isSubjectKnown, held: undefined };
  }
  const { admission } = opened;
  const subject = await subjectRefusal(ports, admission, declared, asked);
  const refusals = [...invalid, ...[scopes, subject].flatMap((each) => each ?? [])];
  return { ...base, refusals, isSubjectKnown, held: await heldIn(ports, admission, declared) };
}

function credentialRefusal(problem: string): Refusal {
  return refusalOf(new Failure("credential-invalid", problem));
}

type Known = Exclude<Declared, { readonly kind: "none" }>;

function noRoute({ allowed }: Extract<Declared, { readonly kind: "none" }>): Failure {
  if (allowed.length === 0)
    return new Failure("no-such-operation", "Resource not found", {
      detail: "There is no API hosted at this URL",
    });
  return new Failure("operation-unsupported", "Method not allowed", {
    detail: `Allowed: ${[...new Set(allowed)].join(", ")}`,
  });
}

function requirementOf(declared: Known): CredentialRequirement {
  if (declared.kind !== "git") return declared.route;
  return "encoded_id" in declared.params
    ? SNIPPET_SERVICE_REQUIREMENTS[declared.service]
    : SERVICE_REQUIREMENTS[declared.service];
}

function permissionOf(declared: Known): string {
  if (declared.kind === "git") return SERVICE_REQUIREMENTS[declared.service].permission;
  return subjectOf(declared.route).describe(declared.route);
}

function isWrite(declared: Known): boolean {
  if (declared.kind === "git") return declared.service === "git-receive-pack";
  return declared.route.method !== "GET" && declared.route.onlyReads !== true;
}

function missingScopes(caller: Caller, requirement: Requirement): Refusal | undefined {
  if (caller.kind === "anonymous") return undefined;
  const { missing } = compareScopes(requirement, caller.credential.scopes);
  if (missing.length === 0) return undefined;
  const failure = new Failure(
    "scope-missing",
    "Your credentials lack one or more required privilege scopes.",
  );
  return refusalOf(failure, missing);
}

function refusalOf(failure: Failure, missing: readonly string[] = []): Refusal {
  const { kind, message, details } = failure;
  const more = typeof details.detail === "string" ? `: ${details.detail}` : "";
  return { kind, status: statusOf(failure), message: message + more, missing };
}

/** An admission without the scopes, which are compared by themselves: so that all that is missing is told at once. */
function open(
  ports: Ports,
  caller: Caller,
  { address }: ExplainedRequest,
  declared: Known,
  { credentialKinds }: CredentialRequirement,
): { readonly admission: OpenAdmission } | { readonly refusal: Refusal } {
  const asked: AdmissionAsked = {
    caller: unwatched(address === undefined ? withoutAddresses(caller) : caller),
    address: address ?? "",
    writesAt: isWrite(declared) ? ports.clock() : undefined,
  };
  try {
    const kinds = credentialKinds === undefined ? {} : { credentialKinds };
    // To ask what a token may is no use of it.
    const unseen = { ...ports, interception: undefined };
    return { admission: openAdmission(unseen, asked, { ...NO_REQUIREMENT, ...kinds }) };
  } catch (error) {
    if (error instanceof Failure) return { refusal: refusalOf(error) };
    throw error;
  }
}

/** To ask what a token may is no use of it. */
function unwatched(caller: Caller): Caller {
  if (caller.kind === "anonymous" || !("token" in caller.credential)) return caller;
  const { isRecorded: _, ...credential } = caller.credential;
  return { ...caller, credential };
}

/** The same caller as if its credential could be used from everywhere. */
function withoutAddresses(caller: Caller): Caller {
  if (caller.kind === "anonymous" || caller.credential.bound === undefined) return caller;
  return { ...caller, credential: { ...caller.credential, bound: everywhere(caller.credential.bound) } };
}

function everywhere({ addresses: _, outer, ...bound }: Bound): Bound {
  return outer === undefined ? bound : { ...bound, outer: everywhere(outer) };
}

/** Whether the caller's scopes are enough to read what the path names. */
function mayRead(caller: Caller, { params }: Known): boolean {
  const reader =
    "repo_slug" in params
      ? getRepositoryRoute
      : "encoded_id" in params
        ? SNIPPET_SERVICE_REQUIREMENTS["git-upload-pack"]
        : "project_key" in params
          ? getProjectRoute
          : "workspace" in params
            ? getWorkspaceRoute
            : undefined;
  return reader !== undefined && missingScopes(caller, reader) === undefined;
}

async function subjectRefusal(
  ports: Ports,
  admission: OpenAdmission,
  declared: Known,
  { target, headers }: ExplainedRequest,
): Promise<Refusal | undefined> {
  try {
    if (declared.kind === "git") await admitToGit(ports, admission, declared);
    else await admitToRoute(ports, admission, declared, { url: target, headers });
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return refusalOf(error);
    throw error;
  }
}

async function admitToRoute(
  ports: Ports,
  admission: OpenAdmission,
  { route, params }: { readonly route: Route; readonly params: PathParameters },
  request: { readonly url: string; readonly headers: IncomingHttpHeaders },
): Promise<void> {
  await subjectOf(route).admit(ports, route, { admission, params, request });
}

/** git asks its user for a credential only after a 401. */
async function admitToGit(
  ports: Ports,
  admission: OpenAdmission,
  { service, params }: Extract<Known, { readonly kind: "git" }>,
): Promise<void> {
  try {
    if ("encoded_id" in params) {
      const { permission } = SNIPPET_SERVICE_REQUIREMENTS[service];
      await admission.admitToSnippet(await findNamedSnippet(ports, params), permission);
      return;
    }
    await admission.admitToRepository(
      await findNamedRepository(ports, params),
      SERVICE_REQUIREMENTS[service],
    );
  } catch (error) {
    const isHidden = error instanceof Failure && error.kind === "hidden";
    throw isHidden && accountOf(admission.caller) === undefined ? credentialMissing() : error;
  }
}

async function heldIn(
  ports: Ports,
  admission: OpenAdmission,
  { params }: Known,
): Promise<Permission | undefined> {
  if (!("repo_slug" in params)) return undefined;
  try {
    const repository = await findNamedRepository(ports, params);
    const held = repository === undefined ? "none" : await admission.held(repository);
    return held === "none" ? undefined : held;
  } catch (error) {
    // A name that could lead out of a folder is refused above.
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
