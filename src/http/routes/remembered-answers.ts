import { hash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";
import { LAST_USED_STEP_MS, unchangedUntil } from "../../authentication/authenticate.ts";
import type { Caller } from "../../model/caller.ts";
import type { Ports } from "../../ports.ts";
import { openRequestLine } from "../server/request-log.ts";
import { noteAddress } from "./identify.ts";

/**
 * Answers to whole requests. What is asked again in the same bytes, while nothing has been committed to the database, gets
 * what it got: who is calling, what they may, and what there is to see are as they were. All headers are a part of what is
 * asked, the credential among them, so an answer never goes to somebody else.
 *
 * It stands before everything else, and is the only way round the checks. What it does not know takes the whole way.
 */
export type RememberedAnswers = {
  /** Answers at once, or hands on to `pass`. */
  answer(request: IncomingMessage, response: ServerResponse, pass: () => void): void;
  /**
   * Remembers an answer that is made of nothing but the request and the database, or of what never changes: of status 200,
   * or a 401 to who has sent no credential.
   * To be called before it is sent, with all headers set.
   */
  keep(request: FastifyRequest, reply: FastifyReply, answer: NewAnswer): void;
};

export type NewAnswer = {
  readonly caller: Caller;
  readonly answer: Buffer;
  /** Of the request, if it has one. */
  readonly body?: Buffer;
  /** Called whenever the answer is given again. */
  readonly onRepeat?: () => void;
};

declare module "fastify" {
  interface FastifyRequest {
    /** The version of the database when the request came. Undefined: it tells none. */
    versionAtStart: number | undefined;
  }
  interface FastifyInstance {
    readonly rememberedAnswers: RememberedAnswers;
  }
}

type Remembered = {
  readonly status: number;
  /** Names and values in turn. The last value is the request's id. */
  readonly headers: string[];
  readonly body: Buffer;
  readonly caller: Caller;
  readonly validUntil: number;
  readonly method: string;
  readonly route: string;
  readonly notes: Readonly<Record<string, unknown>>;
  readonly onRepeat: (() => void) | undefined;
  /** Where it was last asked from, which is noted for the audit log. */
  askedFrom: string | undefined;
  /** Undefined until it is first given again. */
  log: ReturnType<typeof openRequestLine> | undefined;
};

/** Said of a head: requests with it have been answered, so it is worth looking at their bodies. */
const ASK_BODY = "ask body";

const BYTES_MAX = 16 * 1024 * 1024;
const ENTRY_BYTES_MAX = 2 * 1024 * 1024;
/** What an entry takes beside its answer. Estimated. */
const ENTRY_BYTES = 2 * 1024;
/**
 * A larger answer is remembered when it is given for the second time: most are pages that a client reads once, and to keep
 * each of them would be much for the garbage collector.
 */
const ONCE_BYTES_MAX = 16 * 1024;
/** So many are known as given once. */
const GIVEN_MAX = 4_096;
/** The body of a request that is looked at. Lists of refs are asked for in less. */
const BODY_BYTES_MAX = 8 * 1024;

/** A clock that was ahead when the answer was kept has told too late an end. */
function hasEnded({ validUntil }: Remembered, now: Date): boolean {
  const leftMs = validUntil - now.getTime();
  return leftMs <= 0 || (leftMs > LAST_USED_STEP_MS && Number.isFinite(leftMs));
}

const NONE: RememberedAnswers = { answer: (_request, _response, pass) => pass(), keep() {} };

export function openRememberedAnswers(ports: Ports): RememberedAnswers {
  const { readVersion } = ports.database;
  // What counts towards a limit has to be counted.
  if (readVersion === undefined || ports.rateLimits !== undefined) return NONE;
  const memory = new LRUCache<string, Remembered | typeof ASK_BODY>({
    maxSize: BYTES_MAX,
    maxEntrySize: ENTRY_BYTES_MAX,
    sizeCalculation: (entry) => ENTRY_BYTES + (entry === ASK_BODY ? 0 : entry.body.length),
  });
  const given = new LRUCache<string, true>({ max: GIVEN_MAX });
  let version = Number.NaN;

  /** Forgets everything as soon as anything has been committed. */
  function find(key: string): Remembered | typeof ASK_BODY | undefined {
    const current = readVersion!();
    if (current !== version) {
      memory.clear();
      given.clear();
      version = current;
    }
    const found = memory.get(key);
    return typeof found === "object" && hasEnded(found, ports.clock()) ? undefined : found;
  }

  function send(request: IncomingMessage, response: ServerResponse, found: Remembered): void {
    const started = performance.now();
    const id = randomUUID();
    const { remoteAddress = "" } = request.socket;
    // What a proxy says of the address is in the headers, and so the same.
    if (found.askedFrom !== remoteAddress) {
      noteAddress(ports, found.caller, { headers: request.headers, ip: remoteAddress });
      found.askedFrom = remoteAddress;
    }
    found.headers[found.headers.length - 1] = id;
    response.writeHead(found.status, found.headers);
    response.end(found.body);
    ports.metrics.countRemembered();
    found.onRepeat?.();
    found.log ??= openRequestLine(ports, found);
    found.log(id, performance.now() - started);
  }

  return {
    answer(request, response, pass) {
      const bodyBytes = bodyBytesOf(request);
      if (bodyBytes === undefined || bodyBytes > BODY_BYTES_MAX) return pass();
      const head = headKey(request);
      const found = find(head);
      if (found === undefined) return pass();
      if (found !== ASK_BODY) return send(request, response, found);
      peekBody(request, bodyBytes, (body) => {
        const foundByBody = find(bodyKey(head, body));
        if (foundByBody === undefined || foundByBody === ASK_BODY) return pass();
        send(request, response, foundByBody);
      });
    },
    keep(request, reply, { caller, answer, body, onRepeat }) {
      const { raw, versionAtStart } = request;
      const validUntil = unchangedUntil(caller, ports.clock());
      // What was committed meanwhile is perhaps seen in a part of the answer only.
      if (versionAtStart !== version || versionAtStart !== readVersion()) return;
      const isRefusal = reply.statusCode === 401 && caller.kind === "anonymous";
      if ((reply.statusCode !== 200 && !isRefusal) || validUntil <= ports.clock().getTime()) return;
      // What was sent packed is not known here any more as it was sent.
      if (bodyBytesOf(raw) !== (body?.length ?? 0) || raw.headers["content-encoding"] !== undefined) return;
      const head = headKey(raw);
      const key = body === undefined ? head : bodyKey(head, body);
      if (answer.length > ONCE_BYTES_MAX && !given.has(key)) {
        given.set(key, true);
        return;
      }
      if (body !== undefined) memory.set(head, ASK_BODY);
      memory.set(key, {
        status: reply.statusCode,
        headers: [...headersOf(reply), "content-length", String(answer.length), "x-request-id", ""],
        body: answer,
        caller,
        validUntil,
        onRepeat,
        askedFrom: undefined,
        log: undefined,
        method: request.method,
        route: request.routeOptions.url ?? "none",
        notes: { ...request.notes, "answer.is_remembered": true },
      });
    },
  };
}

/** Undefined where the length is not known beforehand, or the body is not to be touched yet. */
function bodyBytesOf({ headers }: IncomingMessage): number | undefined {
  if (headers["transfer-encoding"] !== undefined || headers.expect !== undefined) return undefined;
  const bytes = Number(headers["content-length"] ?? 0);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** A digest, since a credential is in what it is made of. No header can have a line feed in it. */
function headKey({ method, url, headers, rawHeaders }: IncomingMessage): string {
  // The host once more: the absolute form of a request target replaces the one in the headers.
  return hash("sha256", `${method} ${url} ${headers.host}\n${rawHeaders.join("\n")}`, "base64");
}

function bodyKey(head: string, body: Buffer): string {
  return head + hash("sha256", body, "base64");
}

function headersOf(reply: FastifyReply): readonly string[] {
  return Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
    name === "x-request-id" || value === undefined ? [] : [name, String(value)],
  );
}

/** Reads a body to its end and puts it back, so that whoever reads after `look` finds it whole. */
function peekBody(request: IncomingMessage, bytes: number, look: (body: Buffer) => void): void {
  const onReadable = () => {
    const body: Buffer | null = request.read(bytes);
    if (body === null) return;
    request.off("readable", onReadable);
    request.unshift(body);
    look(body);
  };
  request.on("readable", onReadable);
}
