import type { EventOf } from "../../model/event.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import { type PayloadPorts, type PayloadSubject, showActor, showRepository } from "./payload-subject.ts";

/** `repo:fork`: `repository` is what was forked. Undefined if the fork is no longer there. */
export async function renderForkPayload(
  { database }: Pick<PayloadPorts, "database">,
  { forkUuid }: EventOf<"repo:fork">,
  subject: PayloadSubject,
) {
  const fork = await findRepository(database.kysely, undefined, { uuid: forkUuid });
  if (fork === undefined) return undefined;
  return {
    fork: showRepository({ ...subject, repository: fork }, subject.repository),
    repository: showRepository(subject),
    actor: showActor(subject),
  };
}
