import { INSTALL_SCRIPT } from '../domain/finding.ts';
import { answeredWith, type RouterStatus } from '../domain/status.ts';

const INSTALL = `install the scripts with "${INSTALL_SCRIPT} root@192.168.1.1", or see it work with "wrtmeter demo"`;

/** What to say where no router is configured and none can be read at the usual address; null if one was read. */
export function usualRouterLine(routers: readonly RouterStatus[]): string | null {
  if (routers.some(({ up }) => up)) return null;
  const error = routers.map(answeredWith).find((found) => found !== null);
  if (error === undefined) return `No router answers at http://192.168.1.1: ${INSTALL}`;
  const what = `Something answers at http://192.168.1.1, but no router can be read there (${error.message})`;
  return `${what}: ${error.reason === 'status' ? INSTALL : 'run "wrtmeter doctor" to see what to do'}`;
}
