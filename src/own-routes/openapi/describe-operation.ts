import type { TSchema } from "typebox";
import type { Method } from "../../http/routes/declaration.ts";
import type { Route } from "../../http/routes/route.ts";
import { subjectOf } from "../../http/routes/subjects/subjects.ts";
import { successStatusesOf } from "../../http/routes/success-statuses-of.ts";
import type { CallerCredential } from "../../model/caller.ts";

/** An Operation Object: OpenAPI 3.1, section 4.8.10. */
export type Operation = Readonly<Record<string, unknown>> & { readonly operationId: string };

/** A path as OpenAPI writes it, with what a method does there. */
export type DescribedOperation = {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
};

/** The names of the security schemes, with the kind of credential that each carries. */
export const SCHEMES = {
  apiToken: "api_token",
  apiTokenBearer: "api_token_bearer",
  accessToken: "access_token",
  oauth: "oauth2",
  app: "jwt",
} as const;

/** One declared route: two operations if its last parameter may be left out. `schema` is that of its JSON body. */
export function describeRoute(
  route: Route,
  schema: TSchema | undefined,
  { takesBearerApiTokens }: { readonly takesBearerApiTokens: boolean },
): readonly DescribedOperation[] {
  const paths =
    route.lastParameterSpans === "maybe-none"
      ? [route.path.slice(0, route.path.lastIndexOf("/")), route.path]
      : [route.path];
  return paths.map((path) => ({
    path,
    method: route.method.toLowerCase(),
    operation: {
      operationId: operationIdOf(route.method, path),
      tags: [tagOf(route.path)],
      description: `Permission: ${subjectOf(route).describe(route)}.`,
      ...(successStatusesOf(route).length === 0 ? { deprecated: true } : {}),
      parameters: [...pathParameters(path, route), ...(route.method === "GET" ? [FIELDS_REFERENCE] : [])],
      ...requestBodyOf(route, schema),
      responses: responsesOf(route),
      security: securityOf(route, takesBearerApiTokens),
    },
  }));
}

/** `getRepositoriesWorkspaceRepoSlug`: the parameters are named too, or lists and their items would be called the same. */
export function operationIdOf(method: string, path: string): string {
  const words = path.replace(/^\/(?:2\.0|-)(?=\/)/, "").match(/[A-Za-z0-9]+/g) ?? [];
  const own = path.startsWith("/-/") ? ["pail"] : [];
  return [
    method.toLowerCase(),
    ...[...own, ...words].map((word) => word[0]!.toUpperCase() + word.slice(1)),
  ].join("");
}

export const OWN_TAG = "Pail";

/** The first word, and the first one after its parameters: the folders in which the routes' files are. */
function tagOf(path: string): string {
  if (path.startsWith("/-/")) return OWN_TAG;
  const words = path
    .split("/")
    .slice(1)
    .filter((part) => part !== "2.0" && !part.startsWith("{"));
  return words.slice(0, 2).join("/");
}

const FIELDS_REFERENCE = { $ref: "#/components/parameters/fields" };

function pathParameters(path: string, { lastParameterSpans }: Route): readonly unknown[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  return names.map((name, index) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
    ...(lastParameterSpans !== undefined && index === names.length - 1 && path.endsWith("}")
      ? { description: "The rest of the path: slashes in it are sent as they are." }
      : {}),
  }));
}

function requestBodyOf(route: Route, schema: TSchema | undefined): { readonly requestBody?: unknown } {
  if ("form" in route && route.form !== undefined) {
    const content = route.form.types.map((type) => [type, { schema: { type: "object" } }]);
    return { requestBody: { content: Object.fromEntries(content) } };
  }
  if (schema === undefined) return {};
  const plain = JSON.parse(JSON.stringify(schema)) as { readonly required?: readonly string[] };
  return {
    requestBody: {
      required: (plain.required?.length ?? 0) > 0,
      content: { "application/json": { schema: plain } },
    },
  };
}

const ERROR_REFERENCE = { $ref: "#/components/responses/error" };

const PHRASES: Readonly<Record<number, string>> = {
  200: "Done",
  201: "Created",
  202: "Accepted: the work goes on",
  204: "Done, without a body",
  206: "A part, as asked by Range",
  302: "Found elsewhere",
  304: "Not changed since",
};

function responsesOf(route: Route): Readonly<Record<string, unknown>> {
  const answers = successStatusesOf(route).map((status) => {
    const isEmpty = status === 204 || status === 302 || status === 304;
    const content = isEmpty ? {} : { content: { "*/*": {} } };
    return [status, { description: PHRASES[status] ?? "Done", ...content }];
  });
  const hasSubject = route.path.includes("{");
  const hasBody =
    ("body" in route && route.body !== undefined) || ("form" in route && route.form !== undefined);
  const moved = route.path.includes("{repo_slug}") ? [route.method === "GET" ? 301 : 308] : [];
  const errors = [
    ...(successStatusesOf(route).length === 0 ? [410] : []),
    ...[400, 401, 403],
    ...(hasSubject ? [404] : []),
    ...(hasBody ? [413, 415] : []),
    ...[429, 503],
  ];
  return Object.fromEntries([
    ...answers,
    ...moved.map((status) => [status, { $ref: "#/components/responses/moved" }]),
    ...errors.map((status) => [status, ERROR_REFERENCE]),
    ["default", ERROR_REFERENCE],
  ]);
}

type Kind = CallerCredential["kind"];

/** Each way in by itself; OpenAPI 3.1, section 4.8.30: the lists name what is needed, for all kinds of schemes. */
function securityOf(
  route: Route,
  takesBearerApiTokens: boolean,
): readonly Readonly<Record<string, unknown>>[] {
  const { apiTokenScopes, oauthScopes, credentialKinds } = route;
  const takes = (kind: Kind) => credentialKinds === undefined || credentialKinds.includes(kind);
  return [
    ...(mayBeAnonymous(route) ? [{}] : []),
    ...(takes("api-token") ? [{ [SCHEMES.apiToken]: apiTokenScopes }] : []),
    ...(takes("api-token") && takesBearerApiTokens ? [{ [SCHEMES.apiTokenBearer]: apiTokenScopes }] : []),
    ...(takes("access-token") ? [{ [SCHEMES.accessToken]: oauthScopes }] : []),
    ...(takes("oauth") ? [{ [SCHEMES.oauth]: oauthScopes }] : []),
    ...(takes("app") ? [{ [SCHEMES.app]: [] }] : []),
  ];
}

/** What everyone may see needs no credential. */
function mayBeAnonymous(route: Route): boolean {
  if (route.credentialKinds !== undefined) return false;
  if (route.subject === "open") return true;
  const isInName = "access" in route && route.access !== undefined;
  const isPublic = "permission" in route && (route.permission === "read" || route.permission === "see");
  return isPublic && !isInName && route.method === ("GET" satisfies Method);
}
