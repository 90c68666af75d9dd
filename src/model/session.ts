import type { Uuid } from "./uuid.ts";

/** Somebody who is signed in to the pages with one browser. Of its cookie only the SHA-256 is stored. */
export type Session = {
  readonly uuid: Uuid;
  readonly accountUuid: Uuid;
  readonly createdAt: Date;
  /** When the password was given last. */
  readonly authenticatedAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  /** From where it was used last. */
  readonly address: string;
  /** The browser, as it names itself. */
  readonly client: string;
};

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Both ends of a session: docs/security.md has the reasons. */
export const SESSION_IDLE_MS_MAX = 7 * DAY_MS;
export const SESSION_AGE_MS_MAX = 30 * DAY_MS;
/** For how long a password opens what asks for it again: ASVS 5.0, 7.5.1. */
export const STEP_UP_MS_MAX = 10 * MINUTE_MS;

export const CLIENT_LENGTH_MAX = 200;

export function isSessionAlive({ lastUsedAt, expiresAt }: Session, now: Date): boolean {
  return now < expiresAt && now.getTime() - lastUsedAt.getTime() < SESSION_IDLE_MS_MAX;
}

/** Whether the password was given a short time ago. */
export function isFreshlyAuthenticated({ authenticatedAt }: Session, now: Date): boolean {
  return now.getTime() - authenticatedAt.getTime() < STEP_UP_MS_MAX;
}
