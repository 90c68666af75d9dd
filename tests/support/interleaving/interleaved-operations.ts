import { disableAccount } from "../../../src/operations/accounts/accounts.ts";
import { setPermission } from "../../../src/operations/permissions/explicit-permissions.ts";
import { revokeApiToken, rotateApiToken } from "../../../src/operations/tokens/api-tokens.ts";
import type { Trial } from "./trial.ts";

export type PairedOperation = {
  readonly name: string;
  /** @returns the status, or 200 of what is no request. */
  run(trial: Trial): Promise<number>;
  /** What may change nothing once this one has been answered. */
  readonly forbids?: readonly string[];
};

/** A request of the member; `at` is worked out in the trial. */
function request(
  name: string,
  method: string,
  at: (trial: Trial) => string,
  body?: (trial: Trial) => unknown,
): PairedOperation {
  return { name, run: async (trial) => (await trial.asMember(method, at(trial), body?.(trial))).status };
}

const MEMBER_WRITES: readonly PairedOperation[] = [
  request(
    "hook off",
    "PUT",
    ({ hook }) => hook,
    () => ({ active: false }),
  ),
  request(
    "hook described",
    "PUT",
    ({ hook }) => hook,
    () => ({ description: "new" }),
  ),
  request("hook deleted", "DELETE", ({ hook }) => hook),
  request(
    "rule without users",
    "PUT",
    ({ rule }) => rule,
    () => ({ kind: "push", users: [] }),
  ),
  request(
    "rule for others",
    "PUT",
    ({ rule }) => rule,
    () => ({ kind: "push", pattern: "new" }),
  ),
  request("rule deleted", "DELETE", ({ rule }) => rule),
  request(
    "comment changed",
    "PUT",
    ({ comment }) => comment,
    () => ({ content: { raw: "changed" } }),
  ),
  request("comment deleted", "DELETE", ({ comment }) => comment),
  request(
    "status",
    "POST",
    ({ path, tip }) => `${path}/commit/${tip}/statuses/build`,
    () => ({
      key: "k",
      state: "FAILED",
      url: "http://builds.invalid/",
    }),
  ),
  request(
    "report",
    "PUT",
    ({ path, tip }) => `${path}/commit/${tip}/reports/r`,
    () => ({
      title: "t",
      details: "d",
      report_type: "TEST",
    }),
  ),
  request("approval", "POST", ({ path, tip }) => `${path}/commit/${tip}/approve`),
  request(
    "branch made",
    "POST",
    ({ path }) => `${path}/refs/branches`,
    ({ tip }) => ({ name: "made", target: { hash: tip } }),
  ),
  request(
    "tag made",
    "POST",
    ({ path }) => `${path}/refs/tags`,
    ({ tip }) => ({ name: "made", target: { hash: tip } }),
  ),
  request("main deleted", "DELETE", ({ path }) => `${path}/refs/branches/main`),
  request(
    "main branch moved",
    "PUT",
    ({ path }) => path,
    () => ({ mainbranch: { name: "dev" } }),
  ),
  request(
    "main branch kept",
    "PUT",
    ({ path }) => path,
    () => ({ description: "d", mainbranch: { name: "main" } }),
  ),
  request(
    "wiki",
    "PUT",
    ({ path }) => path,
    () => ({ has_wiki: true }),
  ),
  request(
    "model",
    "PUT",
    ({ path }) => `${path}/branching-model/settings`,
    () => ({ development: { use_mainbranch: true } }),
  ),
  request(
    "overrides",
    "PUT",
    ({ path }) => `${path}/override-settings`,
    () => ({ branching_model: false }),
  ),
  request("pull request merged", "POST", ({ pullRequest }) => `${pullRequest}/merge`),
  request("pull request declined", "POST", ({ pullRequest }) => `${pullRequest}/decline`),
  request("source deleted", "DELETE", ({ path }) => `${path}/refs/branches/topic`),
  { name: "source moved", run: ({ post }) => post("/src", { "more.txt": "m", branch: "topic" }) },
  { name: "commit", run: ({ post }) => post("/src", { "b.txt": "b", branch: "main" }) },
  { name: "upload", run: ({ post }) => post("/downloads", { files: new File(["second"], "file.txt") }) },
  request("download deleted", "DELETE", ({ path }) => `${path}/downloads/file.txt`),
];
const OF_MEMBER = MEMBER_WRITES.map(({ name }) => name);

/** Of whoever may, in nobody's way. */
const OTHERS: readonly PairedOperation[] = [
  {
    name: "fork by an outsider",
    run: async ({ cast, path, repository }) =>
      (
        await cast.outsider.rest("POST", `${path}/forks`, {
          name: `of-${repository.slug}`,
          workspace: { slug: "outside" },
        })
      ).status,
  },
  {
    name: "download read",
    run: async ({ asMember, path }) => (await asMember("GET", `${path}/downloads/file.txt`)).status,
  },
  {
    name: "token rotated",
    run: async ({ app, tokenUuid }) => outcome(rotateApiToken(app.ports, app.by, tokenUuid, 1)),
  },
  {
    name: "made public",
    run: async ({ cast, path }) => (await cast.owner.rest("PUT", path, { is_private: false })).status,
  },
  {
    name: "project deleted",
    run: async ({ cast, project }) => (await cast.owner.rest("DELETE", project)).status,
  },
  {
    name: "moved out of the project",
    run: async ({ cast, path, app }) =>
      (await cast.owner.rest("PUT", path, { project: { key: app.project.key } })).status,
  },
  {
    name: "project made public",
    run: async ({ cast, project }) =>
      (await cast.owner.rest("PUT", project, { name: "P", is_private: false })).status,
  },
];

/** What takes something away: it is the first of a pair. */
const WITHDRAWALS: readonly PairedOperation[] = [
  {
    name: "token revoked",
    forbids: [...OF_MEMBER, "token rotated"],
    run: ({ app, tokenUuid }) => outcome(revokeApiToken(app.ports, app.by, tokenUuid)),
  },
  {
    name: "account disabled",
    forbids: OF_MEMBER,
    run: ({ app, cast }) => outcome(disableAccount(app.ports, app.by, cast.member)),
  },
  {
    name: "permission taken",
    forbids: OF_MEMBER,
    run: ({ app, cast, repository: { uuid, slug } }) =>
      outcome(
        setPermission(
          app.by,
          { kind: "repository", uuid, name: slug },
          { kind: "account", uuid: cast.member.uuid },
          "none",
        ),
      ),
  },
  {
    name: "repository deleted",
    forbids: [...OF_MEMBER, "fork by an outsider", "made public", "moved out of the project"],
    run: async ({ cast, path }) => (await cast.owner.rest("DELETE", path)).status,
  },
  {
    name: "made private, and a secret committed",
    forbids: ["fork by an outsider"],
    async run({ cast, path, app }) {
      const { status } = await cast.owner.rest("PUT", path, { is_private: true });
      const body = new FormData();
      body.append("secret.txt", "secret");
      const { authorization } = cast.owner;
      await fetch(`${app.url}/2.0${path}/src`, { method: "POST", headers: { authorization }, body });
      return status;
    },
  },
  {
    name: "main guarded",
    forbids: ["commit"],
    run: async ({ cast, path }) =>
      (
        await cast.owner.rest("POST", `${path}/branch-restrictions`, {
          kind: "push",
          pattern: "main",
          users: [],
          groups: [],
        })
      ).status,
  },
];

const ALL = [...WITHDRAWALS, ...MEMBER_WRITES, ...OTHERS];

/** Every operation with every other one and with itself. What takes something away comes first. */
export const PAIRS: readonly (readonly [PairedOperation, PairedOperation])[] = ALL.flatMap((first, index) =>
  ALL.slice(index).map((second) => [first, second] as const),
);

async function outcome(work: Promise<unknown>): Promise<number> {
  try {
    await work;
    return 200;
  } catch {
    return 409;
  }
}
