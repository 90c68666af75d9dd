import { inspect } from "node:util";

const PRINTED = "[secret]";

/**
 * Text that must not reach a log, an error, an argument list or the database.
 * Every way of printing it by accident (template, JSON, inspect) shows `[secret]`.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The plain text. Called where a credential is created or checked, and nowhere else. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return PRINTED;
  }

  toJSON(): string {
    return PRINTED;
  }

  [inspect.custom](): string {
    return PRINTED;
  }
}
