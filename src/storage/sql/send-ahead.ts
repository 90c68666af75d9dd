import type { Compilable, CompiledQuery, Kysely } from "kysely";
import type { Schema } from "./schema.ts";

/** A statement that PostgreSQL is sent without waiting for its answer. */
export type AheadQuery = CompiledQuery & { readonly isSentAhead: true };

export function isAhead(query: CompiledQuery): query is AheadQuery {
  return "isSentAhead" in query;
}

/**
 * Runs a statement of a transaction whose result decides nothing. PostgreSQL gets it at once, in its order, but nobody
 * waits for the answer: a lock takes one round trip together with the read that follows it, and writes take one
 * together with the commit. If the statement fails, so does the transaction, with this error, no later than at the
 * commit. SQLite runs it at once.
 */
export async function sendAhead(tx: Kysely<Schema>, query: Compilable | CompiledQuery): Promise<void> {
  const compiled = "compile" in query ? query.compile() : query;
  const ahead: AheadQuery = { ...compiled, isSentAhead: true };
  await tx.executeQuery(ahead);
}
