import type { Ref } from "../../model/ref.ts";
import type { Awaitable, Lookups } from "./lookups.ts";

/** Answers of one look-up that are remembered; beyond it they are forgotten together. */
const ANSWERS_MAX = 1_000;
/** The refs of a repository with more are read anew each time, so that the memory stays small. */
const REFS_MAX = 1_000;

/**
 * Look-ups that are answered from memory while the database is as it was. `readVersion` tells a number that is another one
 * as soon as anything has been committed, by whomever: so an answer is never older than the question, a revoked token is
 * refused by the next request, and nobody has to say what a change makes stale.
 */
export function rememberLookups(lookups: Lookups, readVersion: () => number): Lookups {
  const memories: Map<string, unknown>[] = [];
  let version = Number.NaN;

  function remember<Values extends readonly unknown[], Answer>(
    lookUp: (...values: Values) => Awaitable<Answer>,
    // What is not there is asked anew: a stranger's guesses must not push out what is.
    isKept: (answer: Answer) => boolean = (answer) => answer !== undefined,
  ): (...values: Values) => Awaitable<Answer> {
    const memory = new Map<string, unknown>();
    memories.push(memory);
    return (...values) => {
      const current = readVersion();
      if (current !== version) {
        for (const each of memories) each.clear();
        version = current;
      }
      const key = values.map(keyOf).join("\n");
      if (memory.has(key)) return memory.get(key) as Answer;
      const answer = lookUp(...values);
      // Something may be committed between the version and the answer: then the version is another one next time.
      if (!(answer instanceof Promise) && isKept(answer)) {
        if (memory.size >= ANSWERS_MAX) memory.clear();
        memory.set(key, answer);
      }
      return answer;
    };
  }

  return {
    findTokenByDigest: remember(lookups.findTokenByDigest),
    findRepositoryBySlugs: remember(lookups.findRepositoryBySlugs),
    findPermission: remember(lookups.findPermission),
    listRefs: remember(lookups.listRefs, (refs: readonly Ref[]) => refs.length <= REFS_MAX),
    listEmails: remember(lookups.listEmails),
  };
}

function keyOf(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString("latin1") : String(value);
}
