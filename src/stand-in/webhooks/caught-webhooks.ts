import { Failure } from "../../model/failure.ts";
import type { SendOutcome, SendWebhook, WebhookMessage } from "../../webhooks/send-webhook.ts";

/** The newest are kept. */
const WEBHOOKS_MAX = 1_000;
const BYTES_MAX = 32 * 1024 * 1024;
const REPLAY_MS_MAX = 10_000;

/** One attempt to tell something to a webhook's target. */
export type CaughtWebhook = {
  /** 1, 2, 3 … */
  readonly id: number;
  readonly sentAt: Date;
  /** Such as `repo:push`. Undefined: it is not of an event, but of an app's life. */
  readonly event: string | undefined;
  readonly url: string;
  /** As sent, with its signature. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Undefined until it is known. */
  readonly outcome: SendOutcome | "caught" | undefined;
};

export type CaughtWebhooks = {
  /** Whether they are kept, and not sent. */
  isCatching: boolean;
  /** Sent or caught, from the oldest on. */
  list(): readonly CaughtWebhook[];
  /** @throws Failure not-found. */
  get(id: number): CaughtWebhook;
  /**
   * The first one after `afterId` that is of the event: at once, or as soon as it comes.
   *
   * @throws Failure not-found if none comes in time.
   */
  waitFor(wanted: WantedWebhook, timeoutMs: number, signal?: AbortSignal): Promise<CaughtWebhook>;
  /** Sends one again as it was, to its target or another one. @throws Failure not-found. */
  replay(id: number, url?: string): Promise<SendOutcome>;
  clear(): void;
};

export type WantedWebhook = {
  /** Undefined: any. */
  readonly event: string | undefined;
  readonly afterId: number;
};

export type WebhookCatcher = CaughtWebhooks & {
  readonly send: SendWebhook;
  /** Forgets all, and catches again as at the start. */
  reset(): void;
};

type Waiter = { readonly wanted: WantedWebhook; found(webhook: CaughtWebhook): void };

export function openCaughtWebhooks(options: {
  readonly clock: () => Date;
  readonly isCatching: boolean;
}): WebhookCatcher {
  let kept: CaughtWebhook[] = [];
  let bytes = 0;
  let lastId = 0;
  const waiters = new Set<Waiter>();

  function add(message: WebhookMessage, headers: Readonly<Record<string, string>>): CaughtWebhook {
    lastId += 1;
    const { url, body } = message;
    const event = message.headers["x-event-key"];
    const outcome = catcher.isCatching ? ("caught" as const) : undefined;
    const webhook = { id: lastId, sentAt: options.clock(), event, url, headers, body, outcome };
    kept.push(webhook);
    bytes += body.length;
    while (kept.length > WEBHOOKS_MAX || (bytes > BYTES_MAX && kept.length > 1))
      bytes -= kept.shift()!.body.length;
    for (const waiter of waiters) if (isWanted(waiter.wanted, webhook)) waiter.found(webhook);
    return webhook;
  }

  function get(id: number): CaughtWebhook {
    const found = kept.find((webhook) => webhook.id === id);
    if (found === undefined) throw new Failure("not-found", `There is no webhook ${id}`);
    return found;
  }

  function clear(): void {
    kept = [];
    bytes = 0;
  }

  const catcher: WebhookCatcher = {
    isCatching: options.isCatching,
    async send(message) {
      // Loaded for the first one, with what it takes of HTTP.
      const { sendWebhook, signature } = await import("../../webhooks/send-webhook.ts");
      const webhook = add(message, { ...message.headers, ...signature(message) });
      if (webhook.outcome === "caught") return CAUGHT;
      const outcome = await sendWebhook(message);
      kept = kept.map((each) => (each.id === webhook.id ? { ...each, outcome } : each));
      return outcome;
    },
    list: () => kept,
    get,
    waitFor(wanted, timeoutMs, signal) {
      const there = kept.find((webhook) => isWanted(wanted, webhook));
      if (there !== undefined) return Promise.resolve(there);
      return new Promise((resolve, reject) => {
        const end = () => {
          waiters.delete(waiter);
          clearTimeout(late);
          signal?.removeEventListener("abort", giveUp);
        };
        const waiter: Waiter = {
          wanted,
          found(webhook) {
            end();
            resolve(webhook);
          },
        };
        const giveUp = () => {
          end();
          const what = wanted.event === undefined ? "webhook" : `webhook of ${wanted.event}`;
          reject(new Failure("not-found", `No ${what} has come within ${timeoutMs} ms`));
        };
        const late = setTimeout(giveUp, timeoutMs);
        signal?.addEventListener("abort", giveUp);
        waiters.add(waiter);
      });
    },
    async replay(id, url) {
      const { headers, body, url: target } = get(id);
      const { sendWebhook } = await import("../../webhooks/send-webhook.ts");
      return sendWebhook({
        url: url ?? target,
        body,
        // The signature is among the headers.
        secret: undefined,
        headers,
        skipsCertificateCheck: true,
        mayReachPrivateAddresses: true,
        sendMsMax: REPLAY_MS_MAX,
        signal: new AbortController().signal,
      });
    },
    clear,
    reset() {
      clear();
      catcher.isCatching = options.isCatching;
    },
  };
  return catcher;
}

const CAUGHT: SendOutcome = {
  kind: "answered",
  status: 200,
  answer: { headers: [], body: "caught, and not sent", isBodyCut: false },
};

function isWanted({ event, afterId }: WantedWebhook, webhook: CaughtWebhook): boolean {
  return webhook.id > afterId && (event === undefined || webhook.event === event);
}
