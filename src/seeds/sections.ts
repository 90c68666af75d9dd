import type { Repository } from "../model/repository.ts";
import type { Project, Workspace } from "../model/workspace.ts";
import type { Section } from "./section.ts";
import { groupsSection } from "./sections/groups.ts";
import { membersSection } from "./sections/members.ts";

/** What each workspace, project and repository of a seed may have, in the order in which it is made. */
export const WORKSPACE_SECTIONS: readonly Section<Workspace>[] = [membersSection, groupsSection];

export const PROJECT_SECTIONS: readonly Section<Project>[] = [];

export const REPOSITORY_SECTIONS: readonly Section<Repository>[] = [];
