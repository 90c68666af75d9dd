import type { Account } from "./account.ts";
import type { Installation } from "./app.ts";
import type { Actor } from "./audit.ts";
import { allRefsRefusal, type Bound, isWithin, type Location, type Network, refRefusal } from "./bound.ts";
import type { Caller, CallerCredential, CredentialReference, Operator, Viewer } from "./caller.ts";
import { appsOnly, credentialMissing } from "./failure.ts";
import { isWithinHours } from "./hours.ts";
import type { QuotaKey } from "./quota-key.ts";
import type { RefName } from "./ref-name.ts";
import type { Token } from "./token.ts";
import type { Uuid } from "./uuid.ts";

/**
 * Who acts, as each part of the product asks for it. Only here is a caller taken apart by its kind: another kind is an
 * error of the compiler in this file, and in what admits.
 */

/** Undefined for somebody without an account. */
export function accountOf(who: Caller | Operator): Account | undefined {
  switch (who.kind) {
    case "anonymous":
    case "operator":
      return undefined;
    case "account":
      return who.account;
  }
}

/** Where something is done in somebody's name. A route that asks for write has refused anyone anonymous before. */
export function requireAccount(who: Caller | Operator): Account {
  const account = accountOf(who);
  if (account === undefined) throw credentialMissing();
  return account;
}

/** What only an app does, by a token that it has signed itself. A route that is for apps has refused other credentials before. */
export function requireInstallation(who: Caller | Operator): Installation {
  requireAccount(who);
  if (who.kind !== "account" || who.credential.kind !== "app")
    throw appsOnly({ kind: who.kind === "account" ? who.credential.kind : "session" });
  return who.credential.installation;
}

/** The account where its credential counts. Undefined: nothing is held there by it. */
export function accountWithin(caller: Caller, location: Location): Account | undefined {
  return reaches(caller, location) ? accountOf(caller) : undefined;
}

/** Whether the credential counts there at all. Who has sent none reaches everything, and sees what is public. */
export function reaches(caller: Caller, location: Location): boolean {
  switch (caller.kind) {
    case "anonymous":
      return true;
    case "account":
      return isWithin(caller.credential.bound, location);
  }
}

/** Why who acts may not change a ref, whatever permission it has. Undefined: its credential does not forbid it. */
export function refRefusalOf(who: Caller | Operator, name: RefName): string | undefined {
  switch (who.kind) {
    case "anonymous":
    case "operator":
      return undefined;
    case "account":
      return refRefusal(who.credential.bound, name);
  }
}

/** Why who acts may not delete a repository with all its refs. Undefined: its credential does not forbid it. */
export function allRefsRefusalOf(who: Caller | Operator): string | undefined {
  return who.kind === "account" ? allRefsRefusal(who.credential.bound) : undefined;
}

/** From where the credential may be used: each list has to have the address. */
export function networksOf(caller: Caller): readonly (readonly Network[])[] {
  return boundsOf(caller).flatMap(({ addresses }) => (addresses === undefined ? [] : [addresses]));
}

/** Whether it is an hour in which the credential only reads. */
export function isReadOnlyAt(caller: Caller, now: Date): boolean {
  return boundsOf(caller).some(({ readOnlyHours = [] }) =>
    readOnlyHours.some((hours) => isWithinHours(hours, now)),
  );
}

/** The bound of the credential, and all that count beside it. */
function boundsOf(caller: Caller): readonly Bound[] {
  switch (caller.kind) {
    case "anonymous":
      return [];
    case "account": {
      const bounds: Bound[] = [];
      for (let bound = caller.credential.bound; bound !== undefined; bound = bound.outer) bounds.push(bound);
      return bounds;
    }
  }
}

/** Whose eyes a list is made for. */
export function viewerOf(caller: Caller): Viewer {
  switch (caller.kind) {
    case "anonymous":
      return caller;
    case "account":
      return { kind: "account", accountUuid: caller.account.uuid, bound: caller.credential.bound };
  }
}

/** The token that was sent. Undefined for whoever is known by something else. */
export function tokenOf(who: Caller | Operator): Token | undefined {
  if (who.kind !== "account") return undefined;
  const { credential } = who;
  switch (credential.kind) {
    case "api-token":
    case "access-token":
    case "oauth":
      return credential.token;
    case "session":
    case "app":
    case "ssh-key":
      return undefined;
  }
}

/** For the audit log: in whose name it was, by which credential, and from where. */
export function actorOf(caller: Caller, address: string): Actor {
  switch (caller.kind) {
    case "anonymous":
      return { kind: "anonymous", address };
    case "account":
      return {
        kind: "account",
        accountUuid: caller.account.uuid,
        credential: referenceTo(caller.credential),
        address,
      };
  }
}

function referenceTo({ kind, id }: CallerCredential): CredentialReference {
  return { kind, id };
}

/** By whom refs are changed. Nobody does it anonymously; the operator is bound by no rule. */
export type Author = { readonly kind: "account"; readonly account: Account } | { readonly kind: "operator" };

export function authorOf(who: Caller | Operator): Author {
  return who.kind === "operator" ? who : { kind: "account", account: requireAccount(who) };
}

/**
 * Whom a process counts for that runs for a caller: the repository that it is about, and the account. Of those who send no
 * credential each network, and all together.
 */
export function quotaKeysOf(
  caller: Caller,
  network: string,
  repository: { readonly uuid: Uuid } | undefined,
): readonly QuotaKey[] {
  const ofRepository = repository === undefined ? [] : [{ kind: "repository", id: repository.uuid } as const];
  switch (caller.kind) {
    case "anonymous":
      return [...ofRepository, { kind: "address", id: network }, { kind: "anonymous", id: "anonymous" }];
    case "account":
      return [...ofRepository, { kind: "account", id: caller.account.uuid }];
  }
}
