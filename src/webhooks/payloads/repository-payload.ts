import type { EventOf } from "../../model/event.ts";
import { type PayloadSubject, showActor, showRepository } from "./payload-subject.ts";

/** `repo:created`, `repo:deleted` and `repo:imported`. No recording has them: the keys are those that all events share. */
export function renderRepositoryPayload(subject: PayloadSubject) {
  return { repository: showRepository(subject), actor: showActor(subject) };
}

/** `repo:updated`. Which fields `changes` can have is our choice: those of the repository that were changed. */
export function renderUpdatePayload({ changes }: EventOf<"repo:updated">, subject: PayloadSubject) {
  return { changes, ...renderRepositoryPayload(subject) };
}
