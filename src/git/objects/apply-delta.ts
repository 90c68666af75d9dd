/**
 * Makes an object of its base and a delta: gitformat-pack(5), "Deltified representation".
 *
 * @returns undefined if the delta is not for this base, does not make what it says, or makes more than `bytesMax`.
 */
export function applyDelta(base: Buffer, delta: Buffer, bytesMax: number): Buffer | undefined {
  const baseSize = readSize(delta, 0);
  const size = baseSize && readSize(delta, baseSize.end);
  if (baseSize?.value !== base.length || size === undefined || size.value > bytesMax) return undefined;
  const made = Buffer.allocUnsafe(size.value);
  let written = 0;
  let at = size.end;
  while (at < delta.length) {
    const command = delta[at]!;
    at += 1;
    if (command & 0x80) {
      const copy = readCopy(delta, at, command);
      if (copy === undefined || copy.start + copy.bytes > base.length || written + copy.bytes > made.length)
        return undefined;
      base.copy(made, written, copy.start, copy.start + copy.bytes);
      written += copy.bytes;
      at = copy.end;
    } else {
      // Zero is reserved for future use by git.
      if (command === 0 || at + command > delta.length || written + command > made.length) return undefined;
      delta.copy(made, written, at, at + command);
      written += command;
      at += command;
    }
  }
  return written === made.length ? made : undefined;
}

/** Sizes of four bytes of seven bits are far beyond what is handled here. */
const SIZE_BYTES_MAX = 4;

function readSize(
  delta: Buffer,
  start: number,
): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let index = 0; index < SIZE_BYTES_MAX; index += 1) {
    const byte = delta[start + index];
    if (byte === undefined) return undefined;
    value |= (byte & 0x7f) << (7 * index);
    if ((byte & 0x80) === 0) return { value, end: start + index + 1 };
  }
  return undefined;
}

const DEFAULT_COPY_BYTES = 0x10000;

/** Four bits say which bytes of the offset are given, three which of the size. */
function readCopy(
  delta: Buffer,
  start: number,
  command: number,
): { readonly start: number; readonly bytes: number; readonly end: number } | undefined {
  let at = start;
  const given = (bit: number) => {
    if ((command & bit) === 0) return 0;
    const byte = delta[at] ?? Number.NaN;
    at += 1;
    return byte;
  };
  const offset = given(0x01) + given(0x02) * 0x100 + given(0x04) * 0x1_0000 + given(0x08) * 0x100_0000;
  const bytes = given(0x10) + given(0x20) * 0x100 + given(0x40) * 0x1_0000;
  if (Number.isNaN(offset) || Number.isNaN(bytes)) return undefined;
  return { start: offset, bytes: bytes === 0 ? DEFAULT_COPY_BYTES : bytes, end: at };
}
