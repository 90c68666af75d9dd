import { Failure } from "../../model/failure.ts";
import { ByteWindow } from "./byte-window.ts";

/** One pair of a form, decoded. */
export type FormPair = {
  readonly name: string;
  /** The bytes as they arrive, which need not be UTF-8. Unread bytes are skipped when the next pair is requested. */
  readonly content: AsyncIterable<Buffer>;
};

const NAME_BYTES_MAX = 16 * 1024;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;
/** Made once: a form may have thousands of names, and a decoder costs more than what it decodes. */
const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The pairs of an `application/x-www-form-urlencoded` body by the rules of the URL Standard, section 5.1, read as they
 * arrive: no value is ever completely in memory.
 *
 * @throws Failure invalid-input for a name that is not UTF-8 or longer than the limit.
 */
export async function* readFormUrlencoded(source: AsyncIterable<Buffer>): AsyncGenerator<FormPair> {
  const window = new ByteWindow(source);
  try {
    while (window.held.length > 0 || (await window.grow())) {
      if (window.held[0] === AMPERSAND) {
        window.take(1);
        continue;
      }
      const name = decodeName(await readName(window));
      const end = window.held.indexOf(AMPERSAND);
      if (end !== -1) {
        // Most values have arrived completely: a form of thousands of fields then never has to wait for one of them.
        yield { name, content: once(decodePercent(window.take(end))) };
        continue;
      }
      const value = openValue(window);
      yield { name, content: value.read() };
      for await (const _ of value.read()) {
        // Skip what the reader has left.
      }
    }
  } finally {
    await window.close();
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes;
}

/** Up to the equals sign, which is removed too, or to the end of the pair. */
async function readName(window: ByteWindow): Promise<Buffer> {
  let looked = 0;
  for (;;) {
    for (; looked < window.held.length; looked += 1) {
      const byte = window.held[looked];
      if (byte === AMPERSAND || byte === EQUALS) {
        const name = window.take(looked);
        if (byte === EQUALS) window.take(1);
        return name;
      }
      if (looked >= NAME_BYTES_MAX) {
        throw new Failure(
          "too-large",
          `Bad request: the name of a field is longer than the limit of ${NAME_BYTES_MAX} bytes`,
        );
      }
    }
    if (!(await window.grow())) return window.take(window.held.length);
  }
}

/** Up to the end of the pair. If a reader stops earlier, the next reader gets the rest. */
function openValue(window: ByteWindow): { read(): AsyncGenerator<Buffer> } {
  let isPassed = false;
  return {
    async *read() {
      while (!isPassed) {
        const end = window.held.indexOf(AMPERSAND);
        const whole = end === -1 ? window.held.length : end;
        // A percent sign near the end waits for its two digits.
        const cut = window.held.subarray(0, whole).lastIndexOf(PERCENT);
        const isCut = end === -1 && cut !== -1 && cut > whole - 3;
        const content = window.take(isCut ? cut : whole);
        isPassed = end !== -1;
        if (content.length > 0) yield decodePercent(content);
        if (isPassed || (await window.grow())) continue;
        isPassed = true;
        if (window.held.length > 0) yield decodePercent(window.take(window.held.length));
      }
    },
  };
}

function decodeName(bytes: Buffer): string {
  try {
    return UTF_8.decode(decodePercent(bytes));
  } catch {
    throw new Failure("invalid-input", "Bad request: the name of a field is not UTF-8", {
      fields: { body: ["the name of a field is not UTF-8"] },
    });
  }
}

/** A plus is a space; a percent sign that is not followed by two hex digits stays. */
function decodePercent(bytes: Buffer): Buffer {
  const decoded = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index]!;
    const value =
      byte === PERCENT ? hexValue(bytes[index + 1]) * 16 + hexValue(bytes[index + 2]) : Number.NaN;
    if (!Number.isNaN(value)) index += 2;
    decoded[length] = Number.isNaN(value) ? (byte === PLUS ? SPACE : byte) : value;
    length += 1;
  }
  return decoded.subarray(0, length);
}

/** NaN if it is not a hex digit. */
function hexValue(byte: number | undefined): number {
  return byte === undefined ? Number.NaN : Number.parseInt(String.fromCharCode(byte), 16);
}
