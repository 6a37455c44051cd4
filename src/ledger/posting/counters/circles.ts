/**
 * Which things lie on each other, directly or over others: of each thing, those of its circle and itself, in their order; none where none do.
 * Rule: one wire.
 */
export function circlesIn<T>(all: readonly T[], liesOn: (upper: T, lower: T) => boolean): (each: T) => readonly T[] {
  const lower = new Map(all.map((upper) => [upper, all.filter((other) => liesOn(upper, other))]));
  const reached = new Map(all.map((each) => [each, reachedFrom(each, lower)]));
  return (each) => {
    const circle = all.filter((other) => reached.get(each)?.has(other) && reached.get(other)?.has(each));
    return circle.length > 1 ? circle : [];
  };
}

/** All that a thing lies on. */
function reachedFrom<T>(from: T, lower: ReadonlyMap<T, readonly T[]>): Set<T> {
  const found = new Set<T>();
  const open = [from];
  for (let upper = open.pop(); upper !== undefined; upper = open.pop()) {
    for (const next of lower.get(upper) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(next);
    }
  }
  return found;
}
