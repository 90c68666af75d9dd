import type { Account } from "../../../model/account.ts";
import { Failure } from "../../../model/failure.ts";
import type { Permission } from "../../../model/permission.ts";
import { type PullRequest, parsePullRequestId } from "../../../model/pull-request.ts";
import type { Repository } from "../../../model/repository.ts";
import { accountOf, requireAccount } from "../../../model/who-acts.ts";
import type { Ports } from "../../../ports.ts";
import type { Answer } from "../../server/answer.ts";
import type { BodyOf, BodySchema } from "../body-schema.ts";
import type { Declared, RestRequest, WithBody } from "../declaration.ts";
import { admitToRepository, type FoundRepository } from "./repository.ts";
import type { Asked, Subject } from "./subject.ts";

export type PullRequestRequest<Body extends BodySchema = BodySchema> = RestRequest & {
  /** The destination. */
  readonly repository: Repository;
  readonly pullRequest: PullRequest;
  readonly body: BodyOf<Body>;
};

type OnPullRequest = Declared & {
  readonly subject: "pull-request";
  /** In the destination. */
  readonly permission: Exclude<Permission, "none">;
  /** Its author needs no more than read. */
  readonly isAuthorExempt?: true;
};

export type PullRequestRoute<Body extends BodySchema = BodySchema> = OnPullRequest &
  Partial<WithBody<Body>> & {
    readonly access?: undefined;
    handle(ports: Ports, request: PullRequestRequest<Body>): Promise<Answer>;
  };

/** In the name of an account. */
export type PullRequestAccountRoute<Body extends BodySchema = BodySchema> = OnPullRequest &
  Partial<WithBody<Body>> & {
    readonly access: "account";
    handle(ports: Ports, request: PullRequestRequest<Body> & { readonly account: Account }): Promise<Answer>;
  };

type OfPullRequest = PullRequestRoute | PullRequestAccountRoute;

type FoundPullRequest = FoundRepository & {
  readonly pullRequest: PullRequest;
  readonly account: Account | undefined;
};

export const pullRequestSubject: Subject<OfPullRequest, FoundPullRequest> = {
  async admit(ports, route, asked) {
    // To see the repository comes first: who may not learns nothing of the pull request.
    const { repository } = await admitToRepository(ports, { ...route, permission: "read" }, asked);
    const pullRequest = await getNamedPullRequest(ports, repository, asked);
    const account = route.access === undefined ? undefined : requireAccount(asked.admission.caller);
    if (route.permission !== "read" && !isByCaller(route, pullRequest, asked))
      await asked.admission.admitToRepository(repository, { permission: route.permission });
    return { repository, pullRequest, account };
  },
  async call(ports, route, { repository, pullRequest, account }, request, body) {
    const whole = { ...request, repository, pullRequest, body };
    if (route.access === undefined) return route.handle(ports, whole);
    return route.handle(ports, { ...whole, account: account! });
  },
  describe: ({ permission, isAuthorExempt }) =>
    isAuthorExempt === true ? `${permission}, or read for its author` : permission,
};

function isByCaller(route: OfPullRequest, { author }: PullRequest, { admission }: Asked): boolean {
  return route.isAuthorExempt === true && accountOf(admission.caller)?.uuid === author.uuid;
}

/** @throws Failure not-found. */
export async function getNamedPullRequest(
  { database }: Pick<Ports, "database">,
  { uuid }: Repository,
  { params }: Pick<Asked, "params">,
): Promise<PullRequest> {
  const text = params.pull_request_id ?? "";
  const id = parsePullRequestId(text);
  const found = id === undefined ? undefined : await database.lookups.findPullRequest(uuid, id);
  if (found === undefined) throw new Failure("not-found", `Pull request ${text} not found`);
  return found;
}
