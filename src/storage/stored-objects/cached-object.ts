import type { LivePack } from "../sql/stored-objects/packs.ts";

/** What has to be known of a stored object to have its files here. */
export type CachedObject = Pick<LivePack, "name" | "bytes" | "sha256" | "sections" | "isInline">;
