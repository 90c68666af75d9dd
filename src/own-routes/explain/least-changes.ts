import { countsEverywhere } from "../../model/bound.ts";
import type { Caller } from "../../model/caller.ts";
import type { Explanation, Refusal } from "./explain-request.ts";

/** The least that would let the request in, in words: one for each refusal, as far as something can be done about it. */
export function leastChanges(caller: Caller, { refusals, permission }: Explanation): readonly string[] {
  return refusals.flatMap((refusal) => changeFor(refusal, caller, permission) ?? []);
}

function changeFor({ kind, missing }: Refusal, caller: Caller, permission: string): string | undefined {
  switch (kind) {
    case "credential-missing":
      return "send a credential";
    case "credential-invalid":
    case "no-bitbucket-scopes":
      return "use another token";
    case "credential-kind-refused":
      return "use a credential of another kind";
    case "address-refused":
      return "send the request from an address of the token's list, or use a token without one";
    case "hours-refused":
      return "wait until the hours have passed in which the token only reads, or use a token without them";
    case "scope-missing":
      return `use a token that also has ${missing.join(", ")}`;
    case "hidden":
      return isLimited(caller)
        ? "use a token that is not limited to other places, or have somebody give the account access there"
        : "check the name, or have somebody give the account access there";
    case "permission-missing":
      return `have the account given the permission that it takes: ${permission}`;
    case "token-refused":
      return "use a token that the workspace accepts";
    case "moved":
      return "use the new name";
    default:
      return undefined;
  }
}

function isLimited(caller: Caller): boolean {
  return caller.kind === "account" && !countsEverywhere(caller.credential.bound);
}
