import Schema from "typebox/schema";
import { Settings } from "typebox/system";
import type { WatchedAnswer } from "../../support/answers/answers-folder.ts";
import {
  openOperationFinder,
  type PublishedOperation,
  type PublishedReference,
} from "./published-reference.ts";

/** One way in which answers differ from the published reference. */
export type Difference = {
  /** Such as `GET /repositories/{workspace}`; `-` where the reference has no such operation. */
  readonly operation: string;
  readonly status: number;
  /** JSON pointer into the answer, with `*` for any index. Empty: the answer as a whole. */
  readonly pointer: string;
  readonly message: string;
};

export type Judge = (answer: WatchedAnswer) => readonly Difference[];

/**
 * Statuses that any operation may answer, whether its documentation names them or not: what the reference's introduction
 * says of all operations, and what HTTP says of requests with ranges and conditions.
 */
const GENERAL_STATUSES = new Set([
  206, 304, 400, 401, 403, 404, 405, 410, 411, 412, 413, 415, 416, 421, 429, 431, 503, 555,
]);

/** The recorded shape of every error. */
const ERROR = { $ref: "#/definitions/error" };

/** The library tells eight faults of a value and no more; in a long list what is permitted would hide what is not. */
const FAULTS_MAX = 100_000;

export function openJudge(reference: PublishedReference): Judge {
  Settings.Set({ maxErrors: FAULTS_MAX });
  const findOperation = openOperationFinder(reference);
  const checkers = new Map<string, ReturnType<typeof Schema.Compile>>();
  const checkerOf = (key: string, schema: object) => {
    const known = checkers.get(key);
    if (known !== undefined) return known;
    const made = Schema.Compile({ ...schema, definitions: reference.definitions });
    checkers.set(key, made);
    return made;
  };

  return ({ method, target, status, body }) => {
    if (method === "HEAD" || method === "OPTIONS") return [];
    // Not by `new URL`: targets are as bad as tests send them.
    const [, path = "", query = ""] = /\/2\.0([^?]*)(?:\?(.*))?$/s.exec(target) ?? [];
    const operation = findOperation(method, path);
    const name = operation?.name ?? "-";
    const difference = (pointer: string, message: string) => ({ operation: name, status, pointer, message });
    const found: Difference[] = [];
    if (!isDocumented(method, operation, status)) found.push(difference("", "this status is not documented"));
    if (body === undefined) return found;
    const schema = status >= 400 ? ERROR : schemaOf(operation, status);
    if (schema === undefined) return found;
    const checker = checkerOf(status >= 400 ? "error" : `${name} ${status}`, schema);
    const value: unknown = JSON.parse(body);
    if (checker.Check(value)) return found;
    const isPartial = new URLSearchParams(query).has("fields");
    for (const { keyword, instancePath, message } of checker.Errors(value)[1]) {
      // What `fields` leaves out is left out by the caller's request.
      if (isPartial && keyword === "required") continue;
      // Each key that is one too many is told by itself, too.
      if (keyword === "additionalProperties") continue;
      found.push(difference(instancePath.replaceAll(/\/\d+(?=\/|$)/g, "/*"), message));
    }
    return found;
  };
}

function isDocumented(method: string, operation: PublishedOperation | undefined, status: number): boolean {
  // A change may meet another one anywhere.
  if (GENERAL_STATUSES.has(status) || (status === 409 && method !== "GET")) return true;
  if (operation === undefined) return false;
  const documented = Object.keys(operation.responses);
  // Some operations document nothing but `default`: an error.
  return (
    documented.includes(String(status)) || (status === 200 && documented.every((each) => each === "default"))
  );
}

function schemaOf(operation: PublishedOperation | undefined, status: number): object | undefined {
  return operation?.responses[String(status)]?.schema;
}
