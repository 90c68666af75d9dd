import type { Kysely } from "kysely";
import type { HelpAnswer } from "../../../model/help-answer.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { flag, instant } from "../columns.ts";
import type { Schema } from "../schema.ts";

export async function insertHelpAnswer(db: Kysely<Schema>, answer: HelpAnswer): Promise<void> {
  await db
    .insertInto("help_answer")
    .values({
      uuid: answer.uuid,
      at: answer.at.getTime(),
      topic: answer.topic,
      language: answer.language,
      is_helpful: flag(answer.isHelpful),
      missing: answer.missing,
      account_uuid: answer.accountUuid ?? null,
    })
    .execute();
}

export async function countHelpAnswers(db: Kysely<Schema>, since: Date): Promise<number> {
  const { count } = await db
    .selectFrom("help_answer")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("at", ">=", since.getTime())
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Newest first. */
export async function listHelpAnswers(db: Kysely<Schema>, limit: number): Promise<readonly HelpAnswer[]> {
  const rows = await db
    .selectFrom("help_answer")
    .selectAll()
    .orderBy("at", "desc")
    .orderBy("uuid")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    uuid: row.uuid as Uuid,
    at: instant(row.at),
    topic: row.topic,
    language: row.language,
    isHelpful: row.is_helpful === 1,
    missing: row.missing,
    accountUuid: (row.account_uuid ?? undefined) as Uuid | undefined,
  }));
}
