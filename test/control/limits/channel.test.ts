import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { askForLimits, type LimitsChannel, shellChannel } from '../../../src/control/limits/channel.ts';
import { SourceError } from '../../../src/errors.ts';
import { thisMachine } from '../../../src/transports/exec.ts';
import { sshExchange } from '../../../src/transports/ssh.ts';
import { type SshServer, startSshd } from '../../support/routers/sshd.ts';

const WANTED = 'wrtmeter-limits 1\nexpire 60\nlimit a pause\nend\n';
const soon = () => AbortSignal.timeout(10_000);

describe('asking for limits', () => {
  it('sends the script with the wanted state behind its last line', async () => {
    // Stopped before it does anything: `step lock` is after the check of the input.
    const { run } = thisMachine({ PATH: process.env.PATH, WRTMETER_STOP: 'lock' });
    const channel = shellChannel((argv, input, signal) => run([...argv, 'for-tests'], input, signal));
    expect(await askForLimits(channel, WANTED.replace('pause', 'stop'), soon())).to.deep.equal({
      ok: false,
      step: 'input',
      reason: 'Line 3: a limit is "slow DOWN UP", in bytes a second or "-", or "pause"',
    });
    expect(await askForLimits(channel, WANTED, soon())).to.deep.equal({ ok: false, step: 'connect', reason: '"sh" was ended by a signal' });
  });

  it('reports what cannot be reached, and what is not an answer, in one line', async () => {
    const failing: LimitsChannel = async () => {
      throw new SourceError('auth', 'it accepts\nnone of the keys');
    };
    expect(await askForLimits(failing, WANTED, soon())).to.deep.equal({
      ok: false,
      step: 'connect',
      reason: 'it accepts none of the keys',
    });
    const other = { ok: false, step: 'answer', reason: 'The answer is incomplete, or not from limits.sh' };
    expect(await askForLimits(async () => 'BusyBox v1.36\n', WANTED, soon())).to.deep.equal(other);
  });
});

describe('asking for limits over ssh', () => {
  let server: SshServer;
  let folder: string;
  let script: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wrtmeter-forced-'));
    script = join(folder, 'forced');
    server = await startSshd([`ForceCommand sh ${script}`]);
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const forced = (text: string) => writeFileSync(script, text);
  const ask = () => askForLimits(sshExchange(server.terms), WANTED, soon());

  it('feeds the forced program alone', async () => {
    forced(`cat > ${folder}/got\necho wrtmeter-limits 1\necho found 0\necho limit a active 0 0\necho result ok changed\n`);
    expect(await ask()).to.deep.include({ ok: true, changed: true, found: 0 });
    expect(readFileSync(join(folder, 'got'), 'utf8')).to.equal(WANTED);
  });

  it('says what is wrong with the login', async () => {
    forced('exit 127\n');
    const missing = '127.0.0.1 accepts the key, but no program belongs to it: install it there again';
    expect(await ask()).to.deep.equal({ ok: false, step: 'connect', reason: missing });
    const strange = await askForLimits(sshExchange({ ...server.terms, knownHostsFile: '/dev/null' }), WANTED, soon());
    expect(strange).to.have.property('reason').that.includes('the host key of 127.0.0.1 is unknown');
  });
});

describe('a key that can do more', () => {
  it('runs nothing: the wanted state is not taken for commands', async () => {
    const server = await startSshd();
    try {
      const answer = await askForLimits(sshExchange(server.terms), `touch ${server.folder}/ran\n`, soon());
      expect(answer).to.deep.include({ ok: false, step: 'connect' });
      expect(existsSync(join(server.folder, 'ran'))).to.equal(false);
    } finally {
      await server.close();
    }
  });
});
