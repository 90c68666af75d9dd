import { Failure } from "../model/failure.ts";

/** A number of places for processes that cost memory. Who finds none waits in line. */
export type ProcessPlaces = {
  /**
   * @param holder who is counted: nobody may hold all places.
   * @returns what gives the place back.
   * @throws Failure unavailable after `waitMsMax`, or if the line is too long; the signal's reason if it is aborted.
   */
  take(holder: string, signal: AbortSignal): Promise<() => void>;
};

export type ProcessPlacesOptions = {
  readonly placesMax: number;
  /** The most that one holder may have. */
  readonly shareMax: number;
  readonly waitingMax: number;
  readonly waitMsMax: number;
};

type Waiting = { readonly holder: string; enter(): void };

export function openProcessPlaces(options: ProcessPlacesOptions): ProcessPlaces {
  const shares = new Map<string, number>();
  const line: Waiting[] = [];
  let taken = 0;

  const isFree = (holder: string) =>
    taken < options.placesMax && (shares.get(holder) ?? 0) < options.shareMax;

  function give(holder: string): () => void {
    taken += 1;
    shares.set(holder, (shares.get(holder) ?? 0) + 1);
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      taken -= 1;
      const share = (shares.get(holder) ?? 1) - 1;
      if (share === 0) shares.delete(holder);
      else shares.set(holder, share);
      const next = line.findIndex((waiting) => isFree(waiting.holder));
      if (next !== -1) line.splice(next, 1)[0]!.enter();
    };
  }

  return {
    take(holder, signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (isFree(holder)) return Promise.resolve(give(holder));
      if (line.length >= options.waitingMax) return Promise.reject(busy());
      return new Promise((resolve, reject) => {
        const waiting: Waiting = {
          holder,
          // The place is taken in the same step in which it is given back, so that nobody slips in between.
          enter() {
            stop();
            resolve(give(holder));
          },
        };
        const leave = (reason: unknown) => {
          line.splice(line.indexOf(waiting), 1);
          stop();
          reject(reason);
        };
        const abort = () => leave(signal.reason);
        const timer = setTimeout(() => leave(busy()), options.waitMsMax);
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

function busy(): Failure {
  return new Failure("unavailable", "the server is busy with other requests for this: try again in a minute");
}
