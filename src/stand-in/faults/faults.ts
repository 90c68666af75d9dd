import type { IncomingMessage, ServerResponse } from "node:http";
import { SERVICE_REQUIREMENTS } from "../../authorization/service-requirements.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import { findDeclared } from "../../own-routes/explain/find-declared.ts";
import type { Ports } from "../../ports.ts";
import { answerFault } from "./answer-fault.ts";
import { breakResponse } from "./break-response.ts";
import type { Fault, NewFault } from "./fault.ts";
import { matchesPattern, mayMeet, type RoutePattern } from "./route-pattern.ts";
import { sentCredentialKind } from "./sent-credential.ts";

const FAULTS_MAX = 1_000;

export type Faults = {
  /**
   * The first fault that fits a request happens to it, and no other.
   *
   * @param isForced whether it may be for paths that no route has.
   * @throws Failure invalid-input, conflict.
   */
  add(fault: NewFault, isForced?: boolean): Fault;
  list(): readonly Fault[];
  /** @throws Failure not-found. */
  remove(id: number): void;
  clear(): void;
  /** Notes a route of the server, as its router has it. */
  noteRoute(url: string): void;
  /** Whether a pattern fits any route. */
  hasRoute(pattern: RoutePattern): boolean;
  /** Lets a fault happen to the request, or lets it through. */
  apply(request: IncomingMessage, response: ServerResponse, letThrough: () => void): void;
};

type Counted = { -readonly [Name in keyof Fault]: Fault[Name] } & { readonly random: () => number };

export function openFaults({ log }: Pick<Ports, "log">): Faults {
  let faults: Counted[] = [];
  let lastId = 0;
  const urls = new Set<string>();

  function findFault(request: IncomingMessage): Fault | undefined {
    for (const fault of faults) {
      if (isUsedUp(fault) || !isFor(fault, request)) continue;
      fault.seen += 1;
      // Drawn for every request, so that the others that happen do not depend on it.
      const isDrawn = fault.random() < fault.probability;
      if (fault.seen % fault.every !== 0 || !isDrawn) continue;
      fault.happened += 1;
      return fault;
    }
    return undefined;
  }

  function hasRoute(pattern: RoutePattern): boolean {
    return [...urls].some((url) => mayMeet(pattern, url));
  }

  return {
    add(fault, isForced = false) {
      const { pattern } = fault;
      if (pattern !== undefined && !isForced && !hasRoute(pattern))
        throw invalidField(
          "route",
          `no route of the server has such a path: ${pattern.text} (--force, or "force": true, adds it all the same)`,
        );
      if (faults.length >= FAULTS_MAX) faults = faults.filter((each) => !isUsedUp(each));
      if (faults.length >= FAULTS_MAX)
        throw new Failure("conflict", `There are ${FAULTS_MAX} faults already`);
      lastId += 1;
      const added = { ...fault, id: lastId, seen: 0, happened: 0, random: openRandom(fault.seed) };
      faults.push(added);
      return added;
    },
    list: () => faults,
    remove(id) {
      const left = faults.filter((fault) => fault.id !== id);
      if (left.length === faults.length) throw new Failure("not-found", `There is no fault ${id}`);
      faults = left;
    },
    clear() {
      faults = [];
    },
    noteRoute: (url) => void urls.add(url),
    hasRoute,
    apply(request, response, letThrough) {
      const fault = faults.length === 0 ? undefined : findFault(request);
      if (fault === undefined) return letThrough();
      log.info({ method: request.method, "fault.id": fault.id, status: fault.answer?.status }, "fault");
      const happen = () => {
        if (!response.destroyed) letHappen(fault, request, response, letThrough);
      };
      if (fault.delayMs === 0) happen();
      else setTimeout(happen, fault.delayMs).unref();
    },
  };
}

function letHappen(
  { answer, cutOff, ...effect }: Fault,
  request: IncomingMessage,
  response: ServerResponse,
  letThrough: () => void,
): void {
  if (cutOff === "connection") {
    request.socket.destroy();
    return;
  }
  breakResponse(response, { ...effect, answer, cutOff });
  if (answer === undefined) letThrough();
  else answerFault(request, response, answer);
}

function isUsedUp({ happened, timesMax }: Fault): boolean {
  return timesMax !== undefined && happened >= timesMax;
}

function isFor({ pattern, method, scope, credential }: Fault, request: IncomingMessage): boolean {
  const target = request.url ?? "/";
  if (method !== undefined && request.method !== method) return false;
  if (pattern !== undefined && !matchesPattern(pattern, target)) return false;
  if (credential !== undefined && sentCredentialKind(request) !== credential) return false;
  return scope === undefined || takesScope(request.method ?? "GET", target, scope);
}

function takesScope(method: string, target: string, scope: string): boolean {
  const declared = findDeclared(method, target);
  if (declared.kind === "none") return false;
  const { apiTokenScopes, oauthScopes } =
    declared.kind === "git" ? SERVICE_REQUIREMENTS[declared.service] : declared.route;
  return ([...apiTokenScopes, ...oauthScopes] as readonly string[]).includes(scope);
}

/** Mulberry32: the same numbers from 0 to 1 for the same seed. Not for secrets. */
function openRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
