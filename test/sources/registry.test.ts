import { expect } from 'chai';
import { routerFields } from '../../src/config/routers/routers.ts';
import { SOURCES } from '../../src/domain/observation.ts';
import { FAILURE_REASONS } from '../../src/errors.ts';
import { noProblems } from '../../src/fields/problems.ts';
import { KIND_NAMES, KINDS, kindOf } from '../../src/sources/registry.ts';

describe('the registry of router kinds', () => {
  it('has keys that belong to one kind only, and to no other setting of a router', () => {
    const keys = Object.values(routerFields).map(({ key }) => key);
    expect(keys).to.have.length(new Set(keys).size);
    for (const kind of KIND_NAMES) expect(keys).to.include.members(Object.values(kindOf(kind).fields).map(({ key }) => key));
  });

  for (const name of KIND_NAMES) {
    const kind = kindOf(name);

    it(`${name}: is not configured where none of its keys is there`, () => {
      const problems = noProblems();
      expect(kind.entry({}, problems)).to.equal(null);
      expect(problems).to.deep.equal(noProblems());
    });

    it(`${name}: says for each source that counts what its counters promise`, () => {
      expect(Object.keys(kind.promises)).to.not.deep.equal([]);
      for (const promise of Object.keys(kind.promises)) expect(SOURCES).to.include(promise.split(' ')[0]);
    });

    it(`${name}: says what to do about each failure, in its own words`, () => {
      expect(Object.keys(kind.todo)).to.have.members([...FAILURE_REASONS]);
      const all = Object.values(kind.todo);
      for (const todo of all) expect(todo).to.match(/^[A-Z].+\.$/);
      // What is read by commands has no scripts, and its machine may be no router.
      if (kind.http === null) expect(all.join(' ')).to.not.match(/\brouter\b|\bscripts?\b|uhttpd/);
    });

    it(`${name}: has a title and a role that fit together with what it owns`, () => {
      expect(kind.title).to.match(/^[A-Z].{5,60}[^.]$/);
      // A main kind leaves out what others own; owning would leave it out of itself where two are configured.
      if (kind.role === 'main') expect(kind.owns).to.deep.equal([]);
    });
  }

  it('lists main kinds before those beside them, as their probes are asked', () => {
    const roles = Object.values(KINDS).map(({ role }) => role);
    expect(roles).to.deep.equal([...roles].sort((a, b) => (a === b ? 0 : a === 'main' ? -1 : 1)));
  });
});
