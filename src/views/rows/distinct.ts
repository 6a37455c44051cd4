/** Where several have one name, each also shows what it is: no two are called the same. */
export function distinct<T extends { id: string; name: string }>(things: T[]): T[] {
  const counts = new Map<string, number>();
  for (const { name } of things) counts.set(name, (counts.get(name) ?? 0) + 1);
  if (counts.size === things.length) return things;
  const taken = new Set<string>();
  return things.map((thing) => {
    let name = counts.get(thing.name) === 1 ? thing.name : `${thing.name} (${thing.id})`;
    // A device may call itself what another is made to be called.
    while (taken.has(name)) name += ` (${thing.id})`;
    taken.add(name);
    return name === thing.name ? thing : { ...thing, name };
  });
}
