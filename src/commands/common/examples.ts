/** For the help and the manual: what to type, and what it does. */
export const EXAMPLES: readonly (readonly [command: string, does: string])[] = [
  ['wrtmeter http://192.168.1.1', 'read one router, without a file'],
  ['wrtmeter --config wrtmeter.yaml', 'read the routers in the file'],
  ['wrtmeter check --config FILE', 'check a configuration and print the result'],
  ['wrtmeter doctor', 'show what is wrong and how to fix it'],
  ['wrtmeter print devices', "this month's devices, in the terminal"],
  ['wrtmeter summary --month 2026-10', 'a month on one page'],
  ['wrtmeter import vnstat FILE', 'import what another program counted'],
  ['wrtmeter demo', 'run with simulated routers'],
];
