import { type DescribedOperation, OWN_TAG, operationIdOf } from "./describe-operation.ts";

type Told = {
  readonly summary: string;
  readonly requestBody?: unknown;
  readonly answers: Readonly<Record<number, string>>;
};

/** Routes that read no credential, or one of their own, and so are not declared. A test knows if one is missing here. */
const UNDECLARED: Readonly<Record<string, Told>> = {
  "GET /-/health": { summary: "Whether the process lives", answers: { 200: "It does" } },
  "GET /-/ready": {
    summary: "Whether the server can do its work",
    answers: { 200: "It can", 503: "checks names the part that is missing" },
  },
  "GET /-/openapi.json": {
    summary: "This document",
    answers: { 200: "The document", 304: "Not changed since" },
  },
  "POST /-/token-revocation": {
    summary: "Revokes a token that was found; the token is the proof",
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: { type: "object", required: ["token"], properties: { token: { type: "string" } } },
        },
      },
    },
    answers: { 204: "It is revoked, if there is one" },
  },
  "GET /-/downloads/{uuid}/{expires}/{signature}/{name}": {
    summary: "A downloaded file, by a signed link",
    answers: { 200: "The file" },
  },
  "GET /-/calendars/{secret}.ics": {
    summary: "When the tokens of an account end, as a calendar; the address is the secret",
    answers: { 200: "The calendar" },
  },
};

export const UNDECLARED_OPERATIONS: readonly DescribedOperation[] = Object.entries(UNDECLARED).map(
  ([name, { summary, requestBody, answers }]) => {
    const [method = "", path = ""] = name.split(" ");
    return {
      path,
      method: method.toLowerCase(),
      operation: {
        operationId: operationIdOf(method, path),
        tags: [OWN_TAG],
        summary,
        parameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => ({
          name: parameter,
          in: "path",
          required: true,
          schema: { type: "string" },
        })),
        ...(requestBody === undefined ? {} : { requestBody }),
        responses: Object.fromEntries(
          Object.entries(answers).map(([status, description]) => [status, { description }]),
        ),
        security: [],
      },
    };
  },
);
