import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { Secret as OtpSecret, TOTP } from "otpauth";
import { describeDatabases } from "../../../tests/support/database/test-database.ts";
import { type AccountPorts, openAccountPorts } from "../../../tests/support/examples/account-ports.ts";
import { FREE_TRIES } from "../../limits/decide-sign-in.ts";
import type { Account } from "../../model/account.ts";
import { Failure } from "../../model/failure.ts";
import { Secret } from "../../model/secret.ts";
import { listEmails } from "../../storage/sql/accounts/accounts.ts";
import { findPasswordByUuid } from "../../storage/sql/accounts/passwords.ts";
import { listSessions } from "../../storage/sql/accounts/sessions.ts";
import { countRecoveryCodes, findTwoStep } from "../../storage/sql/accounts/two-step.ts";
import { listAuditEvents } from "../../storage/sql/audit/audit-events.ts";
import { findMember } from "../../storage/sql/workspaces/members.ts";
import { createGroup } from "../groups/groups.ts";
import { createWorkspace } from "../workspaces/workspaces.ts";
import { addEmail, changePrimaryEmail, createAccount, disableAccount, enableAccount } from "./accounts.ts";
import {
  confirmEmailAddress,
  confirmEmailByOperator,
  type EmailLink,
  removeEmailAddress,
  requestEmailAddress,
} from "./email-addresses.ts";
import {
  acceptInvitation,
  type InvitationLink,
  inviteToWorkspace,
  withdrawInvitation,
} from "./invitations.ts";
import { findLinkBySecret, LINK_MS, type MadeLink, RESET_LINK_MS, type WriteMail } from "./one-time-links.ts";
import {
  choosePassword,
  createFirstAccount,
  createFirstAccountLink,
  createInvitedAccount,
  createPasswordLink,
  type PasswordLink,
  requestPasswordLink,
} from "./password-links.ts";
import { changePassword } from "./passwords.ts";
import { endOtherSessions, startSession } from "./sessions.ts";
import { checkPassword, findAccountOfTicket } from "./sign-in.ts";
import {
  beginTwoStep,
  disableTwoStep,
  enableTwoStep,
  findPendingSeed,
  renewRecoveryCodes,
  useSecondFactor,
} from "./two-step.ts";

const PASSWORD = new Secret("seven otters on a raft");
const OTHER_PASSWORD = new Secret("eight otters on a raft");

const writeMail: WriteMail = ({ url }) => ({ subject: "A link", text: new Secret(`Open ${url.reveal()}`) });

function secretIn(url: Secret): Secret {
  return new Secret(url.reveal().split("/").at(-1)!);
}

function isRefused(kind: Failure["kind"], field?: string) {
  return (error: unknown) =>
    error instanceof Failure &&
    error.kind === kind &&
    (field === undefined || error.details.fields?.[field] !== undefined);
}

describeDatabases("signing in", (current) => {
  let at: AccountPorts;
  let counter = 0;
  before(() => {
    at = openAccountPorts(current().database);
  });

  const newAccount = () => {
    counter += 1;
    return createAccount(at.ports, at.by, {
      email: `p${counter}@example.com`,
      username: `person${counter}`,
    });
  };
  const emailOf = (account: Account) => `${account.username.replace("person", "p")}@example.com`;
  const linkOf = async ({ url }: Pick<MadeLink, "url">) => findLinkBySecret(at.ports, secretIn(url));
  const choose = async (account: Account, password = PASSWORD) => {
    const link = (await linkOf(await createPasswordLink(at.ports, at.by, account))) as PasswordLink;
    await choosePassword(at.ports, at.by, at.asker, link, password);
  };
  const check = (email: string, password = PASSWORD, network = "192.0.2.1") =>
    checkPassword(at.ports, { ...at.asker, network }, { email, password });
  const auditOf = async ({ uuid }: Account) =>
    (await listAuditEvents(current().database.kysely, { accountUuid: uuid, limit: 1_000 })).map(
      ({ action }) => action,
    );

  const start = async (account: Account) =>
    (await startSession(at.ports, at.by, account, { address: "192.0.2.1", client: "test" })).session;
  const sessionsOf = async ({ uuid }: Account) =>
    (await listSessions(current().database.kysely, uuid)).map((session) => session.uuid);

  describe("links", () => {
    test("the first account's link makes an account that can sign in, once, and no second one", async () => {
      const stale = await createFirstAccountLink(at.ports, at.by);
      const made = await createFirstAccountLink(at.ports, at.by);
      assert.match(made.url.reveal(), /^https:\/\/git\.example\.com\/-\/link\/[A-Za-z0-9_-]{43}$/);
      assert.equal(await linkOf(stale), undefined, "an earlier one ends");
      const link = (await linkOf(made)) as Parameters<typeof createFirstAccount>[3];
      const wanted = { email: "first@example.com", username: "first", password: PASSWORD };
      await assert.rejects(
        createFirstAccount(at.ports, at.by, at.asker, link, {
          ...wanted,
          password: new Secret("password1234"),
        }),
        isRefused("invalid-input", "password"),
      );
      const results = await Promise.allSettled([
        createFirstAccount(at.ports, at.by, at.asker, link, wanted),
        createFirstAccount(at.ports, at.by, at.asker, link, {
          ...wanted,
          email: "x@example.com",
          username: "x",
        }),
      ]);
      assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
      const refused = results.find((result) => result.status === "rejected");
      assert.ok(isRefused("gone")(refused?.reason));
      const late = (await linkOf(await createFirstAccountLink(at.ports, at.by))) as typeof link;
      await assert.rejects(
        createFirstAccount(at.ports, at.by, at.asker, late, {
          ...wanted,
          email: "y@example.com",
          username: "y",
        }),
        isRefused("gone"),
        "there is somebody who can sign in",
      );
    });

    test("a link for a password works once, for a day, and ends with the next one", async () => {
      const account = await newAccount();
      assert.equal(await check(emailOf(account)), undefined, "no password yet");
      const earlier = await createPasswordLink(at.ports, at.by, account);
      const made = await createPasswordLink(at.ports, at.by, account);
      assert.equal(await linkOf(earlier), undefined);
      const link = (await linkOf(made)) as PasswordLink;
      await assert.rejects(
        choosePassword(at.ports, at.by, at.asker, link, new Secret(`${account.username}-1234`)),
        isRefused("invalid-input", "password"),
      );
      await choosePassword(at.ports, at.by, at.asker, link, PASSWORD);
      assert.equal((await check(emailOf(account)))?.kind, "signed-in");
      assert.equal(await linkOf(made), undefined);
      await assert.rejects(
        choosePassword(at.ports, at.by, at.asker, link, OTHER_PASSWORD),
        isRefused("gone"),
      );
      const late = await createPasswordLink(at.ports, at.by, account);
      at.pass(LINK_MS);
      assert.equal(await linkOf(late), undefined);
      assert.deepEqual((await auditOf(account)).filter((action) => /link|password/.test(action)).sort(), [
        "account.link-created",
        "account.link-created",
        "account.link-created",
        "account.link-used",
        "account.password-changed",
      ]);
    });

    test("text that is no link's secret finds none", async () => {
      for (const text of ["", "x", "a".repeat(43), "a".repeat(44), "ü".repeat(43), "a".repeat(100_000)])
        assert.equal(await findLinkBySecret(at.ports, new Secret(text)), undefined);
    });

    test("a disabled account's link does nothing", async () => {
      const account = await newAccount();
      const link = (await linkOf(await createPasswordLink(at.ports, at.by, account))) as PasswordLink;
      await disableAccount(at.ports, at.by, account);
      await assert.rejects(choosePassword(at.ports, at.by, at.asker, link, PASSWORD), isRefused("gone"));
      assert.equal(
        (await findPasswordByUuid(at.ports.database.kysely, account.uuid))?.passwordHash,
        undefined,
      );
    });

    test("a reset is mailed to a confirmed address of an enabled account only, and never more than three", async () => {
      const account = await newAccount();
      await addEmail(at.ports, at.by, account, {
        address: `${account.username}@unconfirmed.example`,
        isPrimary: false,
        isConfirmed: false,
      });
      for (const email of ["nobody@example.com", "nonsense", `${account.username}@unconfirmed.example`])
        requestPasswordLink(at.ports, at.by, email, writeMail);
      assert.deepEqual(await at.takeMails(), []);
      for (let i = 0; i < 5; i += 1) {
        requestPasswordLink(at.ports, at.by, emailOf(account).toUpperCase(), writeMail);
        await at.ports.backgroundWork.idle();
      }
      const mails = await at.takeMails();
      assert.deepEqual(
        mails.map(({ to }) => to),
        Array(3).fill(emailOf(account)),
      );
      const made = { url: new Secret(mails[0]!.text.reveal()) };
      assert.equal((await linkOf(made))?.kind, "password");
      at.pass(RESET_LINK_MS);
      assert.equal(await linkOf(made), undefined, "it lives for half an hour");
      await disableAccount(at.ports, at.by, account);
      requestPasswordLink(at.ports, at.by, emailOf(account), writeMail);
      assert.deepEqual(await at.takeMails(), []);
    });
  });

  describe("sessions", () => {
    test("twenty at most, the longest unused ends; all others end at once", async () => {
      const account = await newAccount();
      const first = await start(account);
      for (let i = 0; i < 20; i += 1) {
        at.pass(1_000);
        await start(account);
      }
      const left = await sessionsOf(account);
      assert.equal(left.length, 20);
      assert.ok(!left.includes(first.uuid));
      assert.equal(await endOtherSessions(at.by, account, left[3]), 19);
      assert.deepEqual(await sessionsOf(account), [left[3]]);
    });

    test("a disabled account has none, and gets none", async () => {
      const account = await newAccount();
      await start(account);
      await disableAccount(at.ports, at.by, account);
      assert.deepEqual(await sessionsOf(account), []);
      await assert.rejects(start(account), isRefused("credential-missing"));
    });

    test("a password by a link ends all", async () => {
      const account = await newAccount();
      await start(account);
      await choose(account);
      assert.deepEqual(await sessionsOf(account), []);
    });
  });

  describe("passwords", () => {
    test("nothing tells why a sign-in was refused", async () => {
      const [account, disabled, without] = [await newAccount(), await newAccount(), await newAccount()];
      await choose(account);
      await choose(disabled);
      await disableAccount(at.ports, at.by, disabled);
      for (const [email, password] of [
        [emailOf(account), OTHER_PASSWORD],
        [emailOf(account), new Secret("")],
        [emailOf(account), new Secret("x".repeat(1_025))],
        [emailOf(disabled), PASSWORD],
        [emailOf(without), PASSWORD],
        ["nobody@example.com", PASSWORD],
        ["nonsense", PASSWORD],
        [account.username, PASSWORD],
      ] as const)
        assert.equal(await check(email, password), undefined);
      assert.equal((await check(` ${emailOf(account).toUpperCase()} `))?.kind, "signed-in");
      await enableAccount(at.by, disabled);
      assert.equal((await check(emailOf(disabled)))?.kind, "signed-in");
    });

    test("guessing is slowed down where it happens, for accounts that are there and that are not", async () => {
      const account = await newAccount();
      await choose(account);
      for (const email of [emailOf(account), "nobody-at-all@example.com"]) {
        for (let i = 0; i < FREE_TRIES; i += 1)
          assert.equal(await check(email, OTHER_PASSWORD, "198.51.100.7"), undefined);
        await assert.rejects(check(email, PASSWORD, "198.51.100.7"), isRefused("throttled"));
      }
      assert.equal((await check(emailOf(account), PASSWORD, "198.51.100.8"))?.kind, "signed-in");
      at.pass(10_000);
      assert.equal((await check(emailOf(account), PASSWORD, "198.51.100.7"))?.kind, "signed-in");
    });

    test("a change needs the current one, and a good new one", async () => {
      const account = await newAccount();
      await choose(account);
      const here = await start(account);
      const change = (current: Secret, next: Secret) =>
        changePassword(at.ports, at.by, at.asker, account, {
          current,
          next,
          session: here.uuid,
          endsOtherSessions: true,
        });
      await assert.rejects(change(OTHER_PASSWORD, OTHER_PASSWORD), isRefused("invalid-input", "current"));
      await assert.rejects(change(PASSWORD, new Secret("short")), isRefused("invalid-input", "password"));
      const link = await createPasswordLink(at.ports, at.by, account);
      await start(account);
      await change(PASSWORD, OTHER_PASSWORD);
      assert.deepEqual(await sessionsOf(account), [here.uuid], "and all other sessions");
      assert.equal(await linkOf(link), undefined, "a link that could change it again ends");
      assert.equal(await check(emailOf(account)), undefined);
      assert.equal((await check(emailOf(account), OTHER_PASSWORD))?.kind, "signed-in");
    });
  });

  describe("two-step verification", () => {
    const codeOf = (seed: Buffer, steps = 0) =>
      new TOTP({ secret: new OtpSecret({ buffer: Uint8Array.from(seed).buffer }) }).generate({
        timestamp: at.ports.clock().getTime() + steps * 30_000,
      });

    async function setUp() {
      const account = await newAccount();
      await choose(account);
      await beginTwoStep(at.ports, at.by, account);
      const seed = (await findPendingSeed(at.ports, account))!;
      return { account, seed };
    }
    const use = (account: Account, text: string) => useSecondFactor(at.ports, at.by, at.asker, account, text);

    test("nothing is asked for until a code has shown that the app has the seed", async () => {
      const { account, seed } = await setUp();
      assert.equal((await check(emailOf(account)))?.kind, "signed-in");
      await assert.rejects(
        enableTwoStep(at.ports, at.by, account, "000000x"),
        isRefused("invalid-input", "code"),
      );
      const codes = await enableTwoStep(at.ports, at.by, account, codeOf(seed));
      assert.equal(codes.length, 10);
      assert.equal((await check(emailOf(account)))?.kind, "code-needed");
      assert.equal(await findPendingSeed(at.ports, account), undefined, "the seed is never shown again");
      await assert.rejects(beginTwoStep(at.ports, at.by, account), isRefused("conflict"));
      const stored = (await findTwoStep(at.ports.database.kysely, account.uuid))!.seed;
      assert.equal(stored.includes(seed), false, "it is sealed");
    });

    test("a code works once, for now and the step before, and never ahead", async () => {
      const { account, seed } = await setUp();
      await enableTwoStep(at.ports, at.by, account, codeOf(seed));
      await assert.rejects(
        use(account, codeOf(seed)),
        isRefused("invalid-input", "code"),
        "used to set it up",
      );
      at.pass(60_000);
      await assert.rejects(use(account, codeOf(seed, 1)), isRefused("invalid-input", "code"));
      await assert.rejects(use(account, codeOf(seed, -2)), isRefused("invalid-input", "code"));
      const spaced = codeOf(seed, -1).replace(/(...)/, "$1 ");
      assert.deepEqual(await use(account, spaced), { kind: "code" });
      assert.deepEqual(await use(account, codeOf(seed)), { kind: "code" });
      await assert.rejects(use(account, codeOf(seed)), isRefused("invalid-input", "code"));
      await assert.rejects(use(account, codeOf(seed, -1)), isRefused("invalid-input", "code"));
      at.pass(30_000);
      const racing = await Promise.allSettled([use(account, codeOf(seed)), use(account, codeOf(seed))]);
      assert.equal(racing.filter(({ status }) => status === "fulfilled").length, 1);
      assert.ok((await auditOf(account)).includes("account.second-factor-failed"));
    });

    test("a recovery code works once, however it is typed, and new ones end the others", async () => {
      const { account, seed } = await setUp();
      const codes = await enableTwoStep(at.ports, at.by, account, codeOf(seed));
      assert.match(codes[0]!.reveal(), /^(?:[a-z2-7]{4}-){5}[a-z2-7]{4}$/);
      const typed = codes[0]!.reveal().toUpperCase().replaceAll("-", " ");
      assert.deepEqual(await use(account, typed), { kind: "recovery-code", left: 9 });
      await assert.rejects(use(account, typed), isRefused("invalid-input", "code"));
      const renewed = await renewRecoveryCodes(at.ports, at.by, account);
      await assert.rejects(use(account, codes[1]!.reveal()), isRefused("invalid-input", "code"));
      assert.deepEqual(await use(account, renewed[1]!.reveal()), { kind: "recovery-code", left: 9 });
      const other = await setUp();
      await enableTwoStep(at.ports, at.by, other.account, codeOf(other.seed));
      await assert.rejects(use(other.account, renewed[2]!.reveal()), isRefused("invalid-input", "code"));
    });

    test("codes are guessed twenty times an hour at most", async () => {
      const { account, seed } = await setUp();
      await enableTwoStep(at.ports, at.by, account, codeOf(seed));
      at.pass(60_000);
      const wrong = codeOf(seed) === "000000" ? "000001" : "000000";
      for (let i = 0; i < 20; i += 1)
        await assert.rejects(
          useSecondFactor(at.ports, at.by, { network: `203.0.113.${i}` }, account, wrong),
          isRefused("invalid-input", "code"),
        );
      await assert.rejects(
        useSecondFactor(at.ports, at.by, { network: "203.0.113.77" }, account, codeOf(seed)),
        isRefused("throttled"),
      );
    });

    test("a new password by a link leaves the second step in place", async () => {
      const { account, seed } = await setUp();
      await enableTwoStep(at.ports, at.by, account, codeOf(seed));
      await choose(account, OTHER_PASSWORD);
      assert.equal((await check(emailOf(account), OTHER_PASSWORD))?.kind, "code-needed");
    });

    test("the ticket between the steps ends with time, with the password, and with the account", async () => {
      const { account, seed } = await setUp();
      await enableTwoStep(at.ports, at.by, account, codeOf(seed));
      const ticketOf = async (password = PASSWORD) => {
        const step = await check(emailOf(account), password);
        assert.ok(step?.kind === "code-needed");
        return step.ticket;
      };
      const find = (ticket: Secret) => findAccountOfTicket(at.ports, ticket);
      const ticket = await ticketOf();
      assert.equal((await find(ticket))?.uuid, account.uuid);
      const [uuid, expires, signature] = ticket.reveal().split(".");
      const other = await newAccount();
      for (const forged of [
        `${other.uuid}.${expires}.${signature}`,
        `${uuid}.${Number(expires) + 1}.${signature}`,
        `${uuid}.${expires}.`,
        `${uuid}.${expires}.${signature}.x`,
        `${uuid}.NaN.${signature}`,
        "",
        "..",
      ])
        assert.equal(await find(new Secret(forged)), undefined);
      at.pass(10 * 60_000);
      assert.equal(await find(ticket), undefined);
      const second = await ticketOf();
      await choose(account, OTHER_PASSWORD);
      assert.equal(await find(second), undefined);
      const third = await ticketOf(OTHER_PASSWORD);
      await disableAccount(at.ports, at.by, account);
      assert.equal(await find(third), undefined);
    });

    test("switched off, nothing of it is left", async () => {
      const { account, seed } = await setUp();
      await enableTwoStep(at.ports, at.by, account, codeOf(seed));
      await disableTwoStep(at.by, account);
      assert.equal((await check(emailOf(account)))?.kind, "signed-in");
      assert.equal(await countRecoveryCodes(at.ports.database.kysely, account.uuid), 0);
      await assert.rejects(renewRecoveryCodes(at.ports, at.by, account), isRefused("conflict"));
    });
  });

  describe("invitations", () => {
    async function invite(email: string, without: { mailer?: true } = {}) {
      counter += 1;
      const owner = await newAccount();
      const { workspace } = await createWorkspace(at.ports, at.by, { slug: `team${counter}`, owner });
      const group = await createGroup(at.ports, at.by, workspace, "Reviewers");
      const ports = without.mailer ? { ...at.ports, mailer: undefined } : at.ports;
      const wanted = { email, role: "member", repositoryPermission: "write", group } as const;
      const made = await inviteToWorkspace(ports, at.by, workspace, wanted, writeMail);
      return { workspace, group, made, owner };
    }

    test("a mailed one makes an account with the confirmed address, a member of workspace and group", async () => {
      const { workspace, made } = await invite("new.person@example.com");
      assert.equal(made.url, undefined, "nobody else sees the link");
      const [mail] = await at.takeMails();
      assert.equal(mail!.to, "new.person@example.com");
      const invitation = (await linkOf({ url: new Secret(mail!.text.reveal()) })) as InvitationLink;
      await assert.rejects(
        createInvitedAccount(at.ports, at.by, at.asker, invitation, {
          username: "newperson",
          password: new Secret(`${workspace.slug}-${workspace.slug}-1`),
        }),
        isRefused("invalid-input", "password"),
        "the workspace's name is no password",
      );
      const account = await createInvitedAccount(at.ports, at.by, at.asker, invitation, {
        username: "newperson",
        password: PASSWORD,
      });
      assert.deepEqual(await listEmails(at.ports.database.kysely, account.uuid), [
        { address: "new.person@example.com", isPrimary: true, isConfirmed: true },
      ]);
      assert.deepEqual(await findMember(at.ports.database.kysely, workspace.uuid, account.uuid), {
        accountUuid: account.uuid,
        role: "member",
        repositoryPermission: "write",
      });
      assert.equal((await check("new.person@example.com"))?.kind, "signed-in");
      await assert.rejects(
        acceptInvitation(at.ports, at.by, await newAccount(), invitation),
        isRefused("gone"),
        "it works once",
      );
    });

    test("an account that is there joins, and keeps what it is if it has joined before", async () => {
      const account = await newAccount();
      const { workspace, made, owner } = await invite(emailOf(account), { mailer: true });
      const invitation = (await linkOf({ url: made.url! })) as InvitationLink;
      await acceptInvitation(at.ports, at.by, account, invitation);
      await assert.rejects(
        inviteToWorkspace(
          at.ports,
          at.by,
          workspace,
          { email: emailOf(account), role: "member", repositoryPermission: "read" },
          writeMail,
        ),
        isRefused("conflict", "email"),
      );
      const again = await inviteToWorkspace(
        { ...at.ports, mailer: undefined },
        at.by,
        workspace,
        { email: "owner.elsewhere@example.com", role: "member", repositoryPermission: "none" },
        writeMail,
      );
      await acceptInvitation(at.ports, at.by, owner, (await linkOf({ url: again.url! })) as InvitationLink);
      assert.equal((await findMember(at.ports.database.kysely, workspace.uuid, owner.uuid))?.role, "owner");
    });

    test("the next one for the address, and a withdrawal, end it; a taken user name does not", async () => {
      const { workspace, made } = await invite("third@example.com", { mailer: true });
      const second = await inviteToWorkspace(
        { ...at.ports, mailer: undefined },
        at.by,
        workspace,
        { email: "Third@Example.com", role: "member", repositoryPermission: "read" },
        writeMail,
      );
      assert.equal(await linkOf({ url: made.url! }), undefined);
      const invitation = (await linkOf({ url: second.url! })) as InvitationLink;
      const taken = await newAccount();
      await assert.rejects(
        createInvitedAccount(at.ports, at.by, at.asker, invitation, {
          username: taken.username,
          password: PASSWORD,
        }),
        isRefused("conflict"),
      );
      await withdrawInvitation(at.ports, at.by, workspace, invitation.uuid);
      await assert.rejects(
        withdrawInvitation(at.ports, at.by, workspace, invitation.uuid),
        isRefused("not-found"),
      );
      await assert.rejects(acceptInvitation(at.ports, at.by, taken, invitation), isRefused("gone"));
    });
  });

  describe("addresses", () => {
    test("one is the account's once its link was opened, and only then", async () => {
      const account = await newAccount();
      const asked = await requestEmailAddress(at.ports, at.by, account, " second@Example.com ", writeMail);
      assert.equal(asked.isMailed, true);
      assert.equal((await listEmails(at.ports.database.kysely, account.uuid)).length, 1);
      const [mail] = await at.takeMails();
      const link = (await linkOf({ url: new Secret(mail!.text.reveal()) })) as EmailLink;
      await confirmEmailAddress(at.ports, at.by, link);
      await assert.rejects(confirmEmailAddress(at.ports, at.by, link), isRefused("gone"));
      await changePrimaryEmail(at.by, account, "second@example.com");
      await assert.rejects(
        removeEmailAddress(at.by, account, "second@example.com"),
        isRefused("conflict"),
        "the primary one stays",
      );
      await removeEmailAddress(at.by, account, emailOf(account));
      assert.deepEqual(await listEmails(at.ports.database.kysely, account.uuid), [
        { address: "second@Example.com", isPrimary: true, isConfirmed: true },
      ]);
    });

    test("asking tells nothing of whose an address is; whoever opens the link is told", async () => {
      const [account, other] = [await newAccount(), await newAccount()];
      const asked = await requestEmailAddress(at.ports, at.by, account, emailOf(other), writeMail);
      assert.equal(asked.isMailed, true);
      await at.takeMails();
      await assert.rejects(confirmEmailAddress(at.ports, at.by, asked.link), isRefused("conflict"));
      await removeEmailAddress(at.by, account, emailOf(other));
      await assert.rejects(removeEmailAddress(at.by, account, emailOf(other)), isRefused("not-found"));
      assert.equal((await listEmails(at.ports.database.kysely, other.uuid)).length, 1);
    });

    test("an address that somebody has claimed and never confirmed goes to who confirms it", async () => {
      const [squatter, account] = [await newAccount(), await newAccount()];
      const address = `claimed${counter}@example.com`;
      await addEmail(at.ports, at.by, squatter, { address, isPrimary: false, isConfirmed: false });
      await confirmEmailByOperator(at.ports, at.by, account, address);
      assert.equal((await listEmails(at.ports.database.kysely, squatter.uuid)).length, 1);
      assert.equal((await listEmails(at.ports.database.kysely, account.uuid)).length, 2);
    });

    test("an account has at most twenty, with those that wait", async () => {
      const account = await newAccount();
      for (let i = 0; i < 19; i += 1)
        await requestEmailAddress(at.ports, at.by, account, `many${i}.${counter}@example.com`, writeMail);
      await assert.rejects(
        requestEmailAddress(at.ports, at.by, account, "more@example.com", writeMail),
        isRefused("invalid-input", "email"),
      );
      await assert.rejects(
        requestEmailAddress(at.ports, at.by, account, emailOf(account), writeMail),
        isRefused("invalid-input", "email"),
      );
    });
  });
});
