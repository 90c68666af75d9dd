/** A full SHA-1 object name: 40 lower-case hex digits. */
export type ObjectId = string & { readonly __brand: "ObjectId" };

export const ZERO_OBJECT_ID = "0".repeat(40) as ObjectId;

export function parseObjectId(text: string): ObjectId | undefined {
  return /^[0-9a-f]{40}$/.test(text) ? (text as ObjectId) : undefined;
}
