import type { EventOf } from "../../model/event.ts";
import { representProject } from "../../representations/project.ts";
import { type PayloadSubject, showActor } from "./payload-subject.ts";

/** `project:updated`. Which fields `changes` can have is our choice: those of the project that were changed. */
export function renderProjectPayload(
  { project, workspace, hasPublicRepositories, changes }: EventOf<"project:updated">,
  by: Pick<PayloadSubject, "actor" | "baseUrls">,
) {
  return {
    project: representProject(project, workspace, hasPublicRepositories, by.baseUrls),
    changes,
    actor: showActor(by),
  };
}
