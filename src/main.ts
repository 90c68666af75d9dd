import type { Command } from "commander";
import { createProgram, createStub, runProgram } from "./cli/program.ts";

type Noun = { readonly name: string; readonly summary: string; load(): Promise<Command> };

/** Each noun's file is loaded only when it is asked for: most of what they import takes longer than a help text. */
const NOUNS: readonly Noun[] = [
  {
    name: "serve",
    summary: "run the server",
    load: async () => (await import("./cli/serve/serve.ts")).createServeCommand(),
  },
  {
    name: "demo",
    summary: "run the server with a demo account, workspace, repository and tokens",
    load: async () => (await import("./cli/demo/demo.ts")).createDemoCommand(),
  },
  {
    name: "seed",
    summary: "check seeds, the files with which a demo or a run begins",
    load: async () => (await import("./cli/seed/seed.ts")).createSeedCommand(),
  },
  {
    name: "export",
    summary: "write a seed of what is in a data folder",
    load: async () => (await import("./cli/export/export.ts")).createExportCommand(),
  },
  {
    name: "control",
    summary: "set the clock of a running stand-in, and what else tests ask of it",
    load: async () => (await import("./cli/control/control.ts")).createControlCommand(),
  },
  {
    name: "run",
    summary: "run a command against a server that stands in for Bitbucket, and end with it",
    load: async () => (await import("./cli/run/run.ts")).createRunCommand(),
  },
  {
    name: "account",
    summary: "create, list, rename and disable accounts, and their e-mail addresses",
    load: async () => (await import("./cli/account/account.ts")).createAccountCommand(),
  },
  {
    name: "workspace",
    summary: "create and list workspaces, and add and remove their members",
    load: async () => (await import("./cli/workspace/workspace.ts")).createWorkspaceCommand(),
  },
  {
    name: "group",
    summary: "create, list and delete groups of a workspace, and change who is in them",
    load: async () => (await import("./cli/group/group.ts")).createGroupCommand(),
  },
  {
    name: "repository",
    summary: "create, import, list, rename and delete repositories, and grant permissions",
    load: async () => (await import("./cli/repository/repository.ts")).createRepositoryCommand(),
  },
  {
    name: "webhook",
    summary: "list webhooks and their deliveries, and deliver again",
    load: async () => (await import("./cli/webhook/webhook.ts")).createWebhookCommand(),
  },
  {
    name: "app",
    summary: "install, list and uninstall Connect apps, and show what was asked of them",
    load: async () => (await import("./cli/app/app.ts")).createAppCommand(),
  },
  {
    name: "token",
    summary: "create, list, show, revoke and rotate API tokens",
    load: async () => (await import("./cli/token/token.ts")).createTokenCommand(),
  },
  {
    name: "access-token",
    summary: "create, list, rotate and revoke access tokens of repositories, projects and workspaces",
    load: async () => (await import("./cli/access-token/access-token.ts")).createAccessTokenCommand(),
  },
  {
    name: "consumer",
    summary: "create, list, show and revoke OAuth consumers of workspaces",
    load: async () => (await import("./cli/consumer/consumer.ts")).createConsumerCommand(),
  },
  {
    name: "backup",
    summary: "back up the data folder of a running server",
    load: async () => (await import("./cli/backup/backup.ts")).createBackupCommand(),
  },
  {
    name: "restore",
    summary: "create a data folder from a backup, and verify it",
    load: async () => (await import("./cli/backup/restore.ts")).createRestoreCommand(),
  },
  {
    name: "fsck",
    summary: "check that the database and the repositories on the disk agree",
    load: async () => (await import("./cli/backup/fsck.ts")).createFsckCommand(),
  },
  {
    name: "policy",
    summary: "what workspaces ask of tokens",
    load: async () => (await import("./cli/policy/policy.ts")).createPolicyCommand(),
  },
  {
    name: "admin-key",
    summary: "keys with which scripts administer the tokens of everybody",
    load: async () => (await import("./cli/admin-key/admin-key.ts")).createAdminKeyCommand(),
  },
  {
    name: "audit",
    summary: "show and export the audit log",
    load: async () => (await import("./cli/audit/audit.ts")).createAuditCommand(),
  },
  {
    name: "config",
    summary: "check the settings, and show where each comes from",
    load: async () => (await import("./cli/config/config.ts")).createConfigCommand(),
  },
  {
    name: "doctor",
    summary: "look at all that a server needs, and say what to do",
    load: async () => (await import("./cli/doctor/doctor.ts")).createDoctorCommand(),
  },
  {
    name: "openapi",
    summary: "print the OpenAPI document of what this version serves",
    load: async () => (await import("./cli/openapi/openapi.ts")).createOpenapiCommand(),
  },
  {
    name: "unknown-operations",
    summary: "list what clients asked of the API that this server does not have",
    load: async () => (await import("./cli/audit/unknown-operations.ts")).createUnknownOperationsCommand(),
  },
  {
    name: "help-answers",
    summary: "list what readers say of the help page",
    load: async () => (await import("./cli/audit/help-answers.ts")).createHelpAnswersCommand(),
  },
  {
    name: "completion",
    summary: "print a script that completes commands in a shell",
    load: async () => (await import("./cli/completion/completion.ts")).createCompletionCommand(loadAll),
  },
  {
    name: "man",
    summary: "write manual pages",
    load: async () => (await import("./cli/man/man.ts")).createManCommand(loadAll),
  },
];

/** The program with all of its commands, for what is made of them. */
async function loadAll(): Promise<Command> {
  const whole = createProgram();
  for (const { summary, load } of NOUNS) whole.addCommand((await load()).summary(summary));
  return whole;
}

const words = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const asked = words[0] === "help" ? words[1] : words[0];
const program = createProgram();
for (const { name, summary, load } of NOUNS) {
  program.addCommand(name === asked ? (await load()).summary(summary) : createStub(name, summary));
}
process.exitCode = await runProgram(program, process.argv);
