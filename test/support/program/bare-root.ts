import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Finished, finish, output } from './command.ts';

/** The root of a Debian 12 without compiler, Python, Node and systemd. */
export interface BareRoot {
  readonly folder: string;
  finish(command: string): Promise<Finished>;
  /** Runs a command that must succeed, and answers what it printed. */
  run(command: string): Promise<string>;
  remove(): Promise<void>;
}

/** Makes one in a new folder. Needs root. */
export async function makeBareRoot(folder: string): Promise<BareRoot> {
  await output(['debootstrap', '--variant=minbase', '--include=adduser', 'bookworm', folder]);
  // What is in it need not outlive a power cut.
  await writeFile(join(folder, 'etc/dpkg/dpkg.cfg.d/unsafe-io'), 'force-unsafe-io\n');
  const command = (text: string) => ['chroot', folder, 'sh', '-c', text];
  const env = { PATH: process.env.PATH, HOME: '/root' };
  const root: BareRoot = {
    folder,
    finish: (text) => finish(command(text), { env }),
    run: (text) => output(command(text), { env }),
    async remove() {
      // Throws if it is busy: what is removed next must not be this machine's /dev.
      await output(['umount', join(folder, 'dev')]);
      await rm(folder, { recursive: true });
    },
  };
  for (const name of ['gcc', 'python3', 'node', 'systemctl']) expect((await root.finish(`command -v ${name}`)).code, name).not.to.equal(0);
  // Last, so that only a root that is returned has it.
  await output(['mount', '--bind', '/dev', join(folder, 'dev')]);
  return root;
}
