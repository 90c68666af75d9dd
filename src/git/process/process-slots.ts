import { Failure } from "../../model/failure.ts";
import type { QuotaKey } from "../../model/quota-key.ts";

/** For who waits. */
const NAMES: Record<QuotaKey["kind"], string> = {
  account: "your account",
  address: "your address",
  anonymous: "anonymous callers",
  repository: "this repository",
};

/** A number of slots for processes that cost memory. Who finds none waits in line. */
export type ProcessSlots = {
  /** How many wait. */
  readonly waiting: number;
  /**
   * @param quotaKeys who are counted, each for itself: none of them may hold all slots.
   * @param onWait told why, in words for who asks, if there is no slot at once.
   * @returns what gives the slot back.
   * @throws Failure unavailable after `waitMsMax`, or if the line is too long; the signal's reason if it is aborted.
   */
  take(
    quotaKeys: readonly QuotaKey[],
    signal: AbortSignal,
    onWait?: (why: string) => void,
  ): Promise<() => void>;
};

/** Takes a slot for whoever asks. @returns what gives it back. @throws as `take` does. */
export type TakeSlot = (signal: AbortSignal) => Promise<() => void>;

export type ProcessSlotsOptions = {
  readonly slotsMax: number;
  /** The most that one account or address may have; and a repository, if no more is said. */
  readonly shareMax: number;
  /** Above `shareMax`, so that one client cannot keep all others from a repository. */
  readonly repositoryShareMax?: number;
  /** Of all together who have sent no credential; without a limit of their own if none is said. */
  readonly anonymousShareMax?: number;
  readonly waitingMax: number;
  readonly waitMsMax: number;
};

type Waiting = { readonly quotaKeys: readonly QuotaKey[]; enter(): void };

export function openProcessSlots(options: ProcessSlotsOptions): ProcessSlots {
  const shares = new Map<string, number>();
  const line: Waiting[] = [];
  let taken = 0;

  const { shareMax, repositoryShareMax = shareMax, anonymousShareMax = Number.POSITIVE_INFINITY } = options;
  const shareMaxOf = {
    account: shareMax,
    address: shareMax,
    anonymous: anonymousShareMax,
    repository: repositoryShareMax,
  };
  const isFull = () => taken >= options.slotsMax;
  const findHolding = (quotaKeys: readonly QuotaKey[]) =>
    quotaKeys.find(({ kind, id }) => (shares.get(id) ?? 0) >= shareMaxOf[kind]);
  const isFree = (quotaKeys: readonly QuotaKey[]) => !isFull() && findHolding(quotaKeys) === undefined;
  const why = (quotaKeys: readonly QuotaKey[]) => {
    // One of its quotaKeys first: that is nearer to who asks than all the others on the server.
    const holding = findHolding(quotaKeys);
    return `the server is busy with other requests${holding === undefined ? "" : ` for ${NAMES[holding.kind]}`}`;
  };
  const busy = (quotaKeys: readonly QuotaKey[]) =>
    new Failure("unavailable", `${why(quotaKeys)}: try again in a minute`);

  function give(quotaKeys: readonly QuotaKey[]): () => void {
    taken += 1;
    for (const { id } of quotaKeys) shares.set(id, (shares.get(id) ?? 0) + 1);
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      taken -= 1;
      for (const { id } of quotaKeys) {
        const share = (shares.get(id) ?? 1) - 1;
        if (share === 0) shares.delete(id);
        else shares.set(id, share);
      }
      const next = line.findIndex((waiting) => isFree(waiting.quotaKeys));
      if (next !== -1) line.splice(next, 1)[0]!.enter();
    };
  }

  return {
    get waiting() {
      return line.length;
    },
    take(quotaKeys, signal, onWait) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (isFree(quotaKeys)) return Promise.resolve(give(quotaKeys));
      if (line.length >= options.waitingMax) return Promise.reject(busy(quotaKeys));
      onWait?.(why(quotaKeys));
      return new Promise((resolve, reject) => {
        const waiting: Waiting = {
          quotaKeys,
          // The slot is taken in the same step in which it is given back, so that nobody slips in between.
          enter() {
            stop();
            resolve(give(quotaKeys));
          },
        };
        const leave = (reason: unknown) => {
          line.splice(line.indexOf(waiting), 1);
          stop();
          reject(reason);
        };
        const abort = () => leave(signal.reason);
        const timer = setTimeout(() => leave(busy(quotaKeys)), options.waitMsMax);
        const stop = () => {
          clearTimeout(timer);
          signal.removeEventListener("abort", abort);
        };
        signal.addEventListener("abort", abort, { once: true });
        line.push(waiting);
      });
    },
  };
}
