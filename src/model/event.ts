import type { ObjectId } from "./object-id.ts";
import type { RefName } from "./ref-name.ts";
import type { Uuid } from "./uuid.ts";

/** One ref that a push has moved. Undefined: it did not exist before, or does not after. */
export type PushChange = {
  readonly name: RefName;
  readonly old: ObjectId | undefined;
  readonly new: ObjectId | undefined;
};

type Happened = {
  readonly repositoryUuid: Uuid;
  readonly actorUuid: Uuid | undefined;
  /** The base URLs that the links are made from: those of the request. */
  readonly bases: { readonly api: string; readonly html: string };
};

/**
 * What happened, as facts: written as JSON in the transaction of the change, turned into a payload when it is delivered.
 * What it names by id is looked up then.
 */
export type RepositoryEvent = Happened &
  (
    | { readonly kind: "repo:push"; readonly changes: readonly PushChange[] }
    /** Told to those who listen to the parent, which is `repositoryUuid`. */
    | { readonly kind: "repo:fork"; readonly forkUuid: Uuid }
  );

/** Reads what `JSON.stringify` made of an event. */
export function parseRepositoryEvent(json: string): RepositoryEvent {
  return JSON.parse(json) as RepositoryEvent;
}
