import { Failure } from "../model/failure.ts";

/** A number of places for processes that cost memory. Who finds none waits in line. */
export type ProcessPlaces = {
  /**
   * @returns what gives the place back.
   * @throws Failure unavailable after `waitMsMax`, or if the line is too long; the signal's reason if it is aborted.
   */
  take(signal: AbortSignal): Promise<() => void>;
};

export type ProcessPlacesOptions = {
  readonly placesMax: number;
  readonly waitingMax: number;
  readonly waitMsMax: number;
};

export function openProcessPlaces({ placesMax, waitingMax, waitMsMax }: ProcessPlacesOptions): ProcessPlaces {
  let taken = 0;
  const waiting: (() => void)[] = [];

  function give(): () => void {
    taken += 1;
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      taken -= 1;
      waiting.shift()?.();
    };
  }

  return {
    async take(signal) {
      signal.throwIfAborted();
      if (taken < placesMax) return give();
      if (waiting.length >= waitingMax) throw busy();
      await new Promise<void>((resolve, reject) => {
        const leave = (error: unknown) => {
          const place = waiting.indexOf(enter);
          if (place !== -1) waiting.splice(place, 1);
          stop();
          reject(error);
        };
        const timer = setTimeout(() => leave(busy()), waitMsMax);
        const abort = () => leave(signal.reason);
        const stop = () => {
          clearTimeout(timer);
          signal.removeEventListener("abort", abort);
        };
        const enter = () => {
          stop();
          resolve();
        };
        signal.addEventListener("abort", abort, { once: true });
        waiting.push(enter);
      });
      return give();
    },
  };
}

function busy(): Failure {
  return new Failure("unavailable", "The server is busy with other requests for this: try again in a minute");
}
