// The clock of a process, as if that of its machine were wrong: node --import shift-clock.mjs, milliseconds in CLOCK_SHIFT.
const shift = Number(process.env.CLOCK_SHIFT);
const { Date: RealDate } = globalThis;
const now = () => RealDate.now() + shift;

globalThis.Date = new Proxy(RealDate, {
  construct: (_, args, newTarget) => Reflect.construct(RealDate, args.length === 0 ? [now()] : args, newTarget),
  get: (_, key) => (key === 'now' ? now : Reflect.get(RealDate, key)),
});
