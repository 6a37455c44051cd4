import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ExitError, SourceError } from '../../src/errors.ts';
import { type SshTerms, sshCommand, sshMachine } from '../../src/transports/ssh.ts';
import { makeKey, type SshServer, startSshd } from '../support/routers/sshd.ts';
import { freePort } from '../support/web/port.ts';
import { failure, soon, textOf } from './support.ts';

describe('a server reached by ssh', function () {
  this.timeout(30_000);
  let server: SshServer;
  const machine = (changed: Partial<SshTerms> = {}) => sshMachine({ ...server.terms, ...changed });

  before(async () => {
    server = await startSshd();
  });
  after(() => server.close());

  it('runs a program there and passes its arguments unchanged', async () => {
    const argument = `a 'b' "c" $HOME \`id\` \\ \n; * ~ {x,y} ! #`;
    expect(await machine().run(['printf', '%s|', argument, ''], null, soon())).to.equal(`${argument}||`);
  });

  it('passes standard input, or none', async () => {
    expect(await machine().run(['cat'], 'a\nb', soon())).to.equal('a\nb');
    expect(await machine().run(['cat'], null, soon())).to.equal('');
  });

  it('a failed program is reported with its code and its last error line', async () => {
    const error = await failure(machine(), ['sh', '-c', 'echo first >&2; echo "the end" >&2; exit 3']);
    expect(textOf(error)).to.equal('exec: "sh" failed with 3: the end');
    expect((error as ExitError).code).to.equal(3);
  });

  it('a missing program is reported with 127, as a shell does', async () => {
    expect(((await failure(machine(), ['wrtmeter-no-such'])) as ExitError).code).to.equal(127);
  });

  it('several programs share a connection, and each can fail separately', async () => {
    const [one, two, three, four] = await machine().each(
      [['printf', 'no line end'], ['sh', '-c', 'echo lost; echo because >&2; exit 7'], ['cat'], ['echo', 'last']],
      soon(),
    );
    expect([one, three, four]).to.deep.equal(['no line end', '', 'last\n']);
    expect(two).to.be.instanceOf(ExitError).with.property('message', '"sh" failed with 7: because');
  });

  it('a connection that ends early leaves the rest unread', async () => {
    const [one, two, three] = await machine().each(
      [
        ['echo', 'whole'],
        ['sh', '-c', 'kill -9 $PPID; sleep 1'],
        ['echo', 'never'],
      ],
      soon(),
    );
    expect(one).to.equal('whole\n');
    for (const rest of [two, three]) expect(rest).to.be.instanceOf(SourceError).with.property('reason', 'truncated');
  });

  it('what a login shell prints before and after an answer is no part of it', async () => {
    const noise = 'printf "Welcome to the VPN box\\r\\nlast login: "; printf "no mail\\n" >&2';
    const noisy = await startSshd([
      `ForceCommand ${noise}; sh -c "$SSH_ORIGINAL_COMMAND"; code=$?; echo Goodbye; echo "no mail" >&2; exit $code`,
    ]);
    try {
      const there = sshMachine(noisy.terms);
      expect(await there.run(['cat'], 'a\nb', soon())).to.equal('a\nb');
      expect(await there.run(['true'], null, soon())).to.equal('');
      expect(textOf(await failure(there, ['sh', '-c', 'printf because >&2; exit 3']))).to.equal('exec: "sh" failed with 3: because');
      expect(textOf(await failure(there, ['sh', '-c', 'exit 3']))).to.equal('exec: "sh" failed with 3');
      const [one, two, three] = await there.each(
        [
          ['echo', 'x'],
          ['sh', '-c', 'exit 7'],
          ['printf', 'no end'],
        ],
        soon(),
      );
      expect([one, three]).to.deep.equal(['x\n', 'no end']);
      expect(two).to.be.instanceOf(ExitError).with.property('message', '"sh" failed with 7');
    } finally {
      await noisy.close();
    }
  });

  it('a login that runs other commands is said', async () => {
    const other = await startSshd(['ForceCommand echo This account is not for you; exit 1']);
    try {
      const error = await sshMachine(other.terms)
        .each([['echo', 'x']], soon())
        .then(
          () => null,
          (why: unknown) => why,
        );
      expect(error).to.be.instanceOf(SourceError);
      expect(textOf(error as SourceError)).to.equal(
        'exec: 127.0.0.1 accepts the login but runs none of the commands: This account is not for you',
      );
    } finally {
      await other.close();
    }
  });

  it('a rejected key is reported', async () => {
    makeKey(join(server.folder, 'stranger'));
    const error = await failure(machine({ keyFile: join(server.folder, 'stranger') }));
    expect(textOf(error)).to.match(/^auth: 127\.0\.0\.1 accepts none of the keys for \w+: add the public key to authorized_keys there$/);
  });

  it('a missing key is reported', async () => {
    expect(textOf(await failure(machine({ keyFile: join(server.folder, 'missing') })))).to.match(/^auth: /);
  });

  it('a key that others can read is reported as that, not as one that the server refuses', async () => {
    const open = join(server.folder, 'open');
    copyFileSync(join(server.folder, 'key'), open);
    chmodSync(open, 0o644);
    expect(textOf(await failure(machine({ keyFile: open })))).to.match(/^auth: the ssh key cannot be used: .*(bad permissions|too open)/i);
  });

  it('a changed host key is reported, and nothing is run', async () => {
    makeKey(join(server.folder, 'other'));
    const { port } = server.terms;
    const known = join(server.folder, 'known of another');
    writeFileSync(known, `[127.0.0.1]:${port} ${readFileSync(join(server.folder, 'other.pub'), 'utf8')}`);
    expect(textOf(await failure(machine({ knownHostsFile: known })))).to.equal(
      `auth: the host key of 127.0.0.1 does not match ${known}: find out why, then remove the old one with ssh-keygen -R`,
    );
  });

  it('an unknown host key is not trusted; what to do is of the file that is read', async () => {
    const known = join(server.folder, 'nobody');
    writeFileSync(known, '');
    const error = await failure(machine({ knownHostsFile: known }));
    const { port } = server.terms;
    expect(textOf(error)).to.equal(
      `auth: the host key of 127.0.0.1 is unknown: add what "ssh-keyscan -p ${port} 127.0.0.1" prints to ${known}, and compare it with the server's own key`,
    );
  });

  it('a closed port is a connect failure', async () => {
    const error = await failure(machine({ port: await freePort() }));
    expect(textOf(error)).to.match(/^connect: ssh connection to 127\.0\.0\.1 failed: ssh: connect to host .* Connection refused$/);
  });

  it('a host that does not exist is a connect failure', async () => {
    expect((await failure(machine({ host: 'no-such-host.invalid' }))).reason).to.equal('connect');
  });

  it('a program that does not end is aborted at the deadline', async () => {
    const began = performance.now();
    expect(textOf(await failure(machine(), ['sleep', '20'], AbortSignal.timeout(700)))).to.equal('timeout: no complete answer in time');
    expect(performance.now() - began).to.be.below(3000);
  });

  it('a program that exits with 255 is not a failed connection', async () => {
    const error = await failure(machine(), ['sh', '-c', 'echo "something of its own" >&2; exit 255']);
    expect(textOf(error)).to.equal('exec: "sh" failed with 255: something of its own');
  });

  it('a destination cannot be an option', () => {
    const terms = { host: '-oProxyCommand=touch /tmp/x', user: null, port: null, keyFile: null, knownHostsFile: null };
    expect(() => sshCommand(terms)).to.throw('A destination cannot begin with "-"');
    expect(() => sshCommand({ ...terms, host: 'a', user: '-x' })).to.throw('A destination cannot begin with "-"');
    expect(sshCommand({ ...terms, host: 'vpn' }).slice(-2)).to.deep.equal(['--', 'vpn']);
  });

  it('paths can contain spaces and percent signs', async () => {
    const odd = join(server.folder, 'my 100%h key');
    copyFileSync(join(server.folder, 'key'), odd);
    expect(await machine({ keyFile: odd }).run(['echo', 'in'], null, soon())).to.equal('in\n');
  });
});
