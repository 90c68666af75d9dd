export const OBJECT_TYPES = ["commit", "tree", "blob", "tag"] as const;
export type ObjectType = (typeof OBJECT_TYPES)[number];

export function parseObjectType(text: string): ObjectType | undefined {
  return OBJECT_TYPES.find((type) => type === text);
}
