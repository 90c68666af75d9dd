import type { FastifyRequest } from "fastify";
import type { WorkspacePermission } from "../../authorization/authorize.ts";
import { type OpenAdmission, openAdmission } from "../../authorization/open-admission.ts";
import { findNamedProject, findNamedWorkspace } from "../../http/routes/named-subjects.ts";
import { getNamedPullRequest } from "../../http/routes/subjects/pull-request.ts";
import { admitToRepository } from "../../http/routes/subjects/repository.ts";
import { clientAddress } from "../../http/server/client-address.ts";
import type { Caller } from "../../model/caller.ts";
import type { Permission } from "../../model/permission.ts";
import type { PullRequest } from "../../model/pull-request.ts";
import type { Repository } from "../../model/repository.ts";
import { NO_REQUIREMENT } from "../../model/scope-set.ts";
import { accountOf, requireAccount } from "../../model/who-acts.ts";
import type { Project, Workspace, WorkspaceMember } from "../../model/workspace.ts";
import type { Ports } from "../../ports.ts";
import { findMember } from "../../storage/sql/workspaces/members.ts";
import type { Page, PageAnswer, PageRequest } from "../page.ts";

/** What a page is about, once its reader has been admitted to it. */
export type PageAdmission = {
  readonly admission: OpenAdmission;
  readonly workspace?: Workspace;
  readonly member?: WorkspaceMember | undefined;
  readonly project?: Project;
  readonly repository?: Repository;
  readonly held?: Permission;
  readonly pullRequest?: PullRequest;
};

/**
 * Admits the reader to what the page is about: visibility (404), permission (403). Nothing of a body has been read yet.
 *
 * @throws Failure as an admission does; credential-missing where somebody has to be signed in.
 */
export async function admitToPage(
  ports: Ports,
  page: Page,
  caller: Caller,
  request: FastifyRequest,
): Promise<PageAdmission> {
  const address = clientAddress(request, ports.config);
  const admission = openAdmission(
    ports,
    { caller, address, writesAt: request.method === "POST" ? ports.clock() : undefined },
    { ...NO_REQUIREMENT, credentialKinds: ["session"] },
  );
  const params = request.params as Record<string, string>;
  const asked = { admission, params, request };
  const isPost = request.method === "POST";
  switch (page.subject) {
    case "open":
      return { admission };
    case "account":
      requireAccount(caller);
      return { admission };
    case "workspace": {
      const permission = isPost ? (page.postPermission ?? page.permission) : page.permission;
      return admitToWorkspaceOf(ports, asked, permission);
    }
    case "project": {
      const permission = isPost ? (page.postPermission ?? page.permission) : page.permission;
      const seen = await admitToWorkspaceOf(ports, asked, "see");
      const found = await findNamedProject(ports, seen.workspace, params);
      return { ...seen, project: await admission.admitToProject(found, permission) };
    }
    case "repository": {
      if (page.access !== undefined) requireAccount(caller);
      const permission = isPost ? (page.postPermission ?? page.permission) : page.permission;
      const { repository } = await admitToRepository(ports, { path: page.path, permission }, asked);
      if (isPost) requireAccount(caller);
      return { admission, repository, held: await admission.held(repository) };
    }
    case "pull-request": {
      if (page.access !== undefined) requireAccount(caller);
      // To see the repository comes first: who may not learns nothing of the pull request.
      const { repository } = await admitToRepository(ports, { path: page.path, permission: "read" }, asked);
      const pullRequest = await getNamedPullRequest(ports, repository, { params });
      if (isPost) requireAccount(caller);
      const isByCaller = accountOf(caller)?.uuid === pullRequest.author.uuid;
      const permission = isPost ? (page.postPermission ?? page.permission) : page.permission;
      if (permission !== "read" && !(isPost && page.isAuthorExempt === true && isByCaller))
        await admission.admitToRepository(repository, { permission });
      return { admission, repository, held: await admission.held(repository), pullRequest };
    }
  }
}

type Asked = {
  readonly admission: OpenAdmission;
  readonly params: Readonly<Record<string, string>>;
};

async function admitToWorkspaceOf(
  ports: Ports,
  { admission, params }: Asked,
  permission: WorkspacePermission,
): Promise<PageAdmission & { readonly workspace: Workspace }> {
  const found = await findNamedWorkspace(ports, params);
  const workspace = await admission.admitToWorkspace(found, params.workspace ?? "", permission);
  const account = accountOf(admission.caller);
  const member = account && (await findMember(ports.database.kysely, workspace.uuid, account.uuid));
  return { admission, workspace, member };
}

/** Calls the page with what it is about. */
export function callPage(
  ports: Ports,
  page: Page,
  method: "get" | "post",
  { workspace, member, project, repository, held, pullRequest }: PageAdmission,
  request: PageRequest,
): Promise<PageAnswer> {
  switch (page.subject) {
    case "open":
      return handled(page[method])(ports, request);
    case "account":
      return handled(page[method])(ports, {
        ...request,
        account: request.account!,
        session: request.session!,
      });
    case "workspace":
      return handled(page[method])(ports, { ...request, workspace: workspace!, member });
    case "project":
      return handled(page[method])(ports, { ...request, workspace: workspace!, member, project: project! });
    case "repository":
      return handled(page[method])(ports, { ...request, repository: repository!, held: held! });
    case "pull-request":
      return handled(page[method])(ports, {
        ...request,
        repository: repository!,
        held: held!,
        pullRequest: pullRequest!,
      });
  }
}

/** The list of pages says which methods a page has; a test holds it to that. */
function handled<Handler>(handler: Handler | undefined): Handler {
  if (handler === undefined) throw new Error("the list of pages names a method that the page has not");
  return handler;
}
