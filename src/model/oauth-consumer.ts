import type { OauthScope } from "./oauth-scope.ts";
import type { Uuid } from "./uuid.ts";

/** A program that asks for access by OAuth 2.0, as a workspace has registered it. Of its secret only SHA-256 is stored. */
export type OauthConsumer = {
  readonly uuid: Uuid;
  readonly workspaceUuid: Uuid;
  /** As which it acts by itself, with client credentials: no person's. */
  readonly accountUuid: Uuid;
  /** The `client_id`: 18 letters and digits. */
  readonly key: string;
  readonly name: string;
  readonly description: string;
  /** Where the curious may read more. */
  readonly url: string | undefined;
  /** Undefined: nobody can be sent back to it, so it gets no codes. */
  readonly callbackUrl: string | undefined;
  /** Its secret is known to its owner alone. Otherwise it is installed by others, and gets no client credentials. */
  readonly isPrivate: boolean;
  readonly scopes: readonly OauthScope[];
  /** Undefined: the operator, or an account that is gone. */
  readonly createdByUuid: Uuid | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastUsedAt: Date | undefined;
};

export const CONSUMER_NAME_LENGTH_MAX = 255;
export const CONSUMER_DESCRIPTION_LENGTH_MAX = 2_000;
export const CONSUMER_URL_LENGTH_MAX = 1_000;
/** Of one workspace. */
export const CONSUMERS_MAX = 100;
