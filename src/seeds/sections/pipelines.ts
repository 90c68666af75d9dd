import { SELECTOR_TYPES } from "../../model/pipeline.ts";
import { HOSTNAME_LENGTH_MAX } from "../../model/pipeline-ssh.ts";
import { quartzCronProblem } from "../../model/quartz-cron.ts";
import type { Repository } from "../../model/repository.ts";
import { Secret } from "../../model/secret.ts";
import { SSH_KEY_LENGTH_MAX } from "../../operations/keys/ssh-public-key.ts";
import { BUILD_NUMBER_MAX, changeNextBuildNumber, setPipelines } from "../../operations/pipelines/config.ts";
import { PRIVATE_KEY_LENGTH_MAX, setKeyPair } from "../../operations/pipelines/key-pairs.ts";
import { createKnownHost, KNOWN_HOSTS_MAX } from "../../operations/pipelines/known-hosts.ts";
import { createSchedule, SCHEDULES_MAX } from "../../operations/pipelines/schedules.ts";
import { CLOSED, type Entry, name, type TypeBuilder, text } from "../schema-parts.ts";
import { section } from "../section.ts";
import type { SeedContext } from "../seed-context.ts";
import type { SeedPath } from "../seed-path.ts";
import { applyRuns, checkRuns, runsSchema } from "./pipeline-runs.ts";
import { applyVariables, checkVariables, repositoryPlace, variablesSchema } from "./pipeline-variables.ts";

const knownHostSchema = (type: TypeBuilder) =>
  type.Object(
    {
      hostname: type.String({
        minLength: 1,
        maxLength: HOSTNAME_LENGTH_MAX,
        description: "host, [host] or [host]:port",
      }),
      public_key: text(type, "Such as ssh-ed25519 AAAA…", SSH_KEY_LENGTH_MAX),
    },
    CLOSED,
  );

const scheduleSchema = (type: TypeBuilder) =>
  type.Object(
    {
      branch: name(type, "What it runs on"),
      cron: text(type, "Seven fields as Quartz has them, in UTC: 0 30 12 * * ? *", 255),
      selector: type.Optional(type.Enum([...SELECTOR_TYPES], { default: "branches" })),
      pattern: type.Optional(name(type, "Which part of the selector's runs. Without one: the branch")),
      is_enabled: type.Optional(type.Boolean({ default: true })),
    },
    CLOSED,
  );

const pipelinesSchema = (type: TypeBuilder) =>
  type.Object(
    {
      is_enabled: type.Optional(type.Boolean({ default: true })),
      next_build_number: type.Optional(type.Integer({ minimum: 1, maximum: BUILD_NUMBER_MAX })),
      variables: type.Optional(variablesSchema(type)),
      known_hosts: type.Optional(type.Array(knownHostSchema(type), { maxItems: KNOWN_HOSTS_MAX })),
      key_pair: type.Optional(
        type.Object(
          {
            public_key: text(type, "Such as ssh-ed25519 AAAA…", SSH_KEY_LENGTH_MAX),
            private_key: text(type, "In PEM. It is test data: exports leave it out", PRIVATE_KEY_LENGTH_MAX),
          },
          CLOSED,
        ),
      ),
      schedules: type.Optional(type.Array(scheduleSchema(type), { maxItems: SCHEDULES_MAX })),
      runs: type.Optional(runsSchema(type)),
    },
    CLOSED,
  );

type Pipelines = Entry<typeof pipelinesSchema>;

/** How the pipelines of a repository are configured. */
export const pipelinesSection = section({
  key: "pipelines",
  schema: pipelinesSchema,
  check(checker, { variables, schedules = [], runs }, path, { repository }) {
    checkVariables(checker, variables, [...path, "variables"]);
    checkRuns(checker, runs, [...path, "runs"], repository!);
    for (const [index, { cron, selector, pattern }] of schedules.entries()) {
      const at = [...path, "schedules", index];
      const problem = quartzCronProblem(cron);
      if (problem !== undefined) checker.problem([...at, "cron"], problem);
      if (selector === "custom" && pattern === undefined)
        checker.problem([...at, "pattern"], "is needed: the name of the custom pipeline");
    }
  },
  async apply(context, repository: Repository, entry, path) {
    const { is_enabled: isEnabled = true, next_build_number: next, key_pair: pair } = entry;
    const { uuid } = repository;
    const at = context.time;
    await context.make({ path, name: `pipelines ${uuid}`, at }, (ports, by) =>
      setPipelines(ports, by, repository, isEnabled),
    );
    if (next !== undefined)
      await context.make(
        { path, name: `build number ${uuid}`, at, fields: { next: "next_build_number" } },
        (_ports, by) => changeNextBuildNumber(by, repository, next),
      );
    await applyVariables(context, repositoryPlace(repository), entry.variables, [...path, "variables"]);
    if (pair !== undefined)
      await context.make({ path: [...path, "key_pair"], name: `key pair ${uuid}`, at }, (ports, by) =>
        setKeyPair(ports, by, repository, {
          publicKey: pair.public_key,
          privateKey: new Secret(pair.private_key),
        }),
      );
    await applyKnownHosts(context, repository, entry.known_hosts, [...path, "known_hosts"]);
    await applySchedules(context, repository, entry.schedules, [...path, "schedules"]);
  },
});

/** Apart from the rest, since deployments need environments. */
export const pipelineRunsSection = section({
  key: "pipelines",
  schema: pipelinesSchema,
  apply: (context, repository: Repository, { runs = [] }, path) =>
    applyRuns(context, repository, runs, [...path, "runs"]),
});

async function applyKnownHosts(
  context: SeedContext,
  repository: Repository,
  hosts: Pipelines["known_hosts"] = [],
  path: SeedPath,
): Promise<void> {
  for (const [index, { hostname, public_key: publicKey }] of hosts.entries()) {
    const [keyType = "", key = ""] = publicKey.trim().split(/ +/);
    await context.make(
      {
        path: [...path, index],
        name: `known host ${repository.uuid} ${hostname.toLowerCase()}`,
        at: context.time,
      },
      (ports, by) => createKnownHost(ports, by, repository, { hostname, keyType, key }),
    );
  }
}

async function applySchedules(
  context: SeedContext,
  repository: Repository,
  schedules: Pipelines["schedules"] = [],
  path: SeedPath,
): Promise<void> {
  for (const [index, schedule] of schedules.entries()) {
    const { branch, cron, selector = "branches", pattern } = schedule;
    await context.make(
      {
        path: [...path, index],
        // Nothing keeps two schedules from being alike.
        name: `schedule ${repository.uuid} ${index}`,
        // They are listed by the times of their creation.
        at: new Date(context.time.getTime() + index),
      },
      (ports, by) =>
        createSchedule(ports, by, repository, {
          isEnabled: schedule.is_enabled ?? true,
          cronPattern: cron,
          refName: branch,
          selector: { type: selector, pattern: pattern ?? (selector === "branches" ? branch : undefined) },
        }),
    );
  }
}
