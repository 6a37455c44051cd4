import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const ROOT = join(import.meta.dirname, '..');

/** Words that a reader outside would find odd, and what to write instead (docs/glossary.md). */
const ODD: [RegExp, string][] = [
  [/\banew\b/i, 'again, or re-'],
  [/\bat the (most|least)\b/i, 'at most, at least'],
  [/\bgoes on\b/i, 'continues'],
  [/\bwhoever\b/i, 'anyone who'],
  [/(?<!there )\bis no (?!longer|later)[a-z]/i, 'is not a'],
  [/(?<!there )\bare no (?!longer|worse)[a-z]/i, 'are not'],
  [/\bfor good\b/i, 'permanently'],
  [/\bno more\b(?! than| often)/i, 'no longer'],
  [/(?<!be )\btold\b/i, 'said, reported, shown'],
  [/\bcomes? to (be|what|all)\b/i, 'results in'],
  [/\blets? .{1,30} take the place\b/i, 'replaces'],
  [/\bbrings? .{1,30} along\b/i, 'imports'],
];

/** Where people read: the program, the router's scripts, the dashboards' code, the pages. */
const PLACES = [
  'src',
  'openwrt-cgi',
  'grafana',
  'prometheus',
  'docs',
  'systemd',
  'setup',
  '.github',
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'Dockerfile',
  'docker-compose.yml',
  '.env.example',
];
const READ = /(\.(ts|js|md|sh|cgi|awk|ya?ml|init|service|example)|Dockerfile)$/;
/** The page that lists the words themselves. */
const EXCEPT = new Set(['docs/glossary.md']);

const files = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard', ...PLACES], { cwd: ROOT, encoding: 'utf8' })
  .split('\0')
  .filter((file) => READ.test(file) && !EXCEPT.has(file));

const oddIn = (text: string): string[] =>
  text.split('\n').flatMap((line, i) => ODD.flatMap(([word, better]) => (word.test(line) ? [`${i + 1}: ${line.trim()} (${better})`] : [])));

describe('plain English', () => {
  it('is what messages, comments and pages are written in', () => {
    expect(files.length).to.be.greaterThan(300);
    const odd = files.flatMap((file) => oddIn(readFileSync(join(ROOT, file), 'utf8')).map((line) => `${file}:${line}`));
    expect(odd, odd.join('\n')).to.deep.equal([]);
  });

  it('finds a word where it stands', () => {
    expect(oddIn('fine\nloaded anew')).to.deep.equal(['2: loaded anew (again, or re-)']);
    expect(oddIn('no more than 8 MiB')).to.deep.equal([]);
  });
});
