/** What a step breaks that the state behind it does not show. The step writes it into the state. */

export const BROKEN_FENCE = 1;
export const BROKEN_REPACK = 2;
export const BROKEN_DROP = 3;
export const BROKEN_ANSWER = 4;
