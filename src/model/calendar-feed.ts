import type { Uuid } from "./uuid.ts";

/** A secret address from which a calendar reads when the tokens of an account end. Only a digest of the secret is stored. */
export type CalendarFeed = {
  readonly uuid: Uuid;
  readonly accountUuid: Uuid;
  readonly createdAt: Date;
  readonly lastReadAt: Date | undefined;
};

/** Of one account: for each of its calendars one. Our choice. */
export const CALENDAR_FEEDS_MAX = 10;
