import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  AmendService,
  ApiKeyService,
  AuditLog,
  ConsolidationService,
  ExportService,
  ForgetService,
  HistoryService,
  RestoreService,
  GraphService,
  ImportService,
  IndexReadiness,
  LifecycleService,
  LinkService,
  OutcomeService,
  LockService,
  NamespaceCatalogService,
  NamespaceForbiddenError,
  NamespaceCopyService,
  NamespaceRemovalService,
  NamespaceRenameService,
  NamespaceScope,
  NearestService,
  PastReadService,
  PastRecallService,
  ReadService,
  RecallService,
  ReindexService,
  RetentionService,
  ScopeForbiddenError,
  SCOPES,
  SelectionService,
  StoreService,
  VerifyService,
  WatchService,
  toNamespace,
  withScope,
  type Principal,
  type Scope,
} from '@sfm/memory';
import { SCOPE_OF } from './admission.js';
import { AuthorizedAudit } from './authorized-audit.js';
import { AuthorizedConsolidations } from './authorized-consolidations.js';
import { AuthorizedHistory } from './authorized-history.js';
import { AuthorizedKeys } from './authorized-keys.js';
import { AuthorizedLifecycle } from './authorized-lifecycle.js';
import { AuthorizedLinks } from './authorized-links.js';
import { AuthorizedLocks } from './authorized-locks.js';
import { AuthorizedMaintenance } from './authorized-maintenance.js';
import { AuthorizedNamespaces } from './authorized-namespaces.js';
import { AuthorizedNearest } from './authorized-nearest.js';
import { AuthorizedOutcomes } from './authorized-outcomes.js';
import { AuthorizedPast } from './authorized-past.js';
import { AuthorizedPortability } from './authorized-portability.js';
import { AuthorizedQuestions } from './authorized-questions.js';
import { AuthorizedReads } from './authorized-reads.js';
import { AuthorizedRecall } from './authorized-recall.js';
import { AuthorizedSelection } from './authorized-selection.js';
import { HeldCredentials } from './held-credentials.js';
import { AuthorizedWatch } from './authorized-watch.js';
import { AuthorizedWrites } from './authorized-writes.js';

type Service = abstract new (...parts: never[]) => object;

/** Calls that reached the core: `Service.method`, and the first argument. */
const reached: [call: string, first: unknown][] = [];

async function* onePage() {
  yield { changes: [], isCaughtUp: true };
}

/** Stands in for a service of the core: notes what it is asked and answers nothing. */
function noting<Class extends Service>(service: Class): InstanceType<Class> {
  const note = (method: string) => (first: unknown) => {
    reached.push([`${service.name}.${method}`, first]);
    return Promise.resolve(Object.assign([], { hits: [], degraded: [], [Symbol.asyncIterator]: onePage }));
  };
  return new Proxy(Object.create(service.prototype as object) as InstanceType<Class>, {
    get: (_, method) => note(String(method)),
  });
}

const DOORS: readonly object[] = [
  new AuthorizedWrites(noting(StoreService), noting(AmendService), noting(ForgetService)),
  new AuthorizedReads(noting(ReadService)),
  new AuthorizedConsolidations(noting(ConsolidationService)),
  new AuthorizedLocks(noting(LockService)),
  new AuthorizedSelection(noting(SelectionService)),
  new AuthorizedHistory(noting(HistoryService), noting(RestoreService)),
  new AuthorizedPast(noting(PastReadService), noting(PastRecallService)),
  new AuthorizedLifecycle(noting(RetentionService), noting(LifecycleService)),
  new AuthorizedLinks(noting(LinkService), noting(GraphService)),
  new AuthorizedNamespaces(
    noting(NamespaceCatalogService),
    noting(NamespaceRemovalService),
    noting(NamespaceCopyService),
    noting(NamespaceRenameService),
  ),
  new AuthorizedOutcomes(noting(OutcomeService)),
  new AuthorizedPortability(noting(ExportService), noting(ImportService), new HeldCredentials()),
  new AuthorizedWatch(noting(WatchService)),
  new AuthorizedRecall(noting(RecallService)),
  new AuthorizedNearest(noting(NearestService)),
  new AuthorizedQuestions(noting(RecallService), noting(PastRecallService)),
  new AuthorizedMaintenance(
    noting(VerifyService),
    noting(ReindexService),
    noting(IndexReadiness),
    new HeldCredentials(),
  ),
  new AuthorizedKeys(noting(ApiKeyService)),
  new AuthorizedAudit(noting(AuditLog)),
];
const METHODS = DOORS.flatMap((door) =>
  Object.getOwnPropertyNames(Object.getPrototypeOf(door))
    .filter((name) => name !== 'constructor')
    .map((name) => ({ name, door })),
);
const CALLS = Object.entries(SCOPE_OF).map(([name, scope]) => ({ name, scope }));

async function call(name: string, principal: Principal, ...more: unknown[]): Promise<unknown> {
  const found = METHODS.find((method) => method.name === name);
  const method: unknown = found && Reflect.get(found.door, name);
  if (typeof method !== 'function' || !found) throw new Error(`no door has ${name}`);
  return Reflect.apply(method, found.door, [principal, ...(more.length > 0 ? more : [[[1]]])]);
}

const THEIRS = toNamespace('theirs');
const principal = (scopes: Principal['scopes'], namespaces: Principal['namespaces'] = '*'): Principal => ({
  credentialId: 'someone',
  namespace: THEIRS,
  namespaces,
  scopes,
});
/** What spans namespaces, for who may use all of them. */
const SPANNING = [
  ...['listNamespaces', 'verify', 'reindex', 'createKey', 'listKeys', 'rotateKey', 'revokeKey', 'exportAudit'],
];
const without = (scope: Scope) => SCOPES.filter((other) => other !== scope);

beforeEach(() => {
  reached.length = 0;
});

describe.each(CALLS)('$name', ({ name, scope }) => {
  it('may touch what the principal was admitted to, and before that nothing', async () => {
    const refused = new NamespaceScope();
    await withScope(refused, () => call(name, principal(without(scope)))).catch(() => undefined);
    expect(refused.covered).toEqual([]);
    const admitted = new NamespaceScope();
    await withScope(admitted, () => call(name, principal([scope], [THEIRS]))).catch(() => undefined);
    expect(admitted.covered).toEqual([THEIRS]);
    const all = new NamespaceScope();
    await withScope(all, () => call(name, principal([scope]))).catch(() => undefined);
    expect(all.covers(THEIRS)).toBe(true);
    expect(all.covered === '*').toBe(SPANNING.includes(name));
  });
});

it('every method of every door is in the table, and nothing else is', () => {
  expect(METHODS.map(({ name }) => name).sort()).toEqual(Object.keys(SCOPE_OF).sort());
});

describe.each(CALLS)('$name', ({ name, scope }) => {
  it(`is refused without the scope ${scope}, before anything is called`, async () => {
    for (const scopes of [[], without(scope)]) {
      await expect(call(name, principal(scopes))).rejects.toThrow(ScopeForbiddenError);
      await expect(call(name, principal(scopes))).rejects.toMatchObject({ code: 'scope_forbidden', scope });
    }
    expect(reached).toEqual([]);
  });

  it('is done with that scope alone, and with all of them', async () => {
    await call(name, principal([scope]));
    await call(name, principal(['*']));
    expect(reached.length).toBeGreaterThanOrEqual(2);
  });
});

it.each(CALLS.filter(({ name, scope }) => scope !== 'admin' && name !== 'listNamespaces'))(
  '$name works in the namespace of its principal',
  async (one) => {
    await call(one.name, principal(['*'], [THEIRS, toNamespace('other')]));
    expect(reached).toMatchObject([[expect.stringMatching(/Service\./), 'theirs']]);
  },
);

it.each([
  ['verify', []],
  ['reindex', []],
  ['createKey', []],
  ['listKeys', []],
  ['rotateKey', []],
  ['revokeKey', []],
  ['exportAudit', []],
  ['countLinks', ['everywhere']],
  ['counts', ['everywhere']],
])('%s is refused across namespaces to who may not use them all', async (name, more) => {
  await expect(call(name, principal(['*'], [THEIRS]), ...more)).rejects.toThrow(NamespaceForbiddenError);
  expect(reached).toEqual([]);
});

it('lists the namespaces that its principal may use', async () => {
  await call('listNamespaces', principal(['read'], [THEIRS]));
  await call('listNamespaces', principal(['read']));
  expect(reached).toEqual([
    ['NamespaceCatalogService.list', [THEIRS]],
    ['NamespaceCatalogService.list', '*'],
  ]);
});

it.each(['describeNamespace', 'previewRemoval', 'removeNamespace', 'cloneNamespace', 'renameNamespace'])(
  '%s is refused for a namespace that is not among those of its principal',
  async (name) => {
    await call(name, principal(['*'], [THEIRS]), { name: THEIRS });
    reached.length = 0;
    await expect(call(name, principal(['*'], [THEIRS]), { name: 'other' })).rejects.toThrow(NamespaceForbiddenError);
    expect(reached).toEqual([]);
  },
);

it('counts everything for who may use everything', async () => {
  await call('counts', principal(['read']), 'everywhere');
  expect(reached).toEqual([['ReadService.counts', undefined]]);
});

it.each([
  ['cloneNamespace', 'NamespaceCopyService.copy'],
  ['renameNamespace', 'NamespaceRenameService.rename'],
])('%s: only into one of the namespaces of its principal', async (name, service) => {
  const within = principal(['admin'], [THEIRS, toNamespace('other')]);
  await expect(call(name, within, { name: 'other', to: 'third' })).rejects.toThrow(NamespaceForbiddenError);
  expect(reached).toEqual([]);
  await call(name, within, { name: 'other', to: 'theirs' });
  expect(reached).toEqual([[service, 'other']]);
});
