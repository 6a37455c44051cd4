/** The user that everything belongs to which belongs to nobody: a reserved name. */
export const OTHERS = 'others';

/** A user of the configuration, and what belongs to it. */
export interface User {
  /** Its key in the configuration; the `user` label. */
  name: string;
  /** For people; the key where none is given, or where the user is private. */
  title: string;
  /** Lower case, colons. */
  macs: readonly string[];
  /** Patterns of host names, where `*` stands for any characters and `?` for one. */
  hostnames: readonly string[];
  /** Logical names of networks (`guest`), or network devices (`br-guest`). */
  networks: readonly string[];
  ssids: readonly string[];
  /** Public keys or names of WireGuard peers. */
  peers: readonly string[];
  /** Only totals are kept and shown. */
  isPrivate: boolean;
  /** Seconds that its hours are kept; null: as long as all others. */
  keepHours: number | null;
}

/** What people call it, with the key that commands take unless they differ in capitals alone: `The kids (kids)`. */
export const titleWithKey = ({ name, title }: Pick<User, 'name' | 'title'>): string =>
  title.toLowerCase() === name.toLowerCase() ? title : `${title} (${name})`;

/** A user that only devices and peers name. */
export const plainUser = (name: string): User => ({
  name,
  title: name,
  macs: [],
  hostnames: [],
  networks: [],
  ssids: [],
  peers: [],
  isPrivate: false,
  keepHours: null,
});
