import { join } from 'node:path';
import { expect } from 'chai';
import { journalLine } from '../../../src/app/log/log.ts';
import { finish } from '../../support/program/command.ts';

const APP = join(import.meta.dirname, '../../../dist/app/log');

/** What a program that logs a warning writes to standard error. */
async function logged(prepare = ''): Promise<string> {
  const script = `import { createLog } from ${JSON.stringify(`${APP}/log.js`)}; import { logReader } from ${JSON.stringify(`${APP}/log-reader.js`)}; import { fstatSync } from 'node:fs'; ${prepare}
    const log = await createLog('info', logReader(false, process.env.JOURNAL_STREAM));
    log.debug('hidden'); log.warn({ router: 'gateway' }, 'Cannot read wan');`;
  const env = { ...process.env, JOURNAL_STREAM: '1:2' };
  return (await finish([process.execPath, '--input-type=module', '--eval', script], { env })).stderr;
}

describe('the log', () => {
  it('is JSON with names of levels where a program reads it', async () => {
    const { time, ...line } = JSON.parse(await logged());
    expect(line).to.deep.equal({ level: 'warn', router: 'gateway', msg: 'Cannot read wan' });
    expect(time).to.match(/^\d{4}-\d\d-\d\dT/);
  });

  it("is text with priorities where systemd's journal reads it", async () => {
    const prepare = "const { dev, ino } = fstatSync(2); process.env.JOURNAL_STREAM = dev + ':' + ino;";
    expect(await logged(prepare)).to.equal('<4>Cannot read wan {"router":"gateway"}\n');
  });

  it('a line of the journal is one line', () => {
    expect(journalLine('{"level":"error","msg":"first\\n<0>second","error":"a\\nb"}')).to.equal('<3>first <0>second {"error":"a\\nb"}\n');
    expect(journalLine('{"level":"info"}')).to.equal('<6>\n');
  });
});
