import type { MachineTarget } from '../kind.ts';

/** Identifies the server, without user and credentials: the same server has the same counters. */
export function placeOf({ ssh, container }: MachineTarget): string {
  const where = ssh === null ? 'here' : `${ssh.host.toLowerCase()}:${ssh.port ?? 22}`;
  return container === null ? where : `${where} ${container}`;
}

/** The server's address, for people. */
export function addressOf({ ssh, container }: MachineTarget): string {
  const port = ssh?.port ?? 22;
  const login =
    ssh === null ? 'this machine' : `ssh ${ssh.user === null ? '' : `${ssh.user}@`}${ssh.host}${port === 22 ? '' : ` port ${port}`}`;
  return container === null ? login : `${login}, container ${container}`;
}
