import type { Account } from "../../../model/account.ts";
import type { Permission } from "../../../model/permission.ts";
import type { Repository } from "../../../model/repository.ts";
import { requireAccount } from "../../../model/who-acts.ts";
import type { Ports } from "../../../ports.ts";
import type { Answer } from "../../server/answer.ts";
import { baseUrlsOf, publicRequestUrl } from "../../server/public-urls.ts";
import type { BodyOf, BodySchema } from "../body-schema.ts";
import type { Declared, RestRequest, WithBody, WithMoreRequirements } from "../declaration.ts";
import type { FormPart, FormParts } from "../form-parts.ts";
import { findMovedRepository, repositoryMoved, withPathPart } from "../moved-repository.ts";
import { findNamedRepository } from "../named-subjects.ts";
import { type Asked, type Found, requireMoreScopes, type Subject } from "./subject.ts";

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
 * How an account must have its permission. `account`: in any way, but the caller must have an account, even if everyone
 * may read. `explicit`: read by membership, for operations for which it is not enough that the repository is public.
 */
export type RepositoryAccess = "account" | "explicit";

/** For operations in a repository in the name of an account. */
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
 * The same, for a form whose files are too large for memory. The handler reads its parts as they arrive. The caller is
 * admitted before the first byte of them is read; the usual limit for bodies does not apply.
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

type OfRepository = RepositoryRoute | RepositoryAccountRoute | RepositoryFormRoute;

export type FoundRepository = Found & { readonly repository: Repository };

export const repositorySubject: Subject<
  OfRepository,
  FoundRepository & { readonly account: Account | undefined }
> = {
  async admit(ports, route, asked) {
    const isExplicit = route.access === "explicit";
    const found = await admitToRepository(ports, route, asked, { isExplicit });
    // The account in whose name the request acts, if the route needs one.
    const account = route.access === undefined ? undefined : requireAccount(asked.admission.caller);
    return { ...found, account };
  },
  async call(ports, route, found, request, body) {
    const { repository, account } = found;
    if (route.access === undefined) {
      const whole = { ...request, repository, body };
      await requireMoreScopes(ports, route, found, whole);
      return route.handle(ports, whole);
    }
    const inName = { ...request, repository, account: account! };
    if (route.form !== undefined)
      return route.handle(ports, { ...inName, form: body as AsyncIterable<FormPart> });
    return route.handle(ports, { ...inName, body });
  },
  describe: ({ permission }) => permission,
};

/** Admits the caller to the repository that the path names by its current name. */
export async function admitToRepository(
  ports: Ports,
  route: Pick<OfRepository, "path" | "permission">,
  asked: Asked,
  { isExplicit = false }: { readonly isExplicit?: boolean } = {},
): Promise<FoundRepository> {
  const { permission } = route;
  const found = await findRepositoryOrMove(ports, route, asked);
  return { repository: await asked.admission.admitToRepository(found, { permission, isExplicit }) };
}

/**
 * @throws Failure moved if the name is a former one and the caller may see the repository. A PUT or POST may reuse the
 * name.
 */
async function findRepositoryOrMove(
  ports: Ports,
  { path }: Pick<Declared, "path">,
  { admission, params, request }: Asked,
): Promise<Repository | undefined> {
  const found = await findNamedRepository(ports, params);
  const moved = found === undefined ? await findMovedRepository(ports, admission, params) : undefined;
  if (moved === undefined) return found;
  const target = withPathPart(request.url, path.split("/").indexOf("{repo_slug}"), moved.slug);
  throw repositoryMoved(publicRequestUrl(baseUrlsOf(request.headers, ports), target).href);
}
