import { createHash } from "node:crypto";
import type { Config } from "../../config/config.ts";
import type { Route } from "../../http/routes/route.ts";
import { OAUTH_SCOPES } from "../../model/oauth-scope.ts";
import { PAIL_SCOPES, SCOPES } from "../../model/scope.ts";
import type { BaseUrls } from "../../representations/links.ts";
import { ROUTES } from "../../rest/routes.ts";
import { OWN_ROUTES } from "../routes.ts";
import { type DescribedOperation, describeRoute, OWN_TAG, SCHEMES } from "./describe-operation.ts";
import { UNDECLARED_OPERATIONS } from "./undeclared-operations.ts";

export const OPENAPI_VERSION = "3.1.1";

type Settings = Pick<Config, "takesBearerApiTokens">;

/** A document in which nothing depends on a request. */
export type OpenApiDocument = Readonly<Record<string, unknown>> & {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

export type WrittenDocument = { readonly json: Buffer; readonly etag: string };

/**
 * What this server serves, as OpenAPI 3.1 of it: made from the declarations of the routes, so nothing that is not served is
 * in it. Answers are described by their status alone: their fields are those of Bitbucket's reference.
 *
 * @param baseUrls undefined: the document is for any server, and its URLs are relative.
 */
export async function describeServer(
  settings: Settings,
  baseUrls: BaseUrls | undefined,
): Promise<OpenApiDocument> {
  const declared = await describeDeclared(settings);
  const html = baseUrls?.html ?? "";
  const apiOrigin = baseUrls?.api.replace(/\/2\.0$/, "") ?? "";
  return {
    openapi: OPENAPI_VERSION,
    info: {
      title: "Pail",
      version: "2.0",
      description: DESCRIPTION,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: html === "" ? "/" : html }],
    tags: tagsOf([...declared, ...UNDECLARED_OPERATIONS]),
    paths: pathsOf([...declared, ...UNDECLARED_OPERATIONS], apiOrigin === html ? undefined : apiOrigin),
    components: { ...COMPONENTS, securitySchemes: securitySchemes(html, settings) },
  };
}

const DESCRIPTION =
  "The REST API of this server: version 2.0 as Bitbucket Cloud has it, and the server's own routes below /-/. " +
  "A list takes page and pagelen; q and sort as Bitbucket's reference says.";

/** The builders of schemas are loaded here and not at the start, which would take longer for it. */
async function describeDeclared(settings: Settings): Promise<readonly DescribedOperation[]> {
  const { Type } = await import("typebox");
  return [...ROUTES, ...OWN_ROUTES].flatMap((route: Route) => {
    const body = "body" in route ? route.body : undefined;
    return describeRoute(route, body?.(Type), settings);
  });
}

function tagsOf(operations: readonly DescribedOperation[]): readonly unknown[] {
  const names = new Set(operations.flatMap(({ operation }) => operation.tags as readonly string[]));
  return [...names].sort().map((name) => ({
    name,
    ...(name === OWN_TAG ? { description: "The server's own: Bitbucket has nothing of it." } : {}),
  }));
}

/** REST may have a host of its own. */
function pathsOf(
  operations: readonly DescribedOperation[],
  apiOrigin: string | undefined,
): OpenApiDocument["paths"] {
  const paths = new Map<string, Record<string, unknown>>();
  for (const { path, method, operation } of operations) {
    const isElsewhere = apiOrigin !== undefined && path.startsWith("/2.0/");
    const item = paths.get(path) ?? (isElsewhere ? { servers: [{ url: apiOrigin }] } : {});
    paths.set(path, Object.assign(item, { [method]: operation }));
  }
  return Object.fromEntries(paths);
}

const ERROR_SCHEMA = {
  type: "object",
  required: ["type", "error"],
  properties: {
    type: { const: "error" },
    error: {
      type: "object",
      required: ["message"],
      properties: {
        message: { type: "string" },
        detail: { description: "Text, or the scopes that are required and granted." },
        fields: { type: "object", additionalProperties: { type: "array", items: { type: "string" } } },
        data: { type: "object" },
      },
    },
  },
};

const COMPONENTS = {
  parameters: {
    fields: {
      name: "fields",
      in: "query",
      description: "The fields to be answered, or to be left out with a minus before them.",
      schema: { type: "string" },
    },
  },
  responses: {
    error: {
      description: "Refused",
      content: { "application/json": { schema: { $ref: "#/components/schemas/error" } } },
    },
    moved: {
      description: "The repository has another name now",
      headers: { Location: { schema: { type: "string", format: "uri" } } },
      content: { "application/json": { schema: { $ref: "#/components/schemas/error" } } },
    },
  },
  schemas: { error: ERROR_SCHEMA },
};

function securitySchemes(
  html: string,
  { takesBearerApiTokens }: Settings,
): Readonly<Record<string, unknown>> {
  const scopes = Object.fromEntries(OAUTH_SCOPES.map((scope) => [scope, `Bitbucket's scope ${scope}`]));
  const tokenUrl = `${html}/site/oauth2/access_token`;
  const ofApiTokens = `Scopes: ${[...SCOPES, ...PAIL_SCOPES].join(", ")}. None implies another.`;
  return {
    [SCHEMES.apiToken]: {
      type: "http",
      scheme: "basic",
      description: `An API token as the password, the account's e-mail address as the user name. ${ofApiTokens}`,
    },
    ...(takesBearerApiTokens
      ? { [SCHEMES.apiTokenBearer]: { type: "http", scheme: "bearer", description: "An API token." } }
      : {}),
    [SCHEMES.accessToken]: {
      type: "http",
      scheme: "bearer",
      description: "An access token of a repository, project or workspace. Scopes are those of OAuth.",
    },
    [SCHEMES.oauth]: {
      type: "oauth2",
      flows: {
        authorizationCode: {
          authorizationUrl: `${html}/site/oauth2/authorize`,
          tokenUrl,
          refreshUrl: tokenUrl,
          scopes,
        },
        clientCredentials: { tokenUrl, scopes },
      },
    },
    [SCHEMES.app]: {
      type: "apiKey",
      in: "header",
      name: "Authorization",
      description: "JWT, a space, and a token that an installed app has signed.",
    },
  };
}

/** Stand where the URLs of a server go. No document has them otherwise. */
const PLACEHOLDERS: BaseUrls = {
  html: "https://html.placeholder.invalid",
  api: "https://api.placeholder.invalid/2.0",
};
const API_PLACEHOLDER = PLACEHOLDERS.api.replace(/\/2\.0$/, "");

/**
 * The document in the bytes that are sent. Whoever asks by another name of the server gets other URLs, and anyone can invent
 * names: so it is made once, and the URLs are put into its text.
 */
export function openDocumentWriter(settings: Settings): {
  write(baseUrls: BaseUrls): Promise<WrittenDocument>;
} {
  const templates = new Map<boolean, Promise<WrittenDocument>>();
  const written = new Map<string, WrittenDocument>();
  return {
    async write(baseUrls) {
      const key = `${baseUrls.html} ${baseUrls.api}`;
      const kept = written.get(key);
      if (kept !== undefined) return kept;
      const apiOrigin = baseUrls.api.replace(/\/2\.0$/, "");
      const isApart = apiOrigin !== baseUrls.html;
      const template = templates.get(isApart) ?? writeTemplate(settings, isApart);
      templates.set(isApart, template);
      const { json, etag } = await template;
      const text = json
        .toString()
        .replaceAll(PLACEHOLDERS.html, baseUrls.html)
        .replaceAll(API_PLACEHOLDER, apiOrigin);
      const document = { json: Buffer.from(text), etag: etagOf(`${etag} ${key}`) };
      if (written.size >= WRITTEN_MAX) written.delete(written.keys().next().value!);
      written.set(key, document);
      return document;
    },
  };
}

/** Names of one server that are asked for: each takes most of a megabyte. */
const WRITTEN_MAX = 4;

async function writeTemplate(settings: Settings, isApart: boolean): Promise<WrittenDocument> {
  const { html, api } = PLACEHOLDERS;
  const baseUrls = isApart ? { html, api } : { html, api: `${html}/2.0` };
  const json = Buffer.from(JSON.stringify(await describeServer(settings, baseUrls)));
  return { json, etag: etagOf(json) };
}

function etagOf(content: Buffer | string): string {
  return `"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`;
}
