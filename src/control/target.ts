/** The actions on a peer. */
const ACTIONS = ['revoke', 'restore', 'delete'] as const;
export type Action = (typeof ACTIONS)[number];

/** An interface on its server. */
export interface ServerInterface {
  interface: string;
  /** Absolute path on the server, with `%i` for the interface; null = the usual paths, or OpenWrt's own configuration. */
  configFile: string | null;
  /** `auto` uses the one that knows the interface. */
  tool: 'wg' | 'awg' | 'auto';
}

export interface PeerTarget extends ServerInterface {
  publicKey: string;
}

/** The command that reads the script from standard input. */
export const scriptCommand = (action: Action | 'list', target: ServerInterface, publicKey: string): string[] => [
  'sh',
  '-s',
  '--',
  action,
  target.interface,
  publicKey,
  target.configFile?.replaceAll('%i', target.interface) ?? '-',
  target.tool,
];
