import { beforeEach, describe, expect, it } from '@jest/globals';
import { ScopeForbiddenError, StoreUnavailableError, toNamespace, type Principal } from '@sfm/memory';
import { InMemoryAuditLog } from '@sfm/memory/testing';
import { SCOPE_OF } from './admission.js';
import { audited } from './audited-acts.js';

const HOME = toNamespace('home');
const ADMIN: Principal = { credentialId: 'root', namespace: HOME, namespaces: '*', scopes: ['admin'] };

/** Has a method for every use case. */
class EveryUseCase {
  readonly done: string[] = [];
}
for (const name of Object.keys(SCOPE_OF)) {
  Object.defineProperty(EveryUseCase.prototype, name, {
    value(this: EveryUseCase, _: Principal, request: unknown) {
      this.done.push(name);
      return Promise.resolve(request);
    },
  });
}

let log: InMemoryAuditLog;
let useCases: EveryUseCase;
const call = async (name: string, principal: Principal, request?: unknown): Promise<unknown> => {
  const method: unknown = Reflect.get(audited(useCases, log), name);
  if (typeof method !== 'function') throw new Error(`there is no ${name}`);
  return Reflect.apply(method, useCases, [principal, request]);
};
const noted = () => log.entries.map(({ text }) => JSON.parse(text) as { action: string });

beforeEach(() => {
  log = new InMemoryAuditLog();
  useCases = new EveryUseCase();
});

describe('acts of administrators', () => {
  it('are noted, whichever they are, but for those that only look or are noted with what they change', async () => {
    for (const name of Object.keys(SCOPE_OF)) await call(name, { ...ADMIN, scopes: ['*'] }, {});
    expect(useCases.done).toEqual(Object.keys(SCOPE_OF));
    expect(
      noted()
        .map(({ action }) => action)
        .sort(),
    ).toEqual(
      Object.entries(SCOPE_OF)
        .filter(([, scope]) => scope === 'admin')
        .map(([name]) => name)
        .filter((name) => !['readRetention', 'previewRemoval', 'listKeys'].includes(name))
        .filter((name) => !['createKey', 'rotateKey', 'revokeKey'].includes(name))
        .sort(),
    );
  });

  it('are noted with who does what where, before they begin', async () => {
    const request = { name: 'kitchen', to: 'pantry' };
    expect(await call('cloneNamespace', ADMIN, request)).toBe(request);
    expect(noted()).toMatchObject([
      { kind: 'act', actor: 'root', action: 'cloneNamespace', namespace: 'home', details: request },
    ]);
    await call('removeNamespace', ADMIN, { name: 'x'.repeat(10_000) });
    expect(noted().at(-1)).toMatchObject({ details: { too_long: true } });
  });

  it('are not done when they cannot be noted', async () => {
    log.append = () => Promise.reject(new StoreUnavailableError('away'));
    await expect(call('removeNamespace', ADMIN)).rejects.toThrow(StoreUnavailableError);
    expect(useCases.done).toEqual([]);
  });

  it('are not noted of who may not do them, nor as long as they only show what would be done', async () => {
    await expect(call('removeNamespace', { ...ADMIN, scopes: ['read'] })).rejects.toThrow(ScopeForbiddenError);
    await call('runLifecycle', ADMIN, { isDryRun: true });
    expect(noted()).toEqual([]);
  });
});
