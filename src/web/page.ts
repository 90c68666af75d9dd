import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { ProjectRequirement, WorkspacePermission } from "../authorization/authorize.ts";
import type { OpenAdmission } from "../authorization/open-admission.ts";
import type { TakeSlot } from "../git/process/process-slots.ts";
import type { Account } from "../model/account.ts";
import type { Caller } from "../model/caller.ts";
import type { Permission } from "../model/permission.ts";
import type { PullRequest } from "../model/pull-request.ts";
import type { Repository } from "../model/repository.ts";
import type { Session } from "../model/session.ts";
import type { Project, Workspace, WorkspaceMember } from "../model/workspace.ts";
import type { By, Ports } from "../ports.ts";
import type { BaseUrls } from "../representations/links.ts";
import type { Html } from "./html.ts";
import type { Flash } from "./pipeline/flash.ts";
import type { Preferences } from "./pipeline/frame.ts";
import type { Language, Translate } from "./translate.ts";

/**
 * What every page is given. Who may see it has been decided by what the page declares; a page decides only what it shows.
 */
export type PageRequest = {
  readonly caller: Caller;
  /** Who is signed in. Undefined: nobody. */
  readonly account: Account | undefined;
  readonly session: Session | undefined;
  readonly admission: Pick<
    OpenAdmission,
    | "admitToRepository"
    | "admitToProject"
    | "admitToTargetProject"
    | "admitToWorkspace"
    | "admitToSnippet"
    | "maySee"
  >;
  /** Path parameters by their name in the page's path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Path and query as they were asked for. */
  readonly path: string;
  readonly baseUrls: BaseUrls;
  readonly language: Language;
  /** What the reader has chosen in this browser. */
  readonly preferences: Preferences;
  readonly t: Translate;
  readonly now: Date;
  /** The hidden field that each form with `method="post"` has. */
  readonly csrf: Html;
  /** The same for the address of a form with files, as `?csrf=`. */
  readonly csrfToken: string;
  /** What was sent with a POST; empty for a GET. */
  readonly form: URLSearchParams;
  /** The author of changes. A GET changes nothing. */
  readonly by: By;
  /** From where, and with which browser. */
  readonly address: string;
  readonly client: string;
  /** Whether a cookie may be given out: over TLS, or on this machine alone. */
  readonly isSecure: boolean;
  readonly signal: AbortSignal;
  /** Waits for a slot for a process that reads, counted for the caller's limit. Throws Failure unavailable. */
  readonly takeSlot: TakeSlot;
  readonly headers: Omit<IncomingHttpHeaders, "authorization" | "cookie">;
  /** The body of a POST of a page with `takesFiles`, unread. */
  readonly body: AsyncIterable<Buffer> | undefined;
};

type Declared = {
  /** As REST writes it: `/{workspace}/{repo_slug}/src/{commit}/{path}`. */
  readonly path: string;
  /** The last parameter takes the rest of the path, slashes and all; it may also be empty. */
  readonly lastParameterSpans?: "some" | "maybe-none";
  /**
   * Asks for the password again if the last time was over ten minutes ago: for the whole page, for its POST, or for those POSTs whose
   * field `action` is one of these.
   */
  readonly isStepUp?: true | "post" | readonly string[];
  /** Its query may have any bytes: they are given back as they came. */
  readonly takesAnyQuery?: true;
  /** The form is multipart, and read by the page itself. */
  readonly takesFiles?: true;
};

type Handlers<Request> = {
  get?(ports: Ports, request: Request): Promise<PageAnswer>;
  post?(ports: Ports, request: Request): Promise<PageAnswer>;
};

export type OpenPage = Declared & { readonly subject: "open" } & Handlers<PageRequest>;

export type AccountPageRequest = PageRequest & { readonly account: Account; readonly session: Session };

/** For who is signed in; others are sent to the sign-in first. */
export type AccountPage = Declared & { readonly subject: "account" } & Handlers<AccountPageRequest>;

export type WorkspacePageRequest = PageRequest & {
  readonly workspace: Workspace;
  /** Of who is signed in. Undefined: not a member. */
  readonly member: WorkspaceMember | undefined;
};

export type WorkspacePage = Declared & {
  readonly subject: "workspace";
  readonly permission: WorkspacePermission;
  /** Of the POST, if it asks for more. */
  readonly postPermission?: WorkspacePermission;
} & Handlers<WorkspacePageRequest>;

export type ProjectPageRequest = WorkspacePageRequest & { readonly project: Project };

export type ProjectPage = Declared & {
  readonly subject: "project";
  readonly permission: ProjectRequirement;
  readonly postPermission?: ProjectRequirement;
} & Handlers<ProjectPageRequest>;

export type RepositoryPageRequest = PageRequest & {
  readonly repository: Repository;
  /** What the caller may here: at least what the page asks for. */
  readonly held: Permission;
};

export type RepositoryPage = Declared & {
  readonly subject: "repository";
  readonly permission: Exclude<Permission, "none">;
  readonly postPermission?: Exclude<Permission, "none">;
  /** Even if everybody may read: somebody has to be signed in. A POST always needs that. */
  readonly access?: "account";
} & Handlers<RepositoryPageRequest>;

export type PullRequestPageRequest = RepositoryPageRequest & { readonly pullRequest: PullRequest };

export type PullRequestPage = Declared & {
  readonly subject: "pull-request";
  readonly permission: Exclude<Permission, "none">;
  readonly postPermission?: Exclude<Permission, "none">;
  readonly access?: "account";
  /** For the POST its author needs no more than read. */
  readonly isAuthorExempt?: true;
} & Handlers<PullRequestPageRequest>;

export type Page = OpenPage | AccountPage | WorkspacePage | ProjectPage | RepositoryPage | PullRequestPage;

/** A page's own part; the frame comes around it. */
export type PageContent = {
  /** From the special to the general, without " · Pail": `Retry after 429 · #12 · acme/demo`. */
  readonly title: Html;
  /** Path and tabs below the header. */
  readonly place?: Html;
  readonly main: Html;
  /** For code and differences. */
  readonly isWide?: boolean;
  /** A form with problems: the title says so. */
  readonly hasProblems?: boolean;
  /** 200 unless it is told. */
  readonly status?: number;
  /** Other servers that the answer to a form of the page may lead to: sources as CSP 3 writes them. */
  readonly formTargets?: readonly string[];
  /** Other servers whose pages stand in frames of the page. */
  readonly frameSources?: readonly string[];
  /** Asks the browser to load the page again after so many seconds, for what is under way. */
  readonly refreshSeconds?: number;
};

export type PageAnswer =
  | { readonly kind: "page"; readonly content: PageContent; readonly cookies?: readonly PageCookie[] }
  | {
      readonly kind: "redirect";
      readonly location: string;
      readonly flash?: Flash | undefined;
      readonly cookies?: readonly PageCookie[];
    }
  | {
      readonly kind: "file";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer | Readable;
    };

/** A cookie of the pages: its value, or an end to it. */
export type PageCookie = { readonly name: "session" | "preferences"; readonly value: string | undefined };

export function page(content: PageContent, cookies?: readonly PageCookie[]): PageAnswer {
  return cookies === undefined ? { kind: "page", content } : { kind: "page", content, cookies };
}

/** 303: what follows a form. `location` is a path of this server; OAuth alone leads elsewhere, to an address that is registered. */
export function redirect(location: string, flash?: Flash, cookies?: readonly PageCookie[]): PageAnswer {
  return { kind: "redirect", location, flash, ...(cookies === undefined ? {} : { cookies }) };
}

/** Bytes instead of a page: a raw file, an export. */
export function file(
  body: Buffer | Readable,
  headers: Readonly<Record<string, string>>,
  status = 200,
): PageAnswer {
  return { kind: "file", status, headers, body };
}
