import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type AdmittedPorts, callerPorts } from "../../authorization/caller-ports.ts";
import { publicBaseUrlsOf } from "../../config/public-base-urls.ts";
import { quotaKeysOf } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import type { BaseUrls } from "../../representations/links.ts";
import type { Answer } from "../server/answer.ts";
import { clientAddress, networkOf } from "../server/client-address.ts";
import { drainBody } from "../server/drain-body.ts";
import { endOfTurn } from "../server/end-of-turn.ts";
import { goneSignal } from "../server/gone-signal.ts";
import { baseUrlsOf, publicRequestUrl } from "../server/public-urls.ts";
import { admit } from "./admit.ts";
import { askedAnswer, type CachedAnswers } from "./cached-answers.ts";
import { refuseFilterAndSort } from "./collection-query.ts";
import type { RestRequest } from "./declaration.ts";
import { parseFields, selectFields } from "./fields.ts";
import { type FormParts, readFormParts } from "./form-parts.ts";
import { bodyReader } from "./request-body.ts";
import { requestPorts } from "./request-ports.ts";
import type { Route } from "./route.ts";
import type { Admitted } from "./subjects/subject.ts";
import { subjectOf } from "./subjects/subjects.ts";

/**
 * Registers one route with all its checks, in the order of refusals: credential (401), kind of credential (403), scope
 * (403), may see it (404), permission (403), input (400). The first five are done before a byte of the body is read. Only
 * the project that a body names for a repository, and scopes that depend on the body, are checked after it.
 */
export function registerRoute(
  server: FastifyInstance,
  ports: Ports,
  cached: CachedAnswers,
  route: Route,
): void {
  const readBody = "body" in route && route.body !== undefined ? bodyReader(route.body) : undefined;
  const register = (scope: FastifyInstance) => {
    for (const url of routerPaths(route)) {
      scope.route({
        method: route.method,
        url,
        async onRequest(request, reply) {
          nameLastParameter(route, request);
          const now = requestPorts(ports, request, (request.params as Record<string, string>).repo_slug);
          request.requestPorts = now instanceof Promise ? await now : now;
          request.admitted = await admit(request.requestPorts, route, request, reply);
        },
        async handler(request, reply) {
          const admitted = request.admitted!;
          const baseUrls = baseUrlsOf(request.headers, ports);
          const asked =
            route.isAnswerCached === true
              ? askedAnswer(request, admitted.admission.caller, baseUrls)
              : undefined;
          const found = asked && cached.find(asked);
          if (found !== undefined) {
            await endOfTurn();
            return reply.header("content-type", JSON_TYPE).send(found);
          }
          const signal = goneSignal(request, reply);
          // A request that changes something must see its own changes.
          const portsOfRoute = route.method === "GET" ? request.requestPorts! : ports;
          const own = callerPorts(portsOfRoute, admitted.admission, {
            address: clientAddress(request, ports.config),
            baseUrls: publicBaseUrlsOf(ports),
            signal,
          });
          const common = restRequest(ports, admitted, own.by, baseUrls, request);
          if (route.method === "GET" && route.readsFilter !== true && /^\/(?:2\.0|-)\//.test(route.path))
            refuseFilterAndSort(common.query);
          const call = async () =>
            "form" in route && route.form !== undefined
              ? callWithForm(own.ports, route, admitted, common, request, reply)
              : subjectOf(route).call(own.ports, route, admitted, common, await readBody?.(request.body));
          const answer = route.method === "GET" ? await call() : await readmitted(own, call);
          if (admitted.admission.recording !== undefined) await admitted.admission.recording.idle();
          const keep = (json: Buffer) => {
            if (asked !== undefined && answer.status === 200 && !answer.isProvisional)
              cached.put(asked, json);
          };
          await endOfTurn();
          return send(reply, answer, common, keep);
        },
      });
    }
  };
  if ("form" in route && route.form !== undefined) registerStreaming(server, register);
  else register(server);
}

/** A body may arrive long after its sender was admitted: if access was removed meanwhile, not even its errors may be told. */
async function readmitted(own: AdmittedPorts, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } finally {
    await own.readmitUnlessDone();
  }
}

/** A scope of its own, in which handlers read the bodies themselves. */
function registerStreaming(server: FastifyInstance, register: (scope: FastifyInstance) => void): void {
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, body, done) => done(null, body));
    register(scope);
  });
}

/** The route's path as the router writes it. */
export function routerPaths(route: Pick<Route, "path" | "lastParameterSpans">): readonly string[] {
  const path = route.path.replaceAll(/\{(\w+)\}/g, ":$1");
  if (route.lastParameterSpans === undefined) return [path];
  const before = path.slice(0, path.lastIndexOf("/"));
  return route.lastParameterSpans === "some" ? [`${before}/*`] : [before, `${before}/*`];
}

/** Gives what the router calls `*` the name that the route's path has for it. */
function nameLastParameter(route: Route, request: FastifyRequest): void {
  if (route.lastParameterSpans === undefined) return;
  const params = request.params as Record<string, string>;
  const name = /\{(\w+)\}$/.exec(route.path)?.[1];
  if (name !== undefined) params[name] = params["*"] ?? "";
}

function restRequest(
  ports: Ports,
  { admission, repository }: Admitted,
  by: By,
  baseUrls: BaseUrls,
  request: FastifyRequest,
): RestRequest {
  const url = publicRequestUrl(baseUrls, request.url);
  const fieldsText = url.searchParams.get("fields");
  return {
    caller: admission.caller,
    admission,
    by,
    params: request.params as Record<string, string>,
    query: url.searchParams,
    url,
    baseUrls,
    fields: fieldsText === null ? undefined : parseFields(fieldsText),
    signal: by.signal,
    takeSlot(signal) {
      const network = networkOf(clientAddress(request, ports.config));
      return ports.readSlots.take(quotaKeysOf(admission.caller, network, repository), signal);
    },
    method: request.method,
    headers: request.headers,
  };
}

/** A refused body is read and dropped for a while: a client that is still sending does not read the answer. */
async function callWithForm(
  ports: Ports,
  route: Extract<Route, { readonly form: FormParts }>,
  admitted: Admitted,
  common: RestRequest,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Answer> {
  const { raw } = request;
  // Who leaves the loop early must not close the connection with the stream: there is an answer to be sent.
  const body: AsyncIterable<Buffer> | undefined =
    request.body === undefined ? undefined : raw.iterator({ destroyOnReturn: false });
  try {
    const form = readFormParts(body, request.headers, route.form);
    return await subjectOf(route).call(ports, route, admitted, common, form);
  } catch (error) {
    if (!(await drainBody(raw))) reply.header("connection", "close");
    throw error;
  }
}

/** What Bitbucket says of a 204. */
const EMPTY_TYPE = "text/html; charset=utf-8";

const JSON_TYPE = "application/json; charset=utf-8";

/** `keep` is given the JSON of an answer once all else of it is set. */
function send(
  reply: FastifyReply,
  answer: Answer,
  request: RestRequest,
  keep: (json: Buffer) => void,
): FastifyReply {
  const headers = answer.headers ?? {};
  reply.code(answer.status).headers(headers);
  switch (answer.body.kind) {
    case "json": {
      const { value } = answer.body;
      // A refusal is answered in full, whatever fields of the object were requested.
      const isShownWhole = request.fields === undefined || answer.status >= 400;
      const shown = isShownWhole ? value : selectFields(value, request.fields!);
      return sendJson(reply, Buffer.from(JSON.stringify(shown)), keep);
    }
    case "written-json":
      return sendJson(reply, answer.body.json, keep);
    case "bytes":
      return reply.send(answer.body.bytes);
    case "stream":
      return reply.send(answer.body.stream);
    case "empty":
      // A widely used client fails without a content type. With a 304 it would change the type of the cached answer.
      if (answer.status !== 304) reply.header("content-type", EMPTY_TYPE);
      return reply.send();
  }
}

function sendJson(reply: FastifyReply, json: Buffer, keep: (json: Buffer) => void): FastifyReply {
  reply.header("content-type", JSON_TYPE);
  keep(json);
  return reply.send(json);
}
