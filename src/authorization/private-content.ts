import { findPrivateRefusal, type PrivateRefusal } from "../model/bound.ts";
import type { Caller } from "../model/caller.ts";
import { Failure } from "../model/failure.ts";

import type { Uuid } from "../model/uuid.ts";

/** Why the private content of a workspace stays closed to the credential. Undefined: it does not, or the repository is public. */
export function privateRefusal(
  caller: Caller,
  { isPrivate, workspaceUuid }: { readonly isPrivate: boolean; readonly workspaceUuid: Uuid },
): PrivateRefusal | undefined {
  return isPrivate ? refusalIn(caller, workspaceUuid) : undefined;
}

/**
 * Who administers a workspace can open all that is in it, or have it sent elsewhere: a credential that may be in other hands is
 * not let do so from where private content stays closed. The pages of its owners stay open, or nobody could undo it.
 */
export function administrationRefusal(caller: Caller, workspaceUuid: Uuid): PrivateRefusal | undefined {
  if (caller.kind === "anonymous" || caller.credential.kind === "session") return undefined;
  return refusalIn(caller, workspaceUuid);
}

/**
 * Who administers a project can make an access token that opens all that is in it, and that asks nobody for two-step
 * verification. Pages are no exception: the policy is not on those of projects.
 */
export function projectAdministrationRefusal(
  caller: Caller,
  workspaceUuid: Uuid,
): PrivateRefusal | undefined {
  return refusalIn(caller, workspaceUuid);
}

function refusalIn(caller: Caller, workspaceUuid: Uuid): PrivateRefusal | undefined {
  return caller.kind === "anonymous" ? undefined : findPrivateRefusal(caller.credential.bound, workspaceUuid);
}

/** For a caller who may see what was asked for. Recorded texts of Bitbucket; the address is ours. */
export function privateContentRefused({ reason }: PrivateRefusal): Failure {
  switch (reason.kind) {
    case "address":
      return new Failure(
        "private-content-refused",
        "To access this repository, an admin must whitelist your IP.",
        { detail: `Your address is ${reason.address}.`, reason: "address" },
      );
    case "two-step":
      return new Failure(
        "private-content-refused",
        "To access this repository, enable two-step authentication.",
        { reason: "two-step verification" },
      );
  }
}
