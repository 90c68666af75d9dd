/** A window onto bytes as they arrive: those that have arrived and are not taken yet. */
export class ByteWindow {
  readonly #pieces: AsyncIterator<Buffer>;
  #isEnded = false;
  held: Buffer;

  /** @param before bytes to insert before the first byte. */
  constructor(source: AsyncIterable<Buffer>, before: Buffer = Buffer.alloc(0)) {
    this.#pieces = source[Symbol.asyncIterator]();
    this.held = before;
  }

  /** Waits for at least one more byte. False at the end. */
  async grow(): Promise<boolean> {
    while (!this.#isEnded) {
      const piece = await this.#pieces.next();
      if (piece.done === true) {
        this.#isEnded = true;
      } else if (piece.value.length > 0) {
        this.held = this.held.length === 0 ? piece.value : Buffer.concat([this.held, piece.value]);
        return true;
      }
    }
    return false;
  }

  /** Removes and returns the first bytes. */
  take(length: number): Buffer {
    const taken = this.held.subarray(0, length);
    this.held = this.held.subarray(length);
    return taken;
  }

  /** Releases the source, which may not have ended. */
  async close(): Promise<void> {
    this.#isEnded = true;
    await this.#pieces.return?.();
  }
}
