/**
 * How long a text is in code points, as JSON Schema's `maxLength` and the databases count: an emoji outside the basic plane is
 * one, where JavaScript's own `length` says two.
 */
export function textLength(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length - 1; index += 1) {
    if (text.codePointAt(index)! <= 0xffff) continue;
    length -= 1;
    index += 1;
  }
  return length;
}
