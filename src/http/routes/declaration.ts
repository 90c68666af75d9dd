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

/** What every handler is given. Access has been decided: `caller` serves to say whose data is asked for, not whether. */
export type RestRequest = {
  readonly caller: Caller;
  /** For another repository that the request names beside the one of its URL, and for what it turns out to need on top. */
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
  /** Waits for a turn to run a process that reads, counted for whoever asks. Throws Failure unavailable. */
  readonly takeSlot: TakeSlot;
  /** As it was sent: `HEAD` where a GET route answers it. */
  readonly method: string;
  /** By whom what the handler changes is changed. */
  readonly by: By;
  /** For conditions and ranges. Who is calling is told by `caller` alone. */
  readonly headers: Omit<IncomingHttpHeaders, "authorization">;
};

export type Declared = CredentialRequirement & {
  readonly method: Method;
  /** As the reference writes it, with `{parameter}`. */
  readonly path: string;
  /** The last parameter takes the rest of the path, slashes and all; it may also be empty. For paths of files, ref names. */
  readonly lastParameterSpans?: "some" | "maybe-none";
  /** What of the rate limits its requests count for. Undefined: the API, as most do. */
  readonly rate?: Exclude<RateResource, "api" | "git">;
  /** For a GET whose handler heeds `q` and `sort`, or answers no list. Of all others in the API they are refused. */
  readonly readsFilter?: true;
  /**
   * For a GET whose answer is made of nothing but its URL, who asks, what the database holds, and objects, which never
   * change: the same caller gets it again while the database is as it was.
   */
  readonly isAnswerCached?: true;
};

/**
 * What is asked on top of the route's own scopes, where the request decides what else its caller will get to see. It is asked
 * once the body has been read.
 */
export type WithMoreRequirements<Request> = {
  requirementOf?(ports: Ports, request: Request): Promise<Requirement>;
};

/** The schema of a JSON body, and the body that a handler is given. Routes without one ignore what is sent. */
export type WithBody<Body extends BodySchema> = { readonly body: Body };
