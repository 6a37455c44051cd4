/** What can be done to a peer. */
export const ACTIONS = ['revoke', 'restore', 'delete'] as const;
export type Action = (typeof ACTIONS)[number];

/** An interface on its server. */
export interface AccessInterface {
  interface: string;
  /** Absolute path on the server, with `%i` for the interface; null = where it usually is, or OpenWrt's own configuration. */
  configFile: string | null;
  /** `auto` takes the one that knows the interface. */
  tool: 'wg' | 'awg' | 'auto';
}

export interface AccessTarget extends AccessInterface {
  publicKey: string;
}

/** The command that takes the script as its input. */
export const scriptCommand = (action: Action | 'list', target: AccessInterface, publicKey: string): string[] => [
  'sh',
  '-s',
  '--',
  action,
  target.interface,
  publicKey,
  target.configFile?.replaceAll('%i', target.interface) ?? '-',
  target.tool,
];
