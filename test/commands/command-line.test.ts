import { join } from 'node:path';
import { expect } from 'chai';
import { finish } from '../support/program/command.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');

describe('a wrong command line', () => {
  for (const [line, said] of [
    ['print --nope', 'wrtmeter: unknown option "--nope"; see "wrtmeter print --help"'],
    ['--nope', 'wrtmeter: unknown option "--nope"; see "wrtmeter serve --help"'],
    ['serve --lisen x', 'wrtmeter: unknown option "--lisen" (did you mean --listen?); see "wrtmeter serve --help"'],
    ['token create', 'wrtmeter: missing required argument "name"; see "wrtmeter token create --help"'],
    ['token foo', 'wrtmeter: unknown command "foo"; see "wrtmeter token --help"'],
    ['export --from', 'wrtmeter: option "--from <date>" argument missing; see "wrtmeter export --help"'],
    [
      'health http://192.168.1.1',
      'wrtmeter: too many arguments for "health": expected 0 arguments but got 1; see "wrtmeter health --help"',
    ],
    [
      'print',
      'Say what to print: one of devices, wan, peers, reconciliation, routers, months, days, audit, as in "wrtmeter print devices"',
    ],
  ] as const) {
    it(`wrtmeter ${line}: one line, which says where to look`, async () => {
      expect(await finish([process.execPath, MAIN, ...line.split(' ')])).to.deep.equal({ code: 2, stdout: '', stderr: `${said}\n` });
    });
  }
});
