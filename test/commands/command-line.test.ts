import { join } from 'node:path';
import { expect } from 'chai';
import { finish } from '../support/program/command.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');

describe('a wrong command line', () => {
  for (const [line, said] of [
    ['print wan --nope', 'wrtmeter: unknown option "--nope"; see "wrtmeter print wan --help"'],
    ['chek', 'wrtmeter: unknown command "chek" (did you mean check?); see "wrtmeter --help"'],
    ['print devces', 'wrtmeter: unknown command "devces" (did you mean devices?); see "wrtmeter print --help"'],
    ['import vnstatt x', 'wrtmeter: unknown command "vnstatt" (did you mean vnstat?); see "wrtmeter import --help"'],
    ['summary --mont 2026-10', 'wrtmeter: unknown option "--mont" (did you mean --month?); see "wrtmeter summary --help"'],
    ['summary anna', 'wrtmeter: too many arguments for "summary": expected 0 arguments but got 1; see "wrtmeter summary --help"'],
    ['export --form 2026-01-01', 'wrtmeter: unknown option "--form" (did you mean --from?); see "wrtmeter export --help"'],
    ['wire', 'command line: "wire" is neither a command nor a router URL; see wrtmeter --help'],
    ['--config w.yaml print wan', 'wrtmeter: the command has to be the first word: wrtmeter print …; see "wrtmeter --help"'],
    ['http://192.168.1.1 doctor', 'wrtmeter: the command has to be the first word: wrtmeter doctor …; see "wrtmeter --help"'],
    ['print wan --device tv', 'wrtmeter: unknown option "--device"; see "wrtmeter print wan --help"'],
    ['backup --listen :1', 'wrtmeter: unknown option "--listen"; see "wrtmeter backup --help"'],
    ['--nope', 'wrtmeter: unknown option "--nope"; see "wrtmeter serve --help"'],
    ['serve --lisen x', 'wrtmeter: unknown option "--lisen" (did you mean --listen?); see "wrtmeter serve --help"'],
    ['token create', 'wrtmeter: missing required argument "name"; see "wrtmeter token create --help"'],
    ['bonus', 'wrtmeter: missing command: use one of add, list, remove; see "wrtmeter bonus --help"'],
    ['bonus add line', 'wrtmeter: missing required argument "amount"; see "wrtmeter bonus add --help"'],
    ['token foo', 'wrtmeter: unknown command "foo"; see "wrtmeter token --help"'],
    ['help prnt', 'wrtmeter: unknown command "prnt" (did you mean print?); see "wrtmeter --help"'],
    ['print help nope', 'wrtmeter: unknown command "nope"; see "wrtmeter print --help"'],
    ['export --from', 'wrtmeter: option "--from <date>" argument missing; see "wrtmeter export --help"'],
    [
      'health http://192.168.1.1',
      'wrtmeter: too many arguments for "health": expected 0 arguments but got 1; see "wrtmeter health --help"',
    ],
    [
      'print',
      'wrtmeter: missing command: use one of devices, users, wan, peers, quotas, tariffs, reconciliation, routers, months, days, audit; see "wrtmeter print --help"',
    ],
  ] as const) {
    it(`wrtmeter ${line}: one line, which says where to look`, async () => {
      expect(await finish([process.execPath, MAIN, ...line.split(' ')])).to.deep.equal({ code: 2, stdout: '', stderr: `${said}\n` });
    });
  }
});
