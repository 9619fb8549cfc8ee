import { expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { StoreUnavailableError } from '../model/errors.js';
import { InMemoryApiKeys } from '../testing/in-memory-credentials.js';
import { newSecret } from './api-key-secret.js';
import { CredentialUses } from './credential-uses.js';

const key = {
  ...{ name: 'k', scopes: [], namespaces: '*' as const, rateLimit: null, expiresAt: null },
  createdBy: null,
};
const noted = ({ log }: InMemoryApiKeys) =>
  log.entries.map(({ text }) => JSON.parse(text) as { action: string; actor: string | null; details: object });
const usesOf = (keys: InMemoryApiKeys, onError: (error: unknown) => void = () => undefined, periodMs = 60_000) =>
  new CredentialUses(keys.log, keys, periodMs, onError);

it('makes one entry for each credential, however often it was used, and notes the last use of keys', async () => {
  const keys = new InMemoryApiKeys();
  const id = uuidv7();
  await keys.create({ ...key, id }, newSecret(), { actor: null, action: 'keys.create', namespace: null, details: {} });
  const uses = usesOf(keys);
  for (let times = 0; times < 100; times += 1) uses.note({ credentialId: id, namespace: `n${times}`, isApiKey: true });
  uses.note({ credentialId: 'default', namespace: 'x', isApiKey: false });
  uses.noteRefusal('10.0.0.1', 'invalid_token');
  await uses.flush();
  const [, ofKey, ofRoot, refusal, ...rest] = noted(keys);
  expect(ofKey).toMatchObject({ actor: id, action: 'credential.use', details: { requests: 100 } });
  expect((ofKey?.details as { namespaces: string[] }).namespaces).toHaveLength(10);
  expect(ofRoot).toMatchObject({ actor: 'default', details: { requests: 1, namespaces: ['x'] } });
  expect(refusal).toMatchObject({
    actor: null,
    action: 'credential.refuse',
    details: { address: '10.0.0.1', requests: 1, reasons: ['invalid_token'] },
  });
  expect(rest).toEqual([]);
  expect((await keys.find(id))?.lastUsedAt).toBeInstanceOf(Date);
  await uses.flush();
  expect(noted(keys)).toHaveLength(4);
});

it('keeps what it could not write, and writes it with what came since', async () => {
  const keys = new InMemoryApiKeys();
  const failures: unknown[] = [];
  const uses = usesOf(keys, (error) => failures.push(error));
  const append = keys.log.append.bind(keys.log);
  keys.log.append = () => Promise.reject(new StoreUnavailableError('away'));
  uses.note({ credentialId: 'a', namespace: 'x', isApiKey: false });
  await uses.flush();
  keys.log.append = append;
  uses.note({ credentialId: 'a', namespace: 'x', isApiKey: false });
  await uses.flush();
  expect(failures).toHaveLength(1);
  expect(noted(keys)).toMatchObject([{ actor: 'a', details: { requests: 2 } }]);
});

it('writes by itself after a while, and holds no more than a bounded number apart', async () => {
  const keys = new InMemoryApiKeys();
  const uses = usesOf(keys, undefined, 1);
  for (let index = 0; index < 3000; index += 1) uses.noteRefusal(`10.0.0.${index}`, 'invalid_token');
  await new Promise<void>((resolve) => {
    const append = keys.log.append.bind(keys.log);
    keys.log.append = (entries) => append(entries).finally(resolve);
  });
  expect(noted(keys)).toHaveLength(1001);
  expect(noted(keys).at(-1)).toMatchObject({ details: { address: 'others', requests: 2000 } });
});
