import { SERVICE_REQUIREMENTS } from "../../authorization/service-requirements.ts";
import type { GitService } from "../../git/wire/advertisement.ts";
import type { Method } from "../../http/routes/declaration.ts";
import type { PathParameters } from "../../http/routes/named-subjects.ts";
import type { Route } from "../../http/routes/route.ts";
import { ROUTES } from "../../rest/routes.ts";
import { OWN_ROUTES } from "../routes.ts";

/** What a request would reach, with the parameters of its path, decoded. */
export type Declared =
  | { readonly kind: "route"; readonly route: Route; readonly params: PathParameters }
  | { readonly kind: "git"; readonly service: GitService; readonly params: PathParameters }
  /** There is no such path, or not with this method. */
  | { readonly kind: "none"; readonly allowed: readonly Method[] };

/** Finds what the method and the target, a path with or without a query, lead to. */
export function findDeclared(method: string, target: string): Declared {
  const [path = "", query = ""] = target.split("#", 1)[0]!.split("?", 2);
  const service = findService(method, path, new URLSearchParams(query));
  if (service !== undefined) return service;
  const segments = path
    .replace(/(.)\/$/, "$1")
    .split("/")
    .slice(1);
  const found = [...ROUTES, ...OWN_ROUTES]
    .flatMap((route) => {
      const params = matchPath(route, segments);
      return params === undefined ? [] : [{ route, params }];
    })
    .sort((one, other) => compareRoutes(one.route, other.route));
  // All with this path as the router takes it: that of the most words.
  const best = found[0];
  const same = found.filter(({ route }) => best !== undefined && compareRoutes(route, best.route) === 0);
  const asked = method === "HEAD" ? "GET" : method;
  const match = same.find(({ route }) => route.method === asked);
  if (match === undefined) return { kind: "none", allowed: same.map(({ route }) => route.method) };
  return { kind: "route", ...match };
}

const GIT_PATH = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;
const SNIPPET_GIT_PATH =
  /^\/snippets\/([^/]+)\/([^/]+?)(?:\.git|\/[^/]+)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** For the list of refs the service is in the query, as git sends it. */
function findService(method: string, path: string, query: URLSearchParams): Declared | undefined {
  const ofSnippet = SNIPPET_GIT_PATH.exec(path);
  const [, workspace, name, suffix] = ofSnippet ?? GIT_PATH.exec(path) ?? [];
  if (suffix === undefined) return undefined;
  const isList = suffix === "info/refs";
  if (method !== (isList ? "GET" : "POST")) return { kind: "none", allowed: [isList ? "GET" : "POST"] };
  const service = isList ? query.get("service") : suffix;
  if (!isService(service)) return { kind: "none", allowed: [] };
  const key = ofSnippet === null ? "repo_slug" : "encoded_id";
  const params = { workspace: decode(workspace!) ?? "", [key]: decode(name!) ?? "" };
  return { kind: "git", service, params };
}

function isService(text: string | null): text is GitService {
  return text !== null && Object.hasOwn(SERVICE_REQUIREMENTS, text);
}

function matchPath(route: Route, path: readonly string[]): PathParameters | undefined {
  const pattern = route.path.split("/").slice(1);
  const last = pattern.length - 1;
  const spans = route.lastParameterSpans;
  if (spans === undefined ? path.length !== pattern.length : path.length < last) return undefined;
  if (spans === "some" && path.length <= last) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const isRest = index === last && spans !== undefined;
    const text = decode(isRest ? path.slice(index).join("/") : path[index]!);
    if (text === undefined) return undefined;
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined ? part !== text : text === "" && !isRest) return undefined;
    if (name !== undefined) params[name] = text;
  }
  return params;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** As the router decides: at the first difference a word comes before a parameter, and a parameter before a rest. */
function compareRoutes(one: Route, other: Route): number {
  const [ranks, others] = [ranksOf(one), ranksOf(other)];
  for (const [index, rank] of ranks.entries()) {
    const difference = rank - (others[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return ranks.length - others.length;
}

const WORD = 0;
const PARAMETER = 1;
const REST = 2;

function ranksOf({ path, lastParameterSpans }: Route): readonly number[] {
  const parts = path.split("/").slice(1);
  return parts.map((part, index) => {
    if (!part.startsWith("{")) return WORD;
    return lastParameterSpans !== undefined && index === parts.length - 1 ? REST : PARAMETER;
  });
}
