import {
  type AppDescriptor,
  type AppFrame,
  type AppWebhook,
  FRAME_MODULES,
  parseAppKey,
} from "../model/app.ts";
import { Failure } from "../model/failure.ts";
import { hasPlainHost, hasUriCharacters, parseHttpUrl } from "../model/http-url.ts";
import { OAUTH_SCOPES, type OauthScope } from "../model/oauth-scope.ts";
import { parseWebhookEvent } from "../model/webhook.ts";
import { jsonDepth } from "./json-depth.ts";

/** Our choices. Descriptors that are known have less than 10 KiB and six levels. */
export const DESCRIPTOR_BYTES_MAX = 256 * 1024;
const DEPTH_MAX = 32;
const MODULES_MAX = 100;
const PROBLEMS_MAX = 20;

export type DescriptorRules = {
  /** The operator's switch: without it, base URLs are https. */
  readonly mayBeHttp: boolean;
};

/**
 * Reads a descriptor: contract, auth-beyond-tokens.md §3.2. What is unknown is passed over, except for scopes.
 *
 * @throws Failure invalid-input that names every wrong field.
 */
export async function readDescriptor(text: string, rules: DescriptorRules): Promise<AppDescriptor> {
  if (Buffer.byteLength(text) > DESCRIPTOR_BYTES_MAX)
    throw invalidDescriptor([`is larger than ${DESCRIPTOR_BYTES_MAX} bytes`]);
  // Asked of the text: a walk over what is parsed would not come back.
  if (jsonDepth(text) > DEPTH_MAX) throw invalidDescriptor([`is nested deeper than ${DEPTH_MAX} levels`]);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidDescriptor(["is not JSON"]);
  }
  const { Compile, schema } = await loadSchema();
  const validator = Compile(schema);
  if (!validator.Check(value))
    throw invalidDescriptor(
      validator
        .Errors(value)
        .map(({ instancePath, message }) => `${instancePath.slice(1) || "it"} ${message}`),
    );
  return fromShape(value, rules);
}

function invalidDescriptor(problems: readonly string[]): Failure {
  const shown = [...new Set(problems)].slice(0, PROBLEMS_MAX);
  return new Failure("invalid-input", `The descriptor of the app is not valid: ${shown.join("; ")}`, {
    fields: { descriptor: shown },
  });
}

async function loadSchema() {
  const [{ Type }, { Compile }] = await Promise.all([import("typebox"), import("typebox/compile")]);
  const text = Type.String({ maxLength: 2_000 });
  const link = Type.String({ minLength: 1, maxLength: 2_000 });
  const name = Type.Union([text, Type.Object({ value: text })]);
  const framed = Type.Object({
    key: Type.Optional(text),
    url: link,
    name: Type.Optional(name),
    location: Type.Optional(text),
  });
  const frames = Type.Optional(Type.Union([framed, Type.Array(framed, { maxItems: MODULES_MAX })]));
  const modules = Type.Object({
    webhooks: Type.Optional(Type.Array(Type.Object({ event: text, url: link }), { maxItems: MODULES_MAX })),
    postInstallRedirect: Type.Optional(Type.Object({ url: link })),
    ...Object.fromEntries(FRAME_MODULES.map((module) => [module, frames])),
  });
  const schema = Type.Object({
    key: text,
    name: text,
    description: Type.Optional(text),
    vendor: Type.Optional(Type.Object({ name: Type.Optional(text), url: Type.Optional(text) })),
    baseUrl: link,
    authentication: Type.Object({ type: text }),
    lifecycle: Type.Optional(
      Type.Object({ installed: Type.Optional(link), uninstalled: Type.Optional(link) }),
    ),
    scopes: Type.Optional(Type.Array(text, { maxItems: MODULES_MAX })),
    contexts: Type.Optional(Type.Array(text, { maxItems: MODULES_MAX })),
    modules: Type.Optional(modules),
  });
  return { Compile, schema };
}

type Framed = {
  readonly key?: string;
  readonly url: string;
  readonly name?: string | { readonly value: string };
  readonly location?: string;
};

/** What the schema has let through. */
type Shape = {
  readonly key: string;
  readonly name: string;
  readonly description?: string;
  readonly vendor?: { readonly name?: string; readonly url?: string };
  readonly baseUrl: string;
  readonly authentication: { readonly type: string };
  readonly lifecycle?: { readonly installed?: string; readonly uninstalled?: string };
  readonly scopes?: readonly string[];
  readonly modules?: Readonly<Record<string, unknown>> & {
    readonly webhooks?: readonly { readonly event: string; readonly url: string }[];
    readonly postInstallRedirect?: { readonly url: string };
  };
};

function fromShape(value: unknown, rules: DescriptorRules): AppDescriptor {
  const shape = value as Shape;
  const problems: string[] = [];
  const key = parseAppKey(shape.key);
  if (key === undefined) problems.push("key has other characters than letters, digits, -, . and _");
  const base = parseBaseUrl(shape.baseUrl, rules);
  if (typeof base === "string") problems.push(`baseUrl ${base}`);
  const link = (text: string, field: string): string => {
    const whole = typeof base === "string" ? "" : joinUrl(base, text);
    if (whole === undefined) problems.push(`${field} does not lead below the baseUrl`);
    return whole ?? "";
  };
  const optionalLink = (text: string | undefined, field: string) =>
    text === undefined ? undefined : link(text, field);
  const { modules = {}, lifecycle = {} } = shape;
  const descriptor = {
    key: key!,
    name: shape.name,
    description: shape.description ?? "",
    vendor: shape.vendor && { name: shape.vendor.name ?? "", url: shape.vendor.url },
    baseUrl: typeof base === "string" ? "" : writeBaseUrl(base),
    authentication: parseAuthentication(shape.authentication.type, problems),
    lifecycle: {
      installed: optionalLink(lifecycle.installed, "lifecycle.installed"),
      uninstalled: optionalLink(lifecycle.uninstalled, "lifecycle.uninstalled"),
    },
    scopes: readScopes(shape.scopes, problems),
    webhooks: (modules.webhooks ?? []).map(({ event, url }, index) =>
      readWebhook(event, link(url, `modules.webhooks.${index}.url`), index, problems),
    ),
    postInstallRedirect: optionalLink(modules.postInstallRedirect?.url, "modules.postInstallRedirect.url"),
    frames: FRAME_MODULES.flatMap((module) =>
      listOf(modules[module]).map((framed, index) =>
        readFrame(module, framed, link(framed.url, `modules.${module}.url`), index),
      ),
    ),
    otherModules: Object.keys(modules)
      .filter((each) => !SHOWN_MODULES.has(each))
      .slice(0, MODULES_MAX),
  };
  if (problems.length > 0) throw invalidDescriptor(problems);
  return descriptor;
}

const SHOWN_MODULES: ReadonlySet<string> = new Set([...FRAME_MODULES, "webhooks", "postInstallRedirect"]);

/** In capitals too: a well-known app has it so. */
function parseAuthentication(text: string, problems: string[]): "jwt" | "none" {
  const type = text.toLowerCase();
  if (type === "jwt" || type === "none") return type;
  problems.push("authentication.type is neither jwt nor none");
  return "none";
}

/** Documented: without any, an app has all; with an unknown one it is refused. */
function readScopes(names: readonly string[] | undefined, problems: string[]): readonly OauthScope[] {
  if (names === undefined) return OAUTH_SCOPES;
  const known = OAUTH_SCOPES.filter((scope) => names.includes(scope));
  const unknown = names.filter((name) => !(OAUTH_SCOPES as readonly string[]).includes(name));
  if (unknown.length > 0) problems.push(`scopes has an unknown one: ${unknown.join(", ").slice(0, 200)}`);
  return known;
}

function readWebhook(text: string, url: string, index: number, problems: string[]): AppWebhook {
  const event = text === "*" ? text : parseWebhookEvent(text);
  if (event === undefined) problems.push(`modules.webhooks.${index}.event is unknown: ${text.slice(0, 100)}`);
  return { event: event ?? "*", url };
}

function listOf(value: unknown): readonly Framed[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value as Framed];
}

function readFrame(module: AppFrame["module"], framed: Framed, url: string, index: number): AppFrame {
  const key = framed.key !== undefined && parseAppKey(framed.key);
  const name = typeof framed.name === "object" ? framed.name.value : framed.name;
  return {
    module,
    key: key || `${module}-${index + 1}`,
    name: name ?? (key || module),
    url,
    location: framed.location,
  };
}

/** @returns why it is refused, as text. */
export function parseBaseUrl(text: string, { mayBeHttp }: DescriptorRules): URL | string {
  const url = hasUriCharacters(text) ? parseHttpUrl(text) : undefined;
  if (url === undefined) return "is not an absolute http or https URL, with other letters escaped";
  if (!hasPlainHost(url)) return "has a host that is no name and no address";
  if (url.protocol === "http:" && !mayBeHttp) return "must be https (the server's operator may allow http)";
  if (url.username !== "" || url.password !== "") return "has a user name or a password";
  if (url.search !== "" || url.hash !== "" || /[?#]/.test(text)) return "has a query or a fragment";
  return url;
}

function writeBaseUrl({ origin, pathname }: URL): string {
  return origin + withoutSlash(pathname);
}

function withoutSlash(path: string): string {
  return path.endsWith("/") ? withoutSlash(path.slice(0, -1)) : path;
}

/**
 * An address of the app, relative to its base URL or absolute. It never leaves the base URL, by dots or another host: that is
 * what whoever installs an app has agreed to.
 */
function joinUrl(base: URL, text: string): string | undefined {
  if (!isPlainLink(text)) return undefined;
  const baseText = writeBaseUrl(base);
  const whole = /^https?:\/\//i.test(text) ? text : `${baseText}${text.startsWith("/") ? "" : "/"}${text}`;
  return isBelow(baseText, whole) ? whole : undefined;
}

/** ASCII without spaces and backslashes, which browsers take for slashes. Braces are parameters. */
function isPlainLink(text: string): boolean {
  return /^[\x21-\x5b\x5d-\x7e]*$/.test(text);
}

/** Whether a URL lies at or below a base URL, once dots in its path are resolved. */
export function isBelow(baseUrl: string, text: string): boolean {
  const url = isPlainLink(text) ? parseHttpUrl(text) : undefined;
  const base = URL.parse(baseUrl);
  if (url === undefined || base === null || url.origin !== base.origin) return false;
  if (url.username !== "" || url.password !== "") return false;
  const path = withoutSlash(base.pathname);
  return url.pathname === path || url.pathname.startsWith(`${path}/`);
}
