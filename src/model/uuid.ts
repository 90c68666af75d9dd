/** A UUID in lower case, without braces. The wire shows it in braces: `{…}`. */
export type Uuid = string & { readonly __brand: "Uuid" };

/** Reads a UUID as the wire has it, in braces or without, in any case. */
export function parseUuid(text: string): Uuid | undefined {
  const match = /^(\{?)([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(\}?)$/i.exec(text);
  if (match === null || (match[1] === "") !== (match[3] === "")) return undefined;
  return match[2]!.toLowerCase() as Uuid;
}

/** Like `parseUuid`, where a bare UUID could be a slug: only braces make it a UUID. */
export function parseBracedUuid(text: string): Uuid | undefined {
  return text.startsWith("{") ? parseUuid(text) : undefined;
}

export function bracedUuid(uuid: Uuid): string {
  return `{${uuid}}`;
}
