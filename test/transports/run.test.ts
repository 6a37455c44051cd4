import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { ExitError } from '../../src/errors.ts';
import { inContainer, sudo, thisMachine, within } from '../../src/transports/exec.ts';
import { lastLine } from '../../src/transports/run.ts';
import { shellText } from '../../src/transports/shell.ts';
import { failure, soon, textOf } from './support.ts';

describe('programs of this machine', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wrtmeter-run-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('get their arguments unchanged, without a shell', async () => {
    expect(await thisMachine().run(['printf', '%s', '$(id); `id`'], null, soon())).to.equal('$(id); `id`');
  });

  it('get standard input, and can ignore it', async () => {
    expect(await thisMachine().run(['cat'], 'text', soon())).to.equal('text');
    expect(await thisMachine().run(['true'], 'x'.repeat(1_000_000), soon())).to.equal('');
  });

  it('get the given environment, and nothing else', async () => {
    const machine = thisMachine({ PATH: '/usr/bin:/bin', ONLY: 'this' });
    expect((await machine.run(['env'], null, soon())).split('\n').sort()).to.deep.equal(['', 'ONLY=this', 'PATH=/usr/bin:/bin']);
  });

  it('that fail are reported with their code and their last error line', async () => {
    const error = await failure(thisMachine(), ['sh', '-c', 'echo one >&2; echo two >&2; exit 9']);
    expect(textOf(error)).to.equal('exec: "sh" failed with 9: two');
    expect((error as ExitError).code).to.equal(9);
  });

  it('that are missing or may not be run have the codes of a shell', async () => {
    const plain = join(folder, 'plain');
    writeFileSync(plain, '', { mode: 0o644 });
    const [missing, barred] = [await failure(thisMachine(), ['wrtmeter-no-such']), await failure(thisMachine(), [plain])];
    expect(textOf(missing)).to.equal('exec: "wrtmeter-no-such" is not installed on the machine that runs wrtmeter');
    expect([(missing as ExitError).code, (barred as ExitError).code]).to.deep.equal([127, 126]);
  });

  it('that print too much are killed', async () => {
    expect(textOf(await failure(thisMachine(), ['yes']))).to.equal('too_large: "yes" printed more than 8 MiB');
  });

  it('are killed at the deadline with everything they started', async () => {
    const pids = join(folder, 'pids');
    const script = `trap '' TERM; sleep 60 & echo "$$ $!" > "$0"; wait; wait`;
    const began = performance.now();
    expect(textOf(await failure(thisMachine(), ['sh', '-c', script, pids], AbortSignal.timeout(500)))).to.equal(
      'timeout: no complete answer in time',
    );
    expect(performance.now() - began).to.be.below(2000);
    const [shell = '', child = ''] = readFileSync(pids, 'utf8').trim().split(' ');
    for (let tries = 0; tries < 100 && (runs(shell) || runs(child)); tries++) await sleep(50);
    expect([runs(shell), runs(child)]).to.deep.equal([false, false]);
  });

  it('are not started after the deadline', async () => {
    const file = join(folder, 'touched');
    expect((await failure(thisMachine(), ['touch', file], AbortSignal.abort())).reason).to.equal('timeout');
    expect(existsSync(file)).to.equal(false);
  });

  it('several can fail separately', async () => {
    const [one, two] = await thisMachine().each([['echo', 'one'], ['false']], soon());
    expect(one).to.equal('one\n');
    expect(two).to.be.instanceOf(ExitError).with.property('message', '"false" failed with 1');
  });

  it('run as root or in a container through another command', () => {
    expect(sudo(['wg', 'show'])).to.deep.equal(['sudo', '-n', '--', 'wg', 'show']);
    expect(inContainer('vpn')(['wg'])).to.deep.equal(['docker', 'exec', '-i', 'vpn', 'wg']);
  });

  it('can be wrapped twice', async () => {
    const machine = within(
      within(thisMachine(), (argv) => ['echo', 'outer', ...argv]),
      (argv) => ['inner', ...argv],
    );
    expect(await machine.run(['x'], null, soon())).to.equal('outer inner x\n');
  });
});

/** A zombie has ended. */
const runs = (pid: string) => existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

describe('the last error line of a program', () => {
  const cases: [string, string][] = [
    ['', ''],
    ['\n\n', ''],
    ['one\ntwo\r\n\n', 'two'],
    ['\u001b[31mred\u001b[0m \u0007bell', 'red  bell'],
    ['Unable to access interface: Operation not permitted\n', 'Unable to access interface: Operation not permitted'],
    ["Cannot find device `wg0'", "Cannot find device `wg0'"],
    ["Line unrecognized: `PrivateKey=kJ2mYw'", 'Line unrecognized: (hidden)'],
    ["Key is not the correct length or format: `kJ2mYwabcdefghijkl'", 'Key is not the correct length or format: (hidden)'],
    [
      'awk: cannot open /etc/amnezia/amneziawg/wg0.conf (Permission denied)',
      'awk: cannot open /etc/amnezia/amneziawg/wg0.conf (Permission denied)',
    ],
  ];
  for (const [text, line] of cases)
    it(`${JSON.stringify(text)} is shown as ${JSON.stringify(line)}`, () => expect(lastLine(text)).to.equal(line));

  it('never contains a key, in any form', () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(
        key,
        fc.constantFrom('base64', 'hex'),
        fc.string({ maxLength: 40 }),
        fc.string({ maxLength: 40 }),
        (bytes, form, a, b) => {
          const text = bytes.toString(form as 'base64' | 'hex');
          expect(lastLine(`${a}${text}${b}`)).not.to.include(text.slice(0, 43));
        },
      ),
    );
  });

  it('is limited in length', () => expect(lastLine('a b '.repeat(1000)).length).to.equal(161));
});

describe('a command for a remote shell', () => {
  const shells = ['sh', 'bash', 'busybox'].filter((name) => spawnSync(name, ['true']).error === undefined);
  for (const shell of shells) {
    it(`is split by ${shell} into the same arguments`, () => {
      const argument = fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: fc.constantFrom(...'\'"\\$`!*?~#&|;<>(){}[]= \n\t-%'.split('')) }),
      );
      const lists = fc.array(
        argument.map((text) => text.replaceAll('\0', '')),
        { minLength: 1, maxLength: 40 },
      );
      fc.assert(
        fc.property(lists, (args) => {
          const mark = randomBytes(8).toString('hex');
          const text = `printf '%s${mark}' ${shellText(args)}`;
          const run = shell === 'busybox' ? spawnSync(shell, ['ash', '-c', text]) : spawnSync(shell, ['-c', text]);
          expect(run.stdout.toString().split(mark)).to.deep.equal([...args, '']);
        }),
        { numRuns: 50 },
      );
    });
  }

  it('cannot contain a NUL character', () => expect(() => shellText(['a\0b'])).to.throw('An argument cannot contain a NUL character'));
});
