import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CODE_PLANTS, IMPORT_PLANTS, sourcesOf } from './plants.js';
import { type LintOutcome, PlantedRepository } from './planted-repository.js';

/** Two repositories under the real rules: in one every rule is broken once, in the other the same files are clean. */
describe('house rules', () => {
  const repositories: PlantedRepository[] = [];
  let code: { broken: LintOutcome; clean: LintOutcome };
  let imports: { broken: readonly LintOutcome[]; clean: readonly LintOutcome[] };

  beforeAll(async () => {
    const plant = async (kind: 'broken' | 'clean'): Promise<PlantedRepository> => {
      const repository = await PlantedRepository.create(sourcesOf(kind));
      repositories.push(repository);
      return repository;
    };
    const [broken, clean] = [await plant('broken'), await plant('clean')];
    imports = { broken: await broken.runArrows(), clean: await clean.runArrows() };
    code = { broken: await broken.runEslint(), clean: await clean.runEslint() };
  });

  afterAll(async () => {
    await Promise.all(repositories.map((repository) => repository.remove()));
  });

  describe('of imports', () => {
    it.each(IMPORT_PLANTS)('refuse $name', ({ file, folder = file, rule }) => {
      expect(imports.broken.map(({ failed }) => failed)).not.toContain(false);
      expect(imports.broken.flatMap(({ brokenRules }) => brokenRules.get(folder) ?? [])).toContain(rule);
    });

    it('accept the same files with allowed imports', () => {
      expect(imports.clean).toEqual(imports.broken.map(() => ({ failed: false, brokenRules: new Map() })));
    });
  });

  describe('of code', () => {
    it.each(CODE_PLANTS)('refuse $name', ({ file, rule }) => {
      expect(code.broken.failed).toBe(true);
      expect(code.broken.brokenRules.get(file)).toContain(rule);
    });

    it.each(CODE_PLANTS)('accept the clean twin of $name', ({ file }) => {
      expect(code.clean.brokenRules.get(file)).toEqual([]);
    });

    it('accept the clean repository as a whole', () => {
      expect(code.clean.failed).toBe(false);
    });
  });
});
