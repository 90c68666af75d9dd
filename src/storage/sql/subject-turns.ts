import { type ConnectionTurns, openConnectionTurns } from "./postgres/connection-turns.ts";

/** One turn at a time for each subject. */
export type SubjectTurns = {
  /** @returns what ends the turn. @throws Failure unavailable as `ConnectionTurns` does. */
  take(subject: string): Promise<() => void>;
};

export function openSubjectTurns(options: {
  readonly waitMsMax: number;
  readonly waitingMax: number;
}): SubjectTurns {
  const subjects = new Map<string, { readonly turns: ConnectionTurns; users: number }>();
  return {
    async take(subject) {
      const found = subjects.get(subject) ?? {
        turns: openConnectionTurns({ ...options, connectionsMax: 1 }),
        users: 0,
      };
      subjects.set(subject, found);
      found.users += 1;
      const leave = () => {
        found.users -= 1;
        if (found.users === 0) subjects.delete(subject);
      };
      try {
        const endTurn = await found.turns.take("write");
        return () => {
          endTurn();
          leave();
        };
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}
