import type { IncomingHttpHeaders } from "node:http";
import type { ProjectRequirement, WorkspacePermission } from "../../authorization/authorize.ts";
import type { TakeSlot } from "../../git/process-slots.ts";
import type { RateResource } from "../../limits/rate-limits.ts";
import type { Account } from "../../model/account.ts";
import type { Caller } from "../../model/caller.ts";
import type { Permission } from "../../model/permission.ts";
import type { Repository } from "../../model/repository.ts";
import type { Requirement } from "../../model/scope-set.ts";
import type { Project, ProjectSelector, Workspace } from "../../model/workspace.ts";
import type { By, Ports } from "../../ports.ts";
import type { BaseUrls } from "../../representations/links.ts";
import type { WorkspaceSelector } from "../../storage/sql/workspaces/workspaces.ts";
import type { Answer } from "../server/answer.ts";
import type { BodyOf, BodySchema } from "./body-schema.ts";
import type { Fields } from "./fields.ts";
import type { FormPart, FormParts } from "./form-parts.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** What every handler is given. Access has been decided: `caller` serves to say whose data is asked for, not whether. */
export type RestRequest = {
  readonly caller: Caller;
  /** Path parameters by their name in the route's path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The request's public URL. */
  readonly url: URL;
  /** For links in the answer, which the caller reads. */
  readonly baseUrls: BaseUrls;
  readonly fields: Fields | undefined;
  readonly signal: AbortSignal;
  /** Waits for a turn to run a process that reads, counted for whoever asks. Throws Failure unavailable. */
  readonly takeSlot: TakeSlot;
  /** As it was sent: `HEAD` where a GET route answers it. */
  readonly method: string;
  /** By whom what the handler changes is changed. */
  readonly by: By;
  /** For conditions and ranges. Who is calling is told by `caller` alone. */
  readonly headers: Omit<IncomingHttpHeaders, "authorization">;
};

type Declared = Requirement & {
  readonly method: Method;
  /** As the reference writes it, with `{parameter}`. */
  readonly path: string;
  /** The last parameter takes the rest of the path, slashes and all; it may also be empty. For paths of files, ref names. */
  readonly lastParameterSpans?: "some" | "maybe-none";
  /** What of the rate limits its requests count for. Undefined: the API, as most do. */
  readonly rate?: Exclude<RateResource, "api" | "git">;
  /** For a GET whose handler heeds `q` and `sort`, or answers no list. Of all others in the API they are refused. */
  readonly readsFilter?: true;
  /**
   * For a GET whose answer is made of nothing but its URL, who asks, what the database holds, and objects, which never
   * change: the same caller gets it again while the database is as it was.
   */
  readonly isAnswerCached?: true;
};

/**
 * What is asked on top of the route's own scopes, where the request decides what else its caller will get to see. It is asked
 * once the body has been read.
 */
export type WithMoreRequirements<Request> = {
  requirementOf?(ports: Ports, request: Request): Promise<Requirement>;
};

/** The schema of a JSON body, and the body that a handler is given. Routes without one ignore what is sent. */
type WithBody<Body extends BodySchema> = { readonly body: Body };

export type RepositoryRequest<Body extends BodySchema = BodySchema> = RestRequest & {
  readonly repository: Repository;
  readonly body: BodyOf<Body>;
};

type OnRepository = {
  readonly subject: "repository";
  readonly permission: Exclude<Permission, "none">;
};

export type RepositoryRoute<Body extends BodySchema = BodySchema> = Declared &
  Partial<WithBody<Body>> &
  WithMoreRequirements<RepositoryRequest<Body>> &
  OnRepository & {
    readonly access?: undefined;
    handle(ports: Ports, request: RepositoryRequest<Body>): Promise<Answer>;
  };

/**
 * How an account must come by its permission. `account`: in any way, but it must be one, also where everyone may read.
 * `explicit`: read by membership, for what a repository's being public gives nobody a right to.
 */
export type RepositoryAccess = "account" | "explicit";

/** For what is done in a repository in somebody's name. */
export type RepositoryAccountRoute<Body extends BodySchema = BodySchema> = Declared &
  Partial<WithBody<Body>> &
  OnRepository & {
    readonly access: RepositoryAccess;
    readonly form?: undefined;
    handle(
      ports: Ports,
      request: RestRequest & {
        readonly repository: Repository;
        readonly account: Account;
        readonly body: BodyOf<Body>;
      },
    ): Promise<Answer>;
  };

/**
 * The same, for a form whose files are too large to be held. The handler reads its parts as they come from the client, who
 * is let in before the first byte of them is read; the limit on other bodies is not asked.
 */
export type RepositoryFormRoute = Declared &
  OnRepository & {
    readonly access: RepositoryAccess;
    readonly form: FormParts;
    handle(
      ports: Ports,
      request: RestRequest & {
        readonly repository: Repository;
        readonly account: Account;
        readonly form: AsyncIterable<FormPart>;
      },
    ): Promise<Answer>;
  };

/** Which project of the workspace a body names for the repository. Undefined: none. */
type ProjectOf<Body extends BodySchema> = {
  /** @throws Failure invalid-input if what it names is no name of a project. */
  projectOf(body: BodyOf<Body>): ProjectSelector | undefined;
};

/**
 * For what makes a repository in the workspace of the URL. The caller needs the permission to create repositories in the
 * project that the body names, or else in the workspace's oldest: it is found and asked for before the handler runs.
 */
export type NewRepositoryRoute<Body extends BodySchema = BodySchema> = Declared &
  WithBody<Body> &
  ProjectOf<Body> & {
    readonly subject: "new-repository";
    handle(
      ports: Ports,
      request: RestRequest & {
        readonly workspace: Workspace;
        readonly project: Project;
        readonly body: BodyOf<Body>;
      },
    ): Promise<Answer>;
  };

/**
 * For PUT, which updates a repository (and then needs `permission`) or creates it (and then asks what a
 * `NewRepositoryRoute` asks). Moving it to another project asks the same of that project as creating it there.
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
          /** The project is there if the body names one. */
          | { readonly repository: Repository; readonly project: Project | undefined }
        ),
    ): Promise<Answer>;
  };

/**
 * For what makes a repository elsewhere out of the one of the URL. The caller needs `permission` on that one, and in the
 * workspace that the body names, or else in the same one, what a `NewRepositoryRoute` asks. Nobody does it anonymously.
 */
export type ForkRoute<Body extends BodySchema = BodySchema> = Declared &
  WithBody<Body> &
  ProjectOf<Body> & {
    readonly subject: "fork";
    readonly permission: Exclude<Permission, "none">;
    /** @throws Failure invalid-input if what it names is no name of a workspace. */
    workspaceOf(body: BodyOf<Body>): WorkspaceSelector | undefined;
    handle(
      ports: Ports,
      request: RestRequest & {
        readonly repository: Repository;
        readonly account: Account;
        /** Where the new one goes. */
        readonly workspace: Workspace;
        readonly project: Project;
        readonly body: BodyOf<Body>;
      },
    ): Promise<Answer>;
  };

export type WorkspaceRequest<Body extends BodySchema = BodySchema> = RestRequest & {
  readonly workspace: Workspace;
  readonly body: BodyOf<Body>;
};

export type WorkspaceRoute<Body extends BodySchema = BodySchema> = Declared &
  Partial<WithBody<Body>> &
  WithMoreRequirements<WorkspaceRequest<Body>> & {
    readonly subject: "workspace";
    readonly permission: WorkspacePermission;
    handle(ports: Ports, request: WorkspaceRequest<Body>): Promise<Answer>;
  };

export type ProjectRoute<Body extends BodySchema = BodySchema> = Declared &
  Partial<WithBody<Body>> & {
    readonly subject: "project";
    readonly permission: ProjectRequirement;
    handle(
      ports: Ports,
      request: RestRequest & {
        readonly workspace: Workspace;
        readonly project: Project;
        readonly body: BodyOf<Body>;
      },
    ): Promise<Answer>;
  };

/** For PUT, which updates a project (and then needs `permission`) or creates it (`permissionToCreate`). */
export type ProjectOrNewRoute<Body extends BodySchema = BodySchema> = Declared &
  WithBody<Body> & {
    readonly subject: "project-or-new";
    readonly permission: Exclude<ProjectRequirement, "see">;
    readonly permissionToCreate: WorkspacePermission;
    handle(
      ports: Ports,
      request: RestRequest & {
        readonly workspace: Workspace;
        readonly project: Project | undefined;
        readonly body: BodyOf<Body>;
      },
    ): Promise<Answer>;
  };

/** About the caller's own account: needs a credential. */
export type AccountRoute = Declared & {
  readonly subject: "account";
  handle(ports: Ports, request: RestRequest & { readonly account: Account }): Promise<Answer>;
};

/** Open to everyone; whoever sends a credential must still have the scopes. */
export type OpenRoute = Declared & {
  readonly subject: "open";
  handle(ports: Ports, request: RestRequest): Promise<Answer>;
};

export type Route =
  | RepositoryRoute
  | RepositoryAccountRoute
  | RepositoryFormRoute
  | NewRepositoryRoute
  | RepositoryOrNewRoute
  | ForkRoute
  | WorkspaceRoute
  | ProjectRoute
  | ProjectOrNewRoute
  | AccountRoute
  | OpenRoute;
