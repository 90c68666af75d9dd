import { type Command, Option } from "commander";
import type { Account, EmailAlias } from "../../model/account.ts";
import { bracedUuid } from "../../model/uuid.ts";
import {
  addEmail,
  changePrimaryEmail,
  createAccount,
  disableAccount,
  enableAccount,
  renameAccount,
} from "../../operations/accounts/accounts.ts";
import { confirmEmailByOperator } from "../../operations/accounts/email-addresses.ts";
import { createPasswordLink } from "../../operations/accounts/password-links.ts";
import { endOtherSessions } from "../../operations/accounts/sessions.ts";
import { disableTwoStep } from "../../operations/accounts/two-step.ts";
import type { By, Ports } from "../../ports.ts";
import { listAccounts, listEmails } from "../../storage/sql/accounts/accounts.ts";
import { hasTwoStep } from "../../storage/sql/accounts/two-step.ts";
import { createCommand, examples, refuseMissingOptions } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printJson, printLine, printNote, printTable, shortInstant } from "../terminal/print.ts";
import { refusedOption, UsageError } from "../terminal/problem.ts";
import { getNamedAccount } from "./get-named-account.ts";

export function createAccountCommand(): Command {
  const account = createCommand("account")
    .description("Accounts of people and bots, and their e-mail addresses.")
    .addHelpText(
      "after",
      examples("pail account create --email ada@example.com --username ada", "pail account list"),
    );
  addCreate(account);
  addList(account);
  addDisable(account);
  addEnable(account);
  addRename(account);
  addAddEmail(account);
  addConfirmEmail(account);
  addEmails(account);
  addSignInLink(account);
  addEndSessions(account);
  addEndTwoStep(account);
  return account;
}

type CreateOptions = { readonly email: string; readonly username: string; readonly name?: string };

function addCreate(account: Command): void {
  const command = account
    .command("create")
    .description(
      "Makes an account. It has no password: it uses API tokens (pail token create), until its owner has chosen one by a link\n" +
        "(pail account sign-in-link).",
    )
    .requiredOption("--email <address>", "its primary e-mail address, which is its name for the REST API")
    .requiredOption("--username <name>", "its name for Git: letters, digits, _ and -")
    .option("--name <name>", "the name that is shown (default: the user name)")
    .addHelpText(
      "after",
      examples("pail account create --email ada@example.com --username ada --name 'Ada Example'"),
    );
  addSettings(command).action(async ({ email, username, name }: CreateOptions) => {
    const wanted = { email, username, ...(name === undefined ? {} : { displayName: name }) };
    const created = await withPorts(command, (ports, by) => createAccount(ports, by, wanted), {
      mayCreateData: true,
    });
    printLine(`Created account ${created.username} ${bracedUuid(created.uuid)}`);
  });
}

function addList(account: Command): void {
  const command = account
    .command("list")
    .description("Lists all accounts.")
    .option("--json", "as a JSON array")
    .addHelpText("after", examples("pail account list", "pail account list --json"));
  addSettings(command).action(async ({ json }: { readonly json?: true }) => {
    const listed = await withPorts(command, listAllAccounts);
    if (json) return printJson(listed);
    const rows = listed.map((each) => [
      each.username,
      each.email ?? "-",
      each.display_name,
      each.is_disabled ? "disabled" : "active",
      shortInstant(new Date(each.created_on)),
    ]);
    printTable(["user name", "e-mail", "name", "state", "created"], rows, "There are no accounts");
  });
}

async function listAllAccounts({ database }: Ports) {
  const listed = [];
  for (const each of await listAccounts(database.kysely)) {
    listed.push({
      uuid: bracedUuid(each.uuid),
      account_id: each.accountId,
      username: each.username,
      display_name: each.displayName,
      email: (await listEmails(database.kysely, each.uuid))[0]?.address ?? null,
      is_disabled: each.isDisabled,
      created_on: each.createdAt.toISOString(),
    });
  }
  return listed;
}

type NamedAccountOptions = { readonly account?: string; readonly email?: string };

function accountOption(): Option {
  return new Option("--account <email>", "any of its e-mail addresses");
}

/** As it was called first. Scripts may still say so. */
function formerAccountOption(): Option {
  return new Option("--email <address>").hideHelp().conflicts("account");
}

function namedIn({ account, email }: NamedAccountOptions, command: Command): string {
  return account ?? email ?? refuseMissingOptions(command, [accountOption()]);
}

function addDisable(account: Command): void {
  const command = account
    .command("disable")
    .description("Disables an account: its tokens are refused from the next request on. Nothing is deleted.")
    .addOption(accountOption())
    .addOption(formerAccountOption())
    .addHelpText("after", examples("pail account disable --account ada@example.com"));
  addSettings(command).action(async (options: NamedAccountOptions) => {
    await withPorts(command, async (ports, by) => {
      const found = await getNamedAccount(ports, "account", namedIn(options, command));
      await disableAccount(ports, by, found);
      printLine(`Disabled account ${found.username}`);
    });
  });
}

function addEnable(account: Command): void {
  const command = account
    .command("enable")
    .description("Enables an account again. Its tokens work as before, unless expired or revoked.")
    .addOption(accountOption())
    .addOption(formerAccountOption())
    .addHelpText("after", examples("pail account enable --account ada@example.com"));
  addSettings(command).action(async (options: NamedAccountOptions) => {
    await withPorts(command, async (ports, by) => {
      const found = await getNamedAccount(ports, "account", namedIn(options, command));
      await enableAccount(by, found);
      printLine(`Enabled account ${found.username}`);
    });
  });
}

type RenameOptions = { readonly account: string; readonly username?: string; readonly name?: string };

function addRename(account: Command): void {
  const command = account
    .command("rename")
    .description(
      "Changes an account's user name, the name that is shown, or both. The former user name is free for others at once,\n" +
        "and clone URLs that have it stop working.",
    )
    .requiredOption("--account <email>", "any of its e-mail addresses")
    .option("--username <name>", "the new name for Git: letters, digits, _ and -")
    .option("--name <name>", "the new name that is shown")
    .addHelpText(
      "after",
      examples(
        "pail account rename --account ada@example.com --username ada2",
        "pail account rename --account ada@example.com --name 'Ada Example'",
      ),
    );
  addSettings(command).action(async ({ account: address, username, name }: RenameOptions) => {
    if (username === undefined && name === undefined)
      throw new UsageError("needed and not given: --username <name> or --name <name>");
    await withPorts(command, async (ports, by) => {
      const found = await getNamedAccount(ports, "account", address);
      const renamed = await renameAccount(by, found, {
        ...(username === undefined ? {} : { username }),
        ...(name === undefined ? {} : { displayName: name }),
      });
      printLine(`${found.username} is now ${renamed.username} (${renamed.displayName})`);
    });
  });
}

type AddEmailOptions = {
  readonly account: string;
  readonly email: string;
  readonly primary?: true;
  readonly unconfirmed?: true;
};

function addAddEmail(account: Command): void {
  const command = account
    .command("add-email")
    .description("Gives an account another e-mail address, or makes one that it has its primary one.")
    .requiredOption("--account <email>", "any of the addresses that it has")
    .requiredOption("--email <address>", "the new one")
    .option("--primary", "the REST API takes only the primary address as a name")
    .option("--unconfirmed", "as an address that nobody has confirmed to be theirs")
    .addHelpText(
      "after",
      examples(
        "pail account add-email --account ada@example.com --email ada@work.example",
        "pail account add-email --account ada@example.com --email ada@work.example --primary",
      ),
    );
  addSettings(command).action(async (options: AddEmailOptions) => {
    await withPorts(command, async (ports, by) => {
      const owner = await getNamedAccount(ports, "account", options.account);
      const isPrimary = options.primary === true;
      await takeEmail(ports, by, owner, {
        address: options.email,
        isPrimary,
        isConfirmed: options.unconfirmed !== true,
      });
      printLine(`${owner.username} has ${options.email}${isPrimary ? " as its primary address" : ""}`);
    });
  });
}

async function takeEmail(ports: Ports, by: By, owner: Account, email: EmailAlias): Promise<void> {
  const owned = (await listEmails(ports.database.kysely, owner.uuid)).find(
    ({ address }) => address.toLowerCase() === email.address.toLowerCase(),
  );
  if (owned === undefined || !email.isPrimary) return addEmail(ports, by, owner, email);
  if (!owned.isConfirmed) throw refusedOption("primary", "an unconfirmed address cannot be primary");
  await changePrimaryEmail(by, owner, owned.address);
}

function addConfirmEmail(account: Command): void {
  const command = account
    .command("confirm-email")
    .description(
      "Says that an e-mail address is an account's, in place of the link that a server without mail does not send.",
    )
    .requiredOption("--account <email>", "any of the addresses that it has")
    .requiredOption("--email <address>", "the one to confirm, which it need not have yet")
    .addHelpText(
      "after",
      examples("pail account confirm-email --account ada@example.com --email ada@work.example"),
    );
  addSettings(command).action(async (options: { readonly account: string; readonly email: string }) => {
    await withPorts(command, async (ports, by) => {
      const owner = await getNamedAccount(ports, "account", options.account);
      await confirmEmailByOperator(ports, by, owner, options.email);
      printLine(`${options.email} is an address of ${owner.username}`);
    });
  });
}

function addSignInLink(account: Command): void {
  const command = account
    .command("sign-in-link")
    .description(
      "Prints a link by which its owner chooses a password for the pages: for the first one, and for one that is forgotten.\n" +
        "It works once, for 24 hours, and ends earlier links. Two-step verification still asks for a code.",
    )
    .requiredOption("--account <email>", "any of its e-mail addresses")
    .addHelpText(
      "after",
      examples(
        "pail account sign-in-link --account ada@example.com",
        "pail account sign-in-link --account ada@example.com --public-url https://git.example.com",
      ),
    );
  // With what the link begins.
  addSettings(command, ["data", "host", "port", "publicUrl"]).action(
    async (options: { readonly account: string }) => {
      await withPorts(command, async (ports, by) => {
        const owner = await getNamedAccount(ports, "account", options.account);
        if (owner.isDisabled)
          throw refusedOption("account", `${owner.username} is disabled (pail account enable)`);
        const { url, link } = await createPasswordLink(ports, by, owner);
        printLine(url.reveal());
        printNote(`For ${owner.username} alone: it works once, until ${shortInstant(link.expiresAt)}`);
      });
    },
  );
}

function addEndSessions(account: Command): void {
  const command = account
    .command("end-sessions")
    .description("Signs an account, or everybody, out of the pages. API tokens go on working.")
    .option("--account <email>", "any of its e-mail addresses")
    .option("--all", "of all accounts")
    .addHelpText(
      "after",
      examples("pail account end-sessions --account ada@example.com", "pail account end-sessions --all"),
    );
  addSettings(command).action(async (options: { readonly account?: string; readonly all?: true }) => {
    const { account: address, all } = options;
    if ((address === undefined) === (all === undefined))
      throw new UsageError("needed: either --account <email> or --all");
    await withPorts(command, async (ports, by) => {
      const owners =
        address === undefined
          ? await listAccounts(ports.database.kysely)
          : [await getNamedAccount(ports, "account", address)];
      let ended = 0;
      for (const owner of owners) ended += await endOtherSessions(by, owner, undefined);
      printLine(`Ended ${ended} ${ended === 1 ? "session" : "sessions"}`);
    });
  });
}

function addEndTwoStep(account: Command): void {
  const command = account
    .command("end-two-step")
    .description(
      "Switches two-step verification off, for an owner who has lost the app and the recovery codes. Be sure who asks.",
    )
    .requiredOption("--account <email>", "any of its e-mail addresses")
    .addHelpText("after", examples("pail account end-two-step --account ada@example.com"));
  addSettings(command).action(async (options: { readonly account: string }) => {
    await withPorts(command, async (ports, by) => {
      const owner = await getNamedAccount(ports, "account", options.account);
      if (!(await hasTwoStep(ports.database.kysely, owner.uuid)))
        throw refusedOption("account", `${owner.username} has no two-step verification`);
      await disableTwoStep(by, owner);
      printLine(`Two-step verification of ${owner.username} is off`);
    });
  });
}

function addEmails(account: Command): void {
  const command = account
    .command("emails")
    .description("Lists the e-mail addresses of an account, the primary one first.")
    .requiredOption("--account <email>", "any of its e-mail addresses")
    .option("--json", "as a JSON array")
    .addHelpText("after", examples("pail account emails --account ada@example.com"));
  addSettings(command).action(async (options: { readonly account: string; readonly json?: true }) => {
    const emails = await withPorts(command, async (ports) =>
      listEmails(ports.database.kysely, (await getNamedAccount(ports, "account", options.account)).uuid),
    );
    if (options.json) {
      return printJson(
        emails.map(({ address, isPrimary, isConfirmed }) => ({
          email: address,
          is_primary: isPrimary,
          is_confirmed: isConfirmed,
        })),
      );
    }
    const yesOrNo = (holds: boolean) => (holds ? "yes" : "no");
    const rows = emails.map((email) => [email.address, yesOrNo(email.isPrimary), yesOrNo(email.isConfirmed)]);
    printTable(["e-mail", "primary", "confirmed"], rows, "The account has no e-mail address");
  });
}
