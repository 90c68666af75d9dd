import { randomUUID } from "node:crypto";
import type { Uuid } from "../../model/uuid.ts";
import { isNamedRunning, OWN_PROCESS } from "../processes/process-name.ts";

/** Id of a process and when it began, which earlier versions did not write; and a UUID. */
const NAME =
  /^(?<id>\d+)(?:-(?<started>\d+))?-(?<unsure>(?:unsure|new)-)?(?<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

function ownMark(): string {
  const { id, started } = OWN_PROCESS;
  return started === undefined ? `${id}` : `${id}-${started}`;
}

/** Of something that this process makes or removes. */
export function newStagingName(): string {
  return `${ownMark()}-${randomUUID()}`;
}

/** Says that the folder of this repository may have no row. */
export function intentName(repository: Uuid): string {
  return `${ownMark()}-unsure-${repository}`;
}

/** Whether whoever has made it is gone; also of what was not named here. */
export function isCutOff(name: string): boolean {
  const { id, started } = NAME.exec(name)?.groups ?? {};
  if (id === undefined) return true;
  return !isNamedRunning({ id: Number(id), started: started === undefined ? undefined : Number(started) });
}

/** Of this process, or of one before it that had the same id: at each start, in a container. */
export function isOwn(name: string): boolean {
  return Number(NAME.exec(name)?.groups?.id) === process.pid;
}

/** The repository whose folder may have no row. */
export function repositoryOfIntent(name: string): Uuid | undefined {
  const { unsure, uuid } = NAME.exec(name)?.groups ?? {};
  return unsure === undefined ? undefined : (uuid as Uuid);
}
