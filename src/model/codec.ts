/**
 * How a value of the model is written as JSON and read again. What is stored is named field by field, so that a change of
 * the model is no change of what is stored: the compiler asks for each field of the type.
 */
export type Codec<T> = {
  encode(value: T): unknown;
  /** @throws UndecodableError for all else than what `encode` makes, and what it has made in earlier versions. */
  decode(stored: unknown): T;
};

export class UndecodableError extends Error {
  override readonly name = "UndecodableError";
}

function primitive<T extends string | number | boolean>(type: "string" | "number" | "boolean"): Codec<T> {
  return {
    encode: (value) => value,
    decode(stored) {
      if (typeof stored !== type) throw new UndecodableError(`no ${type}`);
      return stored as T;
    },
  };
}

/** Also for branded texts: what is stored was parsed before it was. */
export function text<T extends string = string>(): Codec<T> {
  return primitive<T>("string");
}

export const number = primitive<number>("number");
export const boolean = primitive<boolean>("boolean");

/** ISO 8601. */
export const date: Codec<Date> = {
  encode: (value) => value.toISOString(),
  decode(stored) {
    const value = new Date(text().decode(stored));
    if (Number.isNaN(value.getTime())) throw new UndecodableError("no date");
    return value;
  },
};

/** JSON as it is. */
export const json: Codec<unknown> = { encode: (value) => value, decode: (stored) => stored };

export function oneOf<const T extends string>(...values: readonly T[]): Codec<T> {
  return {
    encode: (value) => value,
    decode(stored) {
      const value = values.find((each) => each === stored);
      if (value === undefined) throw new UndecodableError("a word that is not known");
      return value;
    },
  };
}

/** Undefined is stored by leaving it out. */
export function optional<T>(codec: Codec<T>): Codec<T | undefined> {
  return {
    encode: (value) => (value === undefined ? undefined : codec.encode(value)),
    decode: (stored) => (stored === undefined ? undefined : codec.decode(stored)),
  };
}

/** For a field that was added: what was stored before has the value that is given. */
export function withDefault<T>(codec: Codec<T>, value: T): Codec<T> {
  return { encode: codec.encode, decode: (stored) => (stored === undefined ? value : codec.decode(stored)) };
}

export function list<T>(codec: Codec<T>): Codec<readonly T[]> {
  return {
    encode: (values) => values.map((value) => codec.encode(value)),
    decode(stored) {
      if (!Array.isArray(stored)) throw new UndecodableError("no list");
      return stored.map((each) => codec.decode(each));
    },
  };
}

/** A value under each of any keys. */
export function dictionary<T>(codec: Codec<T>): Codec<Readonly<Record<string, T>>> {
  const each = (values: object, change: (value: never) => unknown) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value as never)]));
  return {
    encode: (values) => each(values, codec.encode),
    decode: (stored) => each(requireObject(stored), codec.decode) as Readonly<Record<string, T>>,
  };
}

/** Fields that are stored beside these are left out when they are read. */
export function record<T extends object>(fields: { readonly [Key in keyof T]-?: Codec<T[Key]> }): Codec<T> {
  const entries = Object.entries<Codec<unknown>>(fields as Record<string, Codec<unknown>>);
  return {
    encode: (value) =>
      Object.fromEntries(entries.map(([key, codec]) => [key, codec.encode(value[key as keyof T])])),
    decode(stored) {
      const given = requireObject(stored);
      return Object.fromEntries(
        entries.map(([key, codec]) => {
          try {
            return [key, codec.decode(given[key])];
          } catch (error) {
            if (!(error instanceof UndecodableError)) throw error;
            throw new UndecodableError(`${key}: ${error.message}`);
          }
        }),
      ) as T;
    },
  };
}

function requireObject(stored: unknown): Readonly<Record<string, unknown>> {
  if (typeof stored !== "object" || stored === null || Array.isArray(stored))
    throw new UndecodableError("no object");
  return stored as Readonly<Record<string, unknown>>;
}
