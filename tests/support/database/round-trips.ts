import pg from "pg";

type Query = (this: pg.Client, ...values: unknown[]) => unknown;

let underWay = 0;
let roundTrips: number | undefined;

/** Counts from within what this process asks of PostgreSQL. What is asked at the same time is one way there and back. */
function listen(): void {
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const { query } = prototype;
  prototype.query = function (...values) {
    const answer = query.apply(this, values);
    if (!(answer instanceof Promise)) return answer;
    if (underWay === 0 && roundTrips !== undefined) roundTrips += 1;
    underWay += 1;
    const ended = () => {
      underWay -= 1;
    };
    answer.then(ended, ended);
    return answer;
  };
}

listen();

/** How many ways to PostgreSQL and back `work` waits for, one after another, if nothing else goes on in this process. */
export async function countRoundTrips(work: () => Promise<unknown>): Promise<number> {
  roundTrips = 0;
  try {
    await work();
    return roundTrips;
  } finally {
    roundTrips = undefined;
  }
}
