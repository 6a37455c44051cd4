import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { clientPaths, clientSchemas } from '../../src/views/openapi/clients.ts';
import { violations } from '../support/schema.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/formats/api-clients.md'), 'utf8');

describe('docs/formats/api-clients.md', () => {
  it('shows a client as it is answered', () => {
    const [, example = ''] = /```json\n(.*?)```/s.exec(page) ?? [];
    expect(violations(JSON.parse(example), clientSchemas.Client, clientSchemas)).to.deep.equal([]);
  });

  it('has every address and method of it, and no other', () => {
    const rows = page.split('\n').filter((line) => /^\| `(GET|POST|DELETE) /.test(line));
    const written = rows.flatMap((line) => {
      const [, method = '', path = '', also] = /^\| `(\w+) ([^`]+)`(?:, also `([^`]+)`)?/.exec(line) ?? [];
      return [`${method} ${path}`, ...(also === undefined ? [] : [`${method} ${also.replace('…', path)}`])];
    });
    const real = Object.entries(clientPaths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(written.sort()).to.deep.equal(real.sort());
  });
});
