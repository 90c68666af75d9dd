import type { Compilable, CompiledQuery, Kysely, QueryResult } from "kysely";
import type { Schema } from "./schema.ts";

/** A statement that PostgreSQL is sent without waiting for its answer. */
export type AheadQuery = CompiledQuery & {
  readonly isSentAhead: true;
  /** Called at once, with the answer that will come. */
  readonly expect: (answer: Promise<QueryResult<unknown>>) => void;
};

export function isAhead(query: CompiledQuery): query is AheadQuery {
  return "isSentAhead" in query;
}

/**
 * Runs a statement of a transaction whose result decides nothing. PostgreSQL gets it at once, in its order, but nobody
 * waits for the answer: a lock takes one round trip together with the read that follows it, and writes take one
 * together with the commit. If the statement fails, so does the transaction, with this error, no later than at the
 * commit. SQLite runs it at once.
 *
 * @returns what the statement returns. Wait for it once the transaction has committed, or it takes a round trip of its own.
 */
export async function sendAhead<Row>(
  tx: Kysely<Schema>,
  query: Compilable<Row> | CompiledQuery<Row>,
): Promise<SentAhead<Row>> {
  const compiled = "compile" in query ? query.compile() : query;
  let answer: Promise<QueryResult<unknown>> | undefined;
  const expect = (expected: Promise<QueryResult<unknown>>) => {
    answer = expected;
  };
  const ahead: AheadQuery = { ...compiled, isSentAhead: true, expect };
  const atOnce = await tx.executeQuery(ahead);
  return { rows: async () => (await (answer ?? atOnce)).rows as readonly Row[] };
}

export type SentAhead<Row> = { rows(): Promise<readonly Row[]> };
