/** One try of a password or a code: for which account, whether there is one or not, and from where. */
export type SignInAttempt = {
  /** An address in lower case, or a UUID. */
  readonly account: string;
  readonly network: string;
  readonly factor: "password" | "code";
};

/** Of a pair of account and network: its last try, and how many there were. Of others: the begin of a stretch, and a count. */
export type SignInCount = { readonly since: number; readonly count: number };

/** By name; a name that is not in it was not counted. */
export type SignInCounts = ReadonlyMap<string, SignInCount>;

export type SignInChange = {
  readonly name: string;
  /** Undefined: nothing is counted there any more. */
  readonly becomes: SignInCount | undefined;
  /** How long after its `since` it matters. */
  readonly forMs: number;
};

const MINUTE_MS = 60_000;

/** Of one account from one network: so many at once, then each wait is twice the one before. */
export const FREE_TRIES = 5;
const WAIT_MS_FIRST = 10_000;
const WAIT_MS_MAX = 15 * MINUTE_MS;
const QUIET_MS = 60 * MINUTE_MS;
/** How long it matters that an account was signed in from a network. */
const KNOWN_MS = 30 * 24 * 60 * MINUTE_MS;

type Cap = { readonly max: number; readonly windowMs: number };

/** From one network, for all accounts that have not signed in from there. */
export const NETWORK_CAP: Cap = { max: 100, windowMs: 10 * MINUTE_MS };
/** For one account, from all networks from which it has not signed in. */
export const ACCOUNT_CAP: Cap = { max: 100, windowMs: 60 * MINUTE_MS };
/** Who gets as far as the code knows the password. A code of six digits has to be guessed half a million times. */
export const CODE_CAP: Cap = { max: 20, windowMs: 60 * MINUTE_MS };
/** For all together. */
export const TOTAL_CAP: Cap = { max: 1_000, windowMs: 10 * MINUTE_MS };

/** The names of all counts that a try depends on. */
export function countsOfAttempt(attempt: SignInAttempt): readonly string[] {
  const caps = capsOf(attempt, false).map(([name]) => name);
  return [pairOf(attempt), knownOf(attempt), ...caps];
}

/** Whether a try may go on, and what is counted of it then. */
export function decideAttempt(
  attempt: SignInAttempt,
  counts: SignInCounts,
  now: number,
): { readonly until: Date } | { readonly changes: readonly SignInChange[] } {
  const found = counts.get(pairOf(attempt));
  const tries =
    found === undefined || now - found.since >= QUIET_MS || now < found.since
      ? { since: now, count: 0 }
      : found;
  const caps = capsOf(attempt, counts.has(knownOf(attempt)));
  const ends = caps.flatMap(([name, cap]) => {
    const { since, count } = countIn(counts, name, cap, now);
    return count >= cap.max ? [since + cap.windowMs] : [];
  });
  const end = Math.max(tries.count === 0 ? now : pairEnd(tries), ...ends);
  if (end > now) return { until: new Date(end) };
  return {
    changes: [
      { name: pairOf(attempt), becomes: { since: now, count: tries.count + 1 }, forMs: QUIET_MS },
      ...caps.map(([name, cap]): SignInChange => {
        const { since, count } = countIn(counts, name, cap, now);
        return { name, becomes: { since, count: count + 1 }, forMs: cap.windowMs };
      }),
    ],
  };
}

/** What is counted once a try turns out to be right. */
export function changesOfSuccess(
  attempt: SignInAttempt,
  counts: SignInCounts,
  now: number,
): readonly SignInChange[] {
  const caps = capsOf(attempt, counts.has(knownOf(attempt)));
  return [
    ...caps.flatMap(([name, { windowMs }]): readonly SignInChange[] => {
      const counted = counts.get(name);
      if (counted === undefined) return [];
      return [{ name, becomes: { ...counted, count: Math.max(0, counted.count - 1) }, forMs: windowMs }];
    }),
    { name: pairOf(attempt), becomes: undefined, forMs: QUIET_MS },
    { name: knownOf(attempt), becomes: { since: now, count: 1 }, forMs: KNOWN_MS },
  ];
}

/** The end of the wait after so many tries, in ms. */
function pairEnd({ since, count }: SignInCount): number {
  const doublings = Math.min(count - FREE_TRIES, 10);
  return doublings < 0 ? since : since + Math.min(WAIT_MS_MAX, WAIT_MS_FIRST * 2 ** doublings);
}

function countIn(counts: SignInCounts, name: string, { windowMs }: Cap, now: number): SignInCount {
  const count = counts.get(name);
  return count === undefined || now - count.since >= windowMs || now < count.since
    ? { since: now, count: 0 }
    : count;
}

function capsOf(
  { account, network, factor }: SignInAttempt,
  isKnown: boolean,
): readonly (readonly [name: string, cap: Cap])[] {
  if (factor === "code") return [[`count\ncode ${account}`, CODE_CAP]];
  if (isKnown) return [];
  return [
    [`count\nnetwork ${network}`, NETWORK_CAP],
    [`count\naccount ${account}`, ACCOUNT_CAP],
    ["count\ntotal", TOTAL_CAP],
  ];
}

function pairOf({ account, network, factor }: SignInAttempt): string {
  return `pair\n${factor}\n${network}\n${account}`;
}

function knownOf({ account, network, factor }: SignInAttempt): string {
  return `known\n${factor}\n${network}\n${account}`;
}
