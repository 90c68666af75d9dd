import type { Permission } from "../../../model/permission.ts";
import type { Repository } from "../../../model/repository.ts";
import type { Project, Workspace } from "../../../model/workspace.ts";
import type { Ports } from "../../../ports.ts";
import type { Answer } from "../../server/answer.ts";
import type { BodyOf, BodySchema } from "../body-schema.ts";
import type { Declared, RestRequest, WithBody } from "../declaration.ts";
import { findNamedRepository } from "../named-subjects.ts";
import { admitToMove, admitToProjectOf, type ProjectOf } from "./new-repository.ts";
import type { Subject } from "./subject.ts";
import { admitToWorkspace, type FoundWorkspace } from "./workspace.ts";

/**
 * For PUT, which updates a repository (and then requires `permission`) or creates it (and then requires what a
 * `NewRepositoryRoute` does). Moving it to another project requires the same in that project as creating it there.
 */
export type RepositoryOrNewRoute<Body extends BodySchema = BodySchema> = Declared &
  WithBody<Body> &
  ProjectOf<Body> & {
    readonly subject: "repository-or-new";
    readonly permission: Exclude<Permission, "none">;
    handle(
      ports: Ports,
      request: RestRequest & {
        readonly workspace: Workspace;
        readonly body: BodyOf<Body>;
      } & (
          | { readonly repository: undefined; readonly project: Project }
          /** The project that the body names, if any. */
          | { readonly repository: Repository; readonly project: Project | undefined }
        ),
    ): Promise<Answer>;
  };

export const repositoryOrNewSubject: Subject<
  RepositoryOrNewRoute,
  FoundWorkspace & { readonly repository?: Repository | undefined }
> = {
  async admit(ports, { permission }, asked) {
    const { admission, params } = asked;
    const found = await findNamedRepository(ports, params);
    // A hidden repository is treated like a missing one, so that the answer does not distinguish them.
    if (found === undefined || !(await admission.maySee(found)))
      return admitToWorkspace(ports, asked, "create-repository");
    const repository = await admission.admitToRepository(found, { permission });
    return { workspace: repository.workspace, repository };
  },
  async call(ports, route, found, request, body) {
    const { workspace, repository } = found;
    if (repository === undefined) {
      const project = await admitToProjectOf(ports, route, found, body);
      return route.handle(ports, { ...request, workspace, repository, project, body });
    }
    const project = await admitToMove(ports, route, { ...found, repository }, body);
    return route.handle(ports, { ...request, workspace, repository, project, body });
  },
  describe: ({ permission }) => `${permission}; to create, as POST`,
};
