import type { TokenResource } from "../../model/access-token.ts";
import type { Ports } from "../../ports.ts";
import { UsageError } from "../terminal/problem.ts";
import { getNamedProject, getNamedRepository, getNamedWorkspace } from "../workspace/named-subjects.ts";

export type ResourceOptions = {
  readonly repository?: string;
  readonly project?: string;
  readonly workspace?: string;
};

/** What exactly one of the options names. @throws UsageError; Failure conflict for the option. */
export async function getNamedResource(
  ports: Pick<Ports, "database">,
  { repository, project, workspace }: ResourceOptions,
): Promise<TokenResource> {
  const given = [repository, project, workspace].filter((name) => name !== undefined);
  if (given.length !== 1) throw new UsageError("--repository, --project, --workspace: give one of them");
  if (repository !== undefined)
    return { kind: "repository", repository: await getNamedRepository(ports, repository) };
  if (workspace !== undefined)
    return { kind: "workspace", workspace: await getNamedWorkspace(ports, workspace) };
  const [slug = "", key, ...rest] = project!.split("/");
  if (key === undefined || rest.length > 0)
    throw new UsageError("--project: must be a workspace and the key of a project, such as acme/PROJ");
  const around = await getNamedWorkspace(ports, slug);
  return { kind: "project", workspace: around, project: await getNamedProject(ports, around, key) };
}
