import type { Command } from "commander";
import { repositorySubject } from "../../model/audit.ts";
import { invalidField } from "../../model/failure.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import { slugifyRepositoryName } from "../../model/slug.ts";
import { isOfSnippet } from "../../model/snippet.ts";
import { bracedUuid } from "../../model/uuid.ts";
import { setPermission } from "../../operations/permissions/explicit-permissions.ts";
import {
  changeRepository,
  createRepository,
  deleteRepository,
} from "../../operations/repositories/repositories.ts";
import type { Ports } from "../../ports.ts";
import { listAllRepositories } from "../../storage/sql/repositories/repositories.ts";
import { getNamedAccount } from "../account/get-named-account.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printJson, printLine, printTable, shortInstant } from "../terminal/print.ts";
import { UsageError } from "../terminal/problem.ts";
import { getNamedProject, getNamedRepository, getNamedWorkspace } from "../workspace/named-subjects.ts";
import { permissionOption, readPermission } from "../workspace/permission-option.ts";
import { addRepositoryAdvertise } from "./repository-advertise.ts";
import { addRepositoryFormerTips } from "./repository-former-tips.ts";
import { addRepositoryImport } from "./repository-import.ts";
import { addRepositoryWatch } from "./repository-watch.ts";

export function createRepositoryCommand(): Command {
  const repository = createCommand("repository")
    .description("Repositories: made, imported, listed, opened, deleted.")
    .addHelpText(
      "after",
      examples(
        "pail repository create --workspace team --name website",
        "pail repository import /srv/git/old.git --workspace team",
      ),
    );
  addCreate(repository);
  addRepositoryImport(repository);
  addList(repository);
  addGrant(repository);
  addRename(repository);
  addRepositoryFormerTips(repository);
  addRepositoryAdvertise(repository);
  addRepositoryWatch(repository);
  addDelete(repository);
  return repository;
}

type CreateOptions = {
  readonly workspace: string;
  readonly name: string;
  readonly public?: true;
  readonly project?: string;
  readonly description?: string;
};

function addCreate(repository: Command): void {
  const command = repository
    .command("create")
    .description("Makes an empty repository, private unless said otherwise.")
    .requiredOption("--workspace <slug>", "the workspace that holds it")
    .requiredOption("--name <name>", "its name; in URLs it is in lower case with dashes")
    .option("--public", "everyone may read it")
    .option("--project <key>", "the project it belongs to (default: the workspace's first)")
    .option("--description <text>", "what it is for")
    .addHelpText("after", examples("pail repository create --workspace team --name website --public"));
  addSettings(command).action(async (options: CreateOptions) => {
    await withPorts(command, async (ports, by) => {
      const workspace = await getNamedWorkspace(ports, options.workspace);
      const slug = slugifyRepositoryName(options.name);
      if (slug === undefined)
        throw invalidField("name", "must have a letter or a digit, and at most 62 characters");
      const created = await createRepository(ports, by, {
        workspace,
        project: await getNamedProject(ports, workspace, options.project),
        slug,
        name: options.name,
        isPrivate: options.public !== true,
        description: options.description ?? "",
      });
      printLine(`Created repository ${fullName(created)} ${bracedUuid(created.uuid)}`);
    });
  });
}

function addList(repository: Command): void {
  const command = repository
    .command("list")
    .description("Lists all repositories, private ones too: this is for the operator.")
    .option("--workspace <slug>", "only those of this workspace")
    .option("--json", "as a JSON array")
    .addHelpText("after", examples("pail repository list", "pail repository list --workspace team --json"));
  addSettings(command).action(async (options: { readonly workspace?: string; readonly json?: true }) => {
    const all = await withPorts(command, (ports) => listAll(ports, options.workspace));
    if (options.json) return printJson(all.map(describeRepository));
    const rows = all.map((each) => [
      fullName(each),
      each.isPrivate ? "private" : "public",
      each.project.key,
      each.mainBranch ?? "-",
      String(each.sizeBytes),
      shortInstant(each.updatedAt),
    ]);
    printTable(
      ["repository", "shown", "project", "main branch", "bytes", "updated"],
      rows,
      "There are no repositories",
    );
  });
}

async function listAll(ports: Ports, workspaceSlug: string | undefined): Promise<readonly Repository[]> {
  const workspace = workspaceSlug === undefined ? undefined : await getNamedWorkspace(ports, workspaceSlug);
  const all = await listAllRepositories(ports.database.kysely, workspace?.uuid);
  return all.filter((repository) => !isOfSnippet(repository));
}

function describeRepository(repository: Repository) {
  return {
    uuid: bracedUuid(repository.uuid),
    full_name: fullName(repository),
    name: repository.name,
    description: repository.description,
    workspace: { uuid: bracedUuid(repository.workspace.uuid), slug: repository.workspace.slug },
    project: { uuid: bracedUuid(repository.project.uuid), key: repository.project.key },
    is_private: repository.isPrivate,
    main_branch: repository.mainBranch ?? null,
    size: repository.sizeBytes,
    created_on: repository.createdAt.toISOString(),
    updated_on: repository.updatedAt.toISOString(),
  };
}

type GrantOptions = { readonly repository: string; readonly account: string; readonly permission: string };

function addGrant(repository: Command): void {
  const command = repository
    .command("grant")
    .description(
      "Gives an account a permission in one repository. The highest that it has from anywhere counts.",
    )
    .requiredOption("--repository <name>", "workspace and repository, such as acme/demo")
    .requiredOption("--account <email>", "the account")
    .addOption(permissionOption("what it may do").makeOptionMandatory())
    .addHelpText(
      "after",
      examples("pail repository grant --repository acme/demo --account bob@example.com --permission write"),
    );
  addSettings(command).action(async (options: GrantOptions) => {
    const permission = readPermission(options.permission);
    await withPorts(command, async (ports, by) => {
      const found = await getNamedRepository(ports, options.repository);
      const account = await getNamedAccount(ports, "account", options.account);
      const target = { ...repositorySubject(found), kind: "repository", uuid: found.uuid } as const;
      await setPermission(by, target, { kind: "account", uuid: account.uuid }, permission);
      printLine(`${account.username} has ${permission} in ${fullName(found)}`);
    });
  });
}

type RenameOptions = { readonly repository: string; readonly name: string };

function addRename(repository: Command): void {
  const command = repository
    .command("rename")
    .description("Gives a repository a new name, and so a new place in URLs, as PUT over REST does.")
    .requiredOption("--repository <name>", "workspace and repository, such as acme/demo")
    .requiredOption("--name <name>", "the new name; in URLs it is in lower case with dashes")
    .addHelpText("after", examples("pail repository rename --repository acme/demo --name 'Demo 2'"));
  addSettings(command).action(async (options: RenameOptions) => {
    await withPorts(command, async (ports, by) => {
      const found = await getNamedRepository(ports, options.repository);
      if (slugifyRepositoryName(options.name) === undefined)
        throw invalidField("name", "must have a letter or a digit, and at most 62 characters");
      const renamed = await changeRepository(ports, by, found, { name: options.name });
      printLine(`${fullName(found)} is now ${fullName(renamed)}`);
    });
  });
}

function addDelete(repository: Command): void {
  const command = repository
    .command("delete")
    .description("Deletes a repository with all that it holds. There is no way back.")
    .requiredOption("--repository <name>", "workspace and repository, such as acme/demo")
    .option("--yes", "needed: yes, delete it")
    .addHelpText("after", examples("pail repository delete --repository acme/demo --yes"));
  addSettings(command).action(async (options: { readonly repository: string; readonly yes?: true }) => {
    if (options.yes !== true) throw new UsageError("--yes: needed, since what is deleted is gone");
    await withPorts(command, async (ports, by) => {
      const found = await getNamedRepository(ports, options.repository);
      await deleteRepository(ports, by, found);
      printLine(`Deleted repository ${fullName(found)}`);
    });
  });
}
