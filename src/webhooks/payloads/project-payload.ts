import type { FactOf } from "../../model/event.ts";
import { representProject } from "../../representations/project.ts";
import { type PayloadSubject, showActor } from "./payload-subject.ts";

/** `project:updated`. Which fields `changes` can have is our choice: those of the project that were changed. */
export function renderProjectPayload(
  { project, workspace, hasPublicRepositories, changes }: FactOf<"project:updated">,
  by: Pick<PayloadSubject, "actor" | "baseUrls">,
) {
  return {
    project: representProject(project, workspace, hasPublicRepositories, by.baseUrls),
    changes,
    actor: showActor(by),
  };
}
