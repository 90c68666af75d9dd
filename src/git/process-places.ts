import { Failure } from "../model/failure.ts";

/** Whom a place counts for: an account, a repository. */
export type PlaceHolder = {
  readonly kind: "account" | "address" | "anonymous" | "repository";
  readonly id: string;
};

/** For who waits. */
const NAMES: Record<PlaceHolder["kind"], string> = {
  account: "your account",
  address: "your address",
  anonymous: "anonymous callers",
  repository: "this repository",
};

/** A number of places for processes that cost memory. Who finds none waits in line. */
export type ProcessPlaces = {
  /** How many wait. */
  readonly waiting: number;
  /**
   * @param holders who are counted, each for itself: none of them may hold all places.
   * @param onWait told why, in words for who asks, if there is no place at once.
   * @returns what gives the place back.
   * @throws Failure unavailable after `waitMsMax`, or if the line is too long; the signal's reason if it is aborted.
   */
  take(
    holders: readonly PlaceHolder[],
    signal: AbortSignal,
    onWait?: (why: string) => void,
  ): Promise<() => void>;
};

/** Takes a place for whoever asks. @returns what gives it back. @throws as `take` does. */
export type TakeSlot = (signal: AbortSignal) => Promise<() => void>;

export type ProcessPlacesOptions = {
  readonly placesMax: number;
  /** The most that one account or address may have; and a repository, if no more is said. */
  readonly shareMax: number;
  /** Above `shareMax`, so that one client cannot keep all others from a repository. */
  readonly repositoryShareMax?: number;
  /** Of all together who have sent no credential; as many as one of them if no more is said. */
  readonly anonymousShareMax?: number;
  readonly waitingMax: number;
  readonly waitMsMax: number;
};

type Waiting = { readonly holders: readonly PlaceHolder[]; enter(): void };

export function openProcessPlaces(options: ProcessPlacesOptions): ProcessPlaces {
  const shares = new Map<string, number>();
  const line: Waiting[] = [];
  let taken = 0;

  const { shareMax, repositoryShareMax = shareMax, anonymousShareMax = shareMax } = options;
  const shareMaxOf = {
    account: shareMax,
    address: shareMax,
    anonymous: anonymousShareMax,
    repository: repositoryShareMax,
  };
  const isFull = () => taken >= options.placesMax;
  const findHolding = (holders: readonly PlaceHolder[]) =>
    holders.find(({ kind, id }) => (shares.get(id) ?? 0) >= shareMaxOf[kind]);
  const isFree = (holders: readonly PlaceHolder[]) => !isFull() && findHolding(holders) === undefined;
  const why = (holders: readonly PlaceHolder[]) => {
    // One of its holders first: that is nearer to who asks than all the others on the server.
    const holding = findHolding(holders);
    return `the server is busy with other requests${holding === undefined ? "" : ` for ${NAMES[holding.kind]}`}`;
  };
  const busy = (holders: readonly PlaceHolder[]) =>
    new Failure("unavailable", `${why(holders)}: try again in a minute`);

  function give(holders: readonly PlaceHolder[]): () => void {
    taken += 1;
    for (const { id } of holders) shares.set(id, (shares.get(id) ?? 0) + 1);
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      taken -= 1;
      for (const { id } of holders) {
        const share = (shares.get(id) ?? 1) - 1;
        if (share === 0) shares.delete(id);
        else shares.set(id, share);
      }
      const next = line.findIndex((waiting) => isFree(waiting.holders));
      if (next !== -1) line.splice(next, 1)[0]!.enter();
    };
  }

  return {
    get waiting() {
      return line.length;
    },
    take(holders, signal, onWait) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (isFree(holders)) return Promise.resolve(give(holders));
      if (line.length >= options.waitingMax) return Promise.reject(busy(holders));
      onWait?.(why(holders));
      return new Promise((resolve, reject) => {
        const waiting: Waiting = {
          holders,
          // The place is taken in the same step in which it is given back, so that nobody slips in between.
          enter() {
            stop();
            resolve(give(holders));
          },
        };
        const leave = (reason: unknown) => {
          line.splice(line.indexOf(waiting), 1);
          stop();
          reject(reason);
        };
        const abort = () => leave(signal.reason);
        const timer = setTimeout(() => leave(busy(holders)), options.waitMsMax);
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
