import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';

const ROOT = join(import.meta.dirname, '..');
const pages = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && !file.startsWith('test/') && existsSync(join(ROOT, file)));
const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** A heading's anchor, as GitHub makes it: lower case, punctuation dropped, blanks to hyphens. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ +(.+)$/gm)].map(([, heading]) =>
    (heading ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('the pages', () => {
  it('link to files and headings that exist', () => {
    const dead = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)#\s]*)(?:#([^)\s]+))?\)/g)].flatMap(([link, path = '', anchor]) => {
        if (/^[a-z]+:/.test(path)) return [];
        const target = path === '' ? page : join(dirname(page), path);
        if (!existsSync(join(ROOT, target))) return [`${page}: ${link}`];
        return anchor === undefined || !target.endsWith('.md') || anchorsOf(read(target)).includes(anchor) ? [] : [`${page}: ${link}`];
      }),
    );
    expect(pages.length).to.be.greaterThan(30);
    expect(dead).to.deep.equal([]);
  });

  it('name files of the program that exist', () => {
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/`((?:src|test|grafana|openwrt-cgi|prometheus)\/[\w./-]+)`/g)].map(([, path = '']) => ({ page, path })),
    );
    // Recipes name files of a kind that a reader is about to write.
    const missing = named.filter(({ page, path }) => page !== 'CONTRIBUTING.md' && !existsSync(join(ROOT, path)));
    expect(named.length).to.be.greaterThan(20);
    expect(missing).to.deep.equal([]);
  });
});
