import type { IncomingHttpHeaders } from "node:http";
import type { CredentialRequirement, OpenAdmission } from "../../authorization/open-admission.ts";
import type { TakeSlot } from "../../git/process/process-slots.ts";
import type { RateResource } from "../../limits/rate-limits.ts";
import type { Caller } from "../../model/caller.ts";
import type { Requirement } from "../../model/scope-set.ts";
import type { By, Ports } from "../../ports.ts";
import type { BaseUrls } from "../../representations/links.ts";
import type { BodySchema } from "./body-schema.ts";
import type { Fields } from "./fields.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/**
 * The input of every handler. Access has been decided: `caller` tells whose data is requested, and must not be used for
 * decisions about access.
 */
export type RestRequest = {
  readonly caller: Caller;
  /** For a second repository that the request names, and for requirements that depend on the request. */
  readonly admission: Pick<OpenAdmission, "admitToRepository" | "requireScopes">;
  /** Path parameters by their name in the route's path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The request's public URL. */
  readonly url: URL;
  /** For links in the answer, which the caller reads. */
  readonly baseUrls: BaseUrls;
  readonly fields: Fields | undefined;
  readonly signal: AbortSignal;
  /** Waits for a slot for a process that reads, counted for the caller's limit. Throws Failure unavailable. */
  readonly takeSlot: TakeSlot;
  /** The method as it was sent: `HEAD` if a GET route answers it. */
  readonly method: string;
  /** The author of changes that the handler makes. */
  readonly by: By;
  /** For conditions and ranges. The credential is left out: use `caller`. */
  readonly headers: Omit<IncomingHttpHeaders, "authorization">;
};

export type Declared = CredentialRequirement & {
  readonly method: Method;
  /** As the reference writes it, with `{parameter}`. */
  readonly path: string;
  /** Of answers that are no refusals, where they are not the usual ones of the method: `successStatusesOf`. */
  readonly successStatuses?: readonly number[];
  /** The last parameter takes the rest of the path, slashes and all; it may also be empty. For paths of files, ref names. */
  readonly lastParameterSpans?: "some" | "maybe-none";
  /** For a method other than GET: nothing is changed by it, so it is taken in hours in which a token only reads. */
  readonly onlyReads?: true;
  /** The rate limit for which its requests count. Undefined: that of the API, as for most routes. */
  readonly rate?: Exclude<RateResource, "api" | "git">;
  /**
   * For a GET whose handler uses `q` and `sort`, or does not answer a list. All other routes of the API refuse them.
   */
  readonly readsFilter?: true;
  /**
   * For a GET whose answer depends only on its URL, its caller, the database, and objects, which never change: it is
   * cached for the same caller until the database changes.
   */
  readonly isAnswerCached?: true;
};

/**
 * Requirements beyond the route's own scopes that depend on the request. They are checked once the body has been read.
 */
export type WithMoreRequirements<Request> = {
  requirementOf?(ports: Ports, request: Request): Promise<Requirement>;
};

/** The schema of a JSON body, and the body that a handler is given. Routes without one ignore what is sent. */
export type WithBody<Body extends BodySchema> = { readonly body: Body };
