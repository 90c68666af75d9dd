import type { OpenAdmission } from "../../authorization/open-admission.ts";
import { Failure } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { findNamedFormerly, type PathParameters } from "./named-subjects.ts";

/**
 * For a name without a repository: finds the repository that had the name last, if the caller may see it. For all
 * others the name does not exist.
 */
export async function findMovedRepository(
  ports: Pick<Ports, "database">,
  admission: Pick<OpenAdmission, "maySee">,
  params: PathParameters,
): Promise<Repository | undefined> {
  const former = await findNamedFormerly(ports, params);
  return former !== undefined && (await admission.maySee(former)) ? former : undefined;
}

/** The redirect to the same request with the repository's current name. */
export function repositoryMoved(location: string): Failure {
  return new Failure("moved", "The repository has another name now", { location });
}

/** A request's path and query, with one part of the path replaced. */
export function withPathPart(target: string, index: number, text: string): string {
  const end = target.indexOf("?");
  const [path, query] = end === -1 ? [target, ""] : [target.slice(0, end), target.slice(end)];
  return path.split("/").with(index, text).join("/") + query;
}
