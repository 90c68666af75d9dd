/**
 * Limits for texts from a repository, which strangers write, in answers that contain each of them several times:
 * as it is, as HTML, in links. In UTF-16 code units. What is cut is named in `truncated`.
 */
export const IDENTITY_LENGTH_MAX = 1024;
/** The largest merge in Linux has 66. */
export const PARENTS_MAX = 100;
/** All messages of one page. */
export const PAGE_MESSAGES_LENGTH_MAX = 1024 * 1024;

type WithMessage = { readonly message: string; readonly isMessageCut?: true };

/** The messages of a page, each cut to an equal part if all of them are more than a page may have. */
export function boundMessages<Item extends WithMessage>(items: readonly Item[]): readonly Item[] {
  const cut = messageCutter(items);
  return cut === undefined ? items : items.map(cut);
}

/** What makes each of a page as short as `all` of them must be; undefined if none has to be cut. */
export function messageCutter(
  all: readonly WithMessage[],
): (<Item extends WithMessage>(item: Item) => Item) | undefined {
  const length = all.reduce((sum, { message }) => sum + message.length, 0);
  if (length <= PAGE_MESSAGES_LENGTH_MAX) return undefined;
  const lengthMax = Math.floor(PAGE_MESSAGES_LENGTH_MAX / all.length);
  return (item) =>
    item.message.length <= lengthMax
      ? item
      : { ...item, message: cutText(item.message, lengthMax), isMessageCut: true };
}

/** Not within a character. */
export function cutText(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const last = text.charCodeAt(lengthMax - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? lengthMax - 1 : lengthMax);
}

/** Names what is cut, where anything is: `truncated` beside the fields themselves. */
export function representTruncated(names: readonly (string | false | undefined)[]) {
  const truncated = names.filter((name) => typeof name === "string");
  return truncated.length === 0 ? {} : { truncated };
}
