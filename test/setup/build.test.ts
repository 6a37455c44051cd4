import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { finish } from '../support/program/command.ts';

const ROOT = join(import.meta.dirname, '../..');
const LINE = 'dist/ was not compiled from this src/, and the compiler is a development dependency: run "npm ci && npm prune --omit=dev"\n';
const NOTHING_SAID = { code: 0, stdout: '', stderr: '' };

describe('building', () => {
  let directory: string;
  const build = () => finish([process.execPath, join(directory, 'setup/build.js')]);
  const main = () => join(directory, 'dist/main.js');

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'wrtmeter-build-'));
    for (const name of ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'setup', 'src', 'dist'])
      cpSync(join(ROOT, name), join(directory, name), { recursive: true });
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  describe('without development dependencies', () => {
    it('takes the dist/ that was compiled from the same sources', async () => {
      expect(await build()).to.deep.equal(NOTHING_SAID);
    });

    it('refuses a dist/ of other sources, and one that lacks a file, in one line', async () => {
      appendFileSync(join(directory, 'src/main.ts'), '\n');
      expect(await build()).to.deep.equal({ code: 1, stdout: '', stderr: LINE });
      cpSync(join(ROOT, 'src'), join(directory, 'src'), { recursive: true });
      rmSync(join(directory, 'dist/errors.js'));
      expect(await build()).to.deep.equal({ code: 1, stdout: '', stderr: LINE });
    });

    it('says where there is no dist/ how to get one', async () => {
      rmSync(join(directory, 'dist'), { recursive: true });
      expect(await build()).to.deep.equal({ code: 1, stdout: '', stderr: LINE });
    });

    it('takes the dist/ of a package, which has no sources', async () => {
      rmSync(join(directory, 'src'), { recursive: true });
      expect(await build()).to.deep.equal(NOTHING_SAID);
    });
  });

  describe('with the compiler', () => {
    beforeEach(() => symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules')));

    it('leaves the dist/ of the same sources as it is', async () => {
      writeFileSync(main(), '// as it was');
      expect(await build()).to.deep.equal(NOTHING_SAID);
      expect(readFileSync(main(), 'utf8')).to.equal('// as it was');
    });

    it('compiles other sources, once', async () => {
      appendFileSync(join(directory, 'src/errors.ts'), '\nexport const ADDED = 1;\n');
      expect(await build()).to.deep.equal(NOTHING_SAID);
      expect(readFileSync(join(directory, 'dist/errors.js'), 'utf8')).to.include('ADDED');
      expect(readFileSync(join(directory, 'dist/.sources'), 'utf8')).not.to.equal(readFileSync(join(ROOT, 'dist/.sources'), 'utf8'));
    });

    it('compiles again what was deleted', async () => {
      rmSync(main());
      expect(await build()).to.deep.equal(NOTHING_SAID);
      expect(existsSync(main())).to.equal(true);
    });

    it('compiles nothing that does not fit, and again the next time', async () => {
      appendFileSync(join(directory, 'src/errors.ts'), '\nconst wrong: number = "text";\n');
      for (const attempt of [1, 2]) expect((await build()).stdout, `attempt ${attempt}`).to.include('errors.ts');
    });
  });
});
