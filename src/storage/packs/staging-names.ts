import { randomUUID } from "node:crypto";
import type { Uuid } from "../../model/uuid.ts";
import { isNamedRunning, OWN_PROCESS } from "../processes/process-name.ts";

/** The id of a process, the time when it began (which earlier versions did not write), and a UUID. */
const NAME =
  /^(?<id>\d+)(?:-(?<started>\d+))?-(?<intent>(?:unsure|new)-)?(?<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

function ownMark(): string {
  const { id, started } = OWN_PROCESS;
  return started === undefined ? `${id}` : `${id}-${started}`;
}

/** A name for something that this process creates or removes. */
export function newStagingName(): string {
  return `${ownMark()}-${randomUUID()}`;
}

/** The name of the note that the folder of this repository may have no row. */
export function intentName(repository: Uuid): string {
  return `${ownMark()}-unsure-${repository}`;
}

/** Whether the process that created it has ended. Names of another form count as such. */
export function isCutOff(name: string): boolean {
  const { id, started } = NAME.exec(name)?.groups ?? {};
  if (id === undefined) return true;
  return !isNamedRunning({ id: Number(id), started: started === undefined ? undefined : Number(started) });
}

/** Whether it is of this process, or of an earlier one with the same id, which in a container is so at each start. */
export function isOwn(name: string): boolean {
  return Number(NAME.exec(name)?.groups?.id) === process.pid;
}

/** The repository whose folder may have no row. */
export function repositoryOfIntent(name: string): Uuid | undefined {
  const { intent, uuid } = NAME.exec(name)?.groups ?? {};
  return intent === undefined ? undefined : (uuid as Uuid);
}
