import type { RepositoryName } from "../../../model/repository.ts";
import { pathPart, repositoryPath } from "../../links.ts";

/** Where two revisions are compared; without them, where they are chosen. */
export function comparePath(repository: RepositoryName, source?: string, destination?: string): string {
  return source === undefined || destination === undefined
    ? repositoryPath(repository, "branches", "compare")
    : repositoryPath(repository, "branches", "compare", `${pathPart(source)}..${pathPart(destination)}`);
}
