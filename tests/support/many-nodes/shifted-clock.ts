/** Loaded before a server: its clock is ahead of the machine's by so many milliseconds, or behind it. */
const aheadMs = Number(process.env.CLOCK_AHEAD_MS ?? 0);
const RealDate = Date;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: [], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + aheadMs] : args, newTarget),
  apply: () => new RealDate(RealDate.now() + aheadMs).toString(),
  get: (target, name) =>
    name === "now" ? () => RealDate.now() + aheadMs : Reflect.get(target, name, target),
});
