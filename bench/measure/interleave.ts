/** What cannot be measured on this machine, and why. */
export type Missing = { readonly missing: string };

/** One value a round. */
export type Series = Readonly<Record<string, readonly number[] | Missing>>;

export type Contender = ((round: number) => Promise<number>) | Missing;

export function isMissing(value: unknown): value is Missing {
  return typeof value === "object" && value !== null && "missing" in value;
}

/**
 * Measures all contenders in turn, A, B, C, A, B, C, …, so that what else the machine does meets them alike. Ratios are
 * taken within a round.
 */
export async function interleave(
  rounds: number,
  contenders: Readonly<Record<string, Contender>>,
): Promise<Series> {
  const series: Record<string, number[] | Missing> = {};
  for (const [name, contender] of Object.entries(contenders)) {
    series[name] = isMissing(contender) ? contender : [];
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, contender] of Object.entries(contenders)) {
      if (isMissing(contender)) continue;
      const value = await contender(round);
      if (!Number.isFinite(value)) throw new Error(`${name}: measured ${value}`);
      (series[name] as number[]).push(value);
    }
  }
  return series;
}

/** A contender that needs a peer: measured if the peer is there, else missing for the peer's reason. */
export function withPeer<Peer extends object>(
  peer: Peer | Missing,
  measure: (peer: Peer, round: number) => Promise<number>,
): Contender {
  return isMissing(peer) ? peer : (round) => measure(peer, round);
}
