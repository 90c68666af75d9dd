import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type AdmittedPorts, callerPorts } from "../../authorization/caller-ports.ts";
import { publicBaseUrlsOf } from "../../config/public-base-urls.ts";
import { refuseControlCharacters } from "../../http/routes/admit.ts";
import { isApiPath } from "../../http/routes/api-path.ts";
import { routerPaths } from "../../http/routes/pipeline.ts";
import { clientAddress, networkOf } from "../../http/server/client-address.ts";
import { endOfTurn } from "../../http/server/end-of-turn.ts";
import { goneSignal } from "../../http/server/gone-signal.ts";
import { annotateRepository } from "../../http/server/request-log.ts";
import { isFreshlyAuthenticated } from "../../model/session.ts";
import { parseRepositorySlug, parseWorkspaceSlug } from "../../model/slug.ts";
import { quotaKeysOf } from "../../model/who-acts.ts";
import type { Ports } from "../../ports.ts";
import { signInTexts } from "../catalogue/sign-in.ts";
import { type Page, type PageAnswer, type PageRequest, redirect } from "../page.ts";
import { admitToPage, callPage, type PageAdmission } from "./admit-to-page.ts";
import { BROWSERS_ONLY } from "./browsers-only.ts";
import { flash } from "./flash.ts";
import { CSRF_FIELD, requireOwnOrigin } from "./forms.ts";
import { type Frame, openFrame } from "./frame.ts";
import { identifyReader } from "./identify-reader.ts";
import { sendPageAnswer } from "./send-page.ts";

declare module "fastify" {
  interface FastifyRequest {
    admittedToPage: { readonly page: Page; readonly admitted: PageAdmission } | undefined;
  }
}

/** A page in the list of all, loaded when it is asked for first: a start needs none. */
export type PageEntry = {
  readonly path: string;
  readonly lastParameterSpans?: "some" | "maybe-none";
  readonly methods: readonly ("GET" | "POST")[];
  readonly takesFiles?: true;
  readonly takesAnyQuery?: true;
  /** The API has this address too: browsers get the page, all others what the API answers. */
  readonly sharesAddress?: true;
  load(): Promise<Page>;
};

/**
 * Registers one page with all its checks, in the order of refusals of every surface: session (to the sign-in), may see it
 * (404), permission (403), the form's origin, input. An `Authorization` header is not looked at: no token opens a page.
 */
export function registerPage(server: FastifyInstance, ports: Ports, entry: PageEntry): void {
  for (const url of routerPaths(entry)) {
    for (const method of entry.methods) {
      server.route({
        method,
        url,
        ...(entry.sharesAddress === true ? { constraints: BROWSERS_ONLY } : {}),
        async onRequest(request, reply) {
          // The router takes the API's prefix for a workspace where the API has no such path.
          if (isApiPath(request.url)) return reply.callNotFound();
          await admit(ports, entry, request);
        },
        handler: (request, reply) => answer(ports, request, reply),
      });
    }
  }
}

async function admit(ports: Ports, entry: PageEntry, request: FastifyRequest): Promise<void> {
  const frame = openFrame(ports, request);
  nameLastParameter(entry, request);
  refuseControlCharacters(request, entry.takesAnyQuery === true ? request.url.split("?", 1)[0] : request.url);
  const [page, portsAtArrival] = await Promise.all([entry.load(), requestPorts(ports, request)]);
  const caller = await identifyReader(portsAtArrival, frame, request);
  if (request.method === "POST") requireOwnOrigin(request.headers, frame.baseUrls.html);
  const admitted = await admitToPage(portsAtArrival, page, caller, request);
  if (admitted.repository !== undefined) annotateRepository(request, admitted.repository);
  request.requestPorts = portsAtArrival;
  request.admittedToPage = { page, admitted };
}

/** Ports with cached look-ups, as of the arrival of the request, for a page that only reads. */
async function requestPorts(ports: Ports, request: FastifyRequest): Promise<Ports> {
  const { workspace, repo_slug } = request.params as Record<string, string | undefined>;
  const slugs = {
    workspace: parseWorkspaceSlug(workspace ?? ""),
    repository: parseRepositorySlug(repo_slug ?? ""),
  };
  const names =
    slugs.workspace === undefined || slugs.repository === undefined
      ? undefined
      : { workspace: slugs.workspace, repository: slugs.repository };
  const { lookups } = await ports.database.requestLookups(
    names === undefined ? undefined : { digest: undefined, names },
  );
  return { ...ports, database: { ...ports.database, lookups } };
}

async function answer(ports: Ports, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const frame = request.frame!;
  const { page, admitted } = request.admittedToPage!;
  const isPost = request.method === "POST";
  const form = isPost ? readForm(frame, page, request) : new URLSearchParams();
  const own = callerPorts(isPost ? ports : request.requestPorts!, admitted.admission, {
    address: clientAddress(request, ports.config),
    baseUrls: publicBaseUrlsOf(ports),
    signal: goneSignal(request, reply),
  });
  const pageRequest = requestOf(ports, frame, request, admitted, own, form);
  const stepUp = askForPassword(page, pageRequest, isPost);
  const answered =
    stepUp ??
    (isPost
      ? await readmitted(own, () => callPage(own.ports, page, "post", admitted, pageRequest))
      : await callPage(own.ports, page, "get", admitted, pageRequest));
  await endOfTurn();
  return sendPageAnswer(request, reply, frame, answered);
}

/** A body may arrive long after its sender was admitted. */
async function readmitted(own: AdmittedPorts, call: () => Promise<PageAnswer>): Promise<PageAnswer> {
  try {
    return await call();
  } finally {
    await own.readmitUnlessDone();
  }
}

/** @throws Failure foreign-site without the token of a form of ours. */
function readForm({ forms }: Frame, page: Page, request: FastifyRequest): URLSearchParams {
  if (page.takesFiles === true) {
    const token = (request.query as Record<string, unknown>)[CSRF_FIELD];
    // A name that comes twice is a list.
    forms.require(typeof token === "string" ? token : undefined);
    return new URLSearchParams();
  }
  const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
  forms.require(form.get(CSRF_FIELD) ?? undefined);
  form.delete(CSRF_FIELD);
  return withoutZeroBytes(form);
}

/** A zero byte is no text for databases, and nobody means it. */
function withoutZeroBytes(form: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...form].map(([name, value]) => [name, value.replaceAll("\0", "")]));
}

function askForPassword(page: Page, request: PageRequest, isPost: boolean): PageAnswer | undefined {
  const { session, now, path, form } = request;
  const { isStepUp } = page;
  const isAsked =
    isStepUp === true || (isPost && (isStepUp === "post" || isStepUp?.includes(form.get("action") ?? "")));
  if (!isAsked || session === undefined || isFreshlyAuthenticated(session, now)) return undefined;
  return redirect(
    `/-/confirm-password?next=${encodeURIComponent(path)}`,
    // What a form has sent is not kept.
    isPost ? flash(signInTexts.confirm.notDone, {}, "warning") : undefined,
  );
}

function requestOf(
  ports: Ports,
  frame: Frame,
  request: FastifyRequest,
  { admission, repository }: PageAdmission,
  own: AdmittedPorts,
  form: URLSearchParams,
): PageRequest {
  const { caller } = admission;
  const address = clientAddress(request, ports.config);
  const { t, language, preferences, baseUrls, path, forms, transport } = frame;
  const question = path.indexOf("?");
  return {
    caller,
    account: frame.account,
    session:
      caller.kind === "account" && caller.credential.kind === "session"
        ? caller.credential.session
        : undefined,
    admission,
    params: request.params as Record<string, string>,
    query: new URLSearchParams(question === -1 ? "" : path.slice(question + 1)),
    path,
    baseUrls,
    language,
    preferences,
    t,
    now: ports.clock(),
    get csrf() {
      return forms.field();
    },
    get csrfToken() {
      return forms.token();
    },
    form,
    by: own.by,
    address,
    client: String(request.headers["user-agent"] ?? ""),
    isSecure: transport.isSecure,
    signal: own.by.signal,
    takeSlot: (signal) => ports.readSlots.take(quotaKeysOf(caller, networkOf(address), repository), signal),
    headers: request.headers,
    body:
      request.body instanceof URLSearchParams
        ? undefined
        : (request.body as AsyncIterable<Buffer> | undefined),
  };
}

/** Gives what the router calls `*` the name that the page's path has for it. */
function nameLastParameter({ path, lastParameterSpans }: PageEntry, request: FastifyRequest): void {
  const name = lastParameterSpans === undefined ? undefined : /\{(\w+)\}$/.exec(path)?.[1];
  const params = request.params as Record<string, string>;
  if (name !== undefined) params[name] = params["*"] ?? "";
}
