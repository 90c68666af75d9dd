import { type Entry, type Holes, TRANSLATE } from "../translate.ts";

/** What a form tells on the page that follows it, once. */
export type Flash = {
  readonly entry: Entry;
  readonly holes?: Readonly<Record<string, string | number>>;
  /** Undefined: done. `warning`: done, and something has to be known. */
  readonly kind?: "warning";
};

export function flash(entry: Entry, holes?: Flash["holes"], kind?: Flash["kind"]): Flash {
  return { entry, ...(holes === undefined ? {} : { holes }), ...(kind === undefined ? {} : { kind }) };
}

const LENGTH_MAX = 2_800;

/**
 * A flash as the value of a cookie, which the next page reads and ends. It is text only, and shown escaped: whoever could
 * plant one could make the page say something, as with any link.
 */
export function encodeFlash(flash: Flash): string | undefined {
  const text = Buffer.from(JSON.stringify(flash)).toString("base64url");
  return text.length <= LENGTH_MAX ? text : undefined;
}

export function decodeFlash(text: string | undefined): Flash | undefined {
  if (text === undefined || text.length > LENGTH_MAX) return undefined;
  try {
    const { entry, holes, kind } = JSON.parse(Buffer.from(text, "base64url").toString());
    if (!isEntry(entry)) return undefined;
    const texts = Object.entries((holes ?? {}) as Holes).filter(
      ([, hole]) => typeof hole === "string" || typeof hole === "number",
    ) as [string, string | number][];
    const read = flash(entry, Object.fromEntries(texts), kind === "warning" ? kind : undefined);
    // A cookie need not be ours: one that lacks what a hole is for cannot be said.
    for (const say of Object.values(TRANSLATE)) say(read.entry, read.holes);
    return read;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is Entry {
  const { en, ja } = (value ?? {}) as Record<string, unknown>;
  const forms = (en ?? {}) as Record<string, unknown>;
  return (
    typeof ja === "string" &&
    (typeof en === "string" || (typeof forms.one === "string" && typeof forms.other === "string"))
  );
}
