/** Room for a long page. What is written into is used again, unless it has grown larger. */
const ROOM_BYTES = 256 * 1024;
/** A code unit of a string takes no more in UTF-8. */
const UNIT_BYTES_MAX = 3;

let room: Buffer | undefined;

/**
 * Puts JSON together as UTF-8. As a string it would be copied some times, in the memory that has to be collected, before it
 * is bytes. Nothing may be awaited between its making and `finish`.
 */
export class JsonWriter {
  #bytes: Buffer;
  #length = 0;

  constructor() {
    this.#bytes = room ?? Buffer.allocUnsafeSlow(ROOM_BYTES);
    room = undefined;
  }

  /** A part of JSON as it is. */
  write(json: string): void {
    this.#makeRoom(json.length * UNIT_BYTES_MAX);
    this.#length += this.#bytes.write(json, this.#length);
  }

  writeBytes(json: Uint8Array): void {
    this.#makeRoom(json.length);
    this.#bytes.set(json, this.#length);
    this.#length += json.length;
  }

  /** All of it, with no byte of memory more. Nothing may be written after that. */
  finish(): Buffer {
    const all = Buffer.from(this.#bytes.subarray(0, this.#length));
    if (this.#bytes.length === ROOM_BYTES) room = this.#bytes;
    return all;
  }

  #makeRoom(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.#length + bytes));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
