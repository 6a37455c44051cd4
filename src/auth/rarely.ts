/** Ms between two lines of one kind. */
const LOG_EVERY = 60_000;

/** Reports at once, then at most once a minute. `now` in ms on a clock that never steps. */
export function rarely<T>(report: (about: T) => void): (now: number, about: T) => void {
  let last: number | null = null;
  return (now, about) => {
    if (last !== null && now - last < LOG_EVERY) return;
    last = now;
    report(about);
  };
}
