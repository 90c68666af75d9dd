/** A binary heap: gives the first of its members in the order of `compare`. */
export type Heap<Member> = {
  push(member: Member): void;
  pop(): Member | undefined;
  peek(): Member | undefined;
};

export function createHeap<Member>(compare: (a: Member, b: Member) => number): Heap<Member> {
  const members: Member[] = [];
  return {
    push(member) {
      let at = members.length;
      members.push(member);
      while (at > 0) {
        const above = (at - 1) >> 1;
        if (compare(members[above]!, member) <= 0) break;
        members[at] = members[above]!;
        at = above;
      }
      members[at] = member;
    },
    pop() {
      const first = members[0];
      const last = members.pop();
      if (last === undefined || members.length === 0) return first;
      let at = 0;
      for (let below = 1; below < members.length; below = 2 * at + 1) {
        if (below + 1 < members.length && compare(members[below + 1]!, members[below]!) < 0) below += 1;
        if (compare(last, members[below]!) <= 0) break;
        members[at] = members[below]!;
        at = below;
      }
      members[at] = last;
      return first;
    },
    peek: () => members[0],
  };
}
