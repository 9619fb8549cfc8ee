import { expect, it } from '@jest/globals';
import { ROUTE_SAMPLES, type RouteSample } from '../../../apps/api/test/route-samples.js';
import type { RunningService } from './running-service.js';

const THEIRS = 'theirs';
const NOBODYS = 'nobodys';
/** Longest name first, so that none is replaced inside another. */
const NAMES = /mine-before|mine-after|nobodys|theirs/g;

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly warning: string | null;
  readonly text: string;
}

/** What an answer says, without what is new in every answer: ids, times, durations, tokens, and whose namespace it is. */
async function said(response: Response): Promise<Answer> {
  const text = (await response.text())
    .replaceAll(NAMES, 'NAMESPACE')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/"(request_id|position|cursor|next_cursor|hash|sha256|checksum|chain|after)":"[^"]*"/g, '"$1":"TEXT"')
    .replaceAll(/"(token|seconds|age_seconds|duration_ms|took_ms|timestamp|recency|bytes)":-?[\d.e-]+/g, '"$1":0');
  const { headers, status } = response;
  return { status, type: headers.get('content-type'), warning: headers.get('warning'), text };
}

/** Asks a route as its sample says, with names of namespaces in it replaced. */
function asked(
  service: RunningService,
  { method = 'POST', url, body, type }: RouteSample,
  { secret, namespace, named = 'team_a' }: { secret?: string; namespace: string; named?: string },
): Promise<Response> {
  const name = (text: string) => text.replaceAll(/team_a|api_ns/g, named);
  const sent = body === undefined ? undefined : name(typeof body === 'string' ? body : JSON.stringify(body));
  return fetch(service.url + name(url), {
    method,
    headers: {
      'x-soma-namespace': namespace,
      authorization: `Bearer ${secret ?? ''}`,
      ...(sent === undefined ? {} : { 'content-type': type ?? 'application/json' }),
    },
    ...(sent === undefined ? {} : { body: sent }),
  });
}

/** Ids of what was made in the namespace of others, which nobody else may find by them. */
interface Theirs {
  readonly run: string;
  readonly key: string;
}

async function fill(service: RunningService): Promise<Theirs> {
  const headers = { 'x-soma-namespace': THEIRS };
  const write = (path: string, body: object) => service.json<{ id: string }>(path, { headers, body });
  const memories = [
    ...[[1], [2], [1, 2], [8, 8]].map((coordinate) => ({ coordinate, payload: { text: 'x kettle' } })),
    ...[1, 2, 3].map((n) => ({
      coordinate: [100, n],
      type: 'episodic',
      payload: { text: `the kettle whistled ${n}`, x: 'x' },
      importance: 5,
    })),
  ];
  await write('/v1/memories:batch', { memories });
  await write('/v1/memories', { coordinate: [8, 8], payload: { text: 'x kettle again' } });
  await write('/v1/links', { from: [1], to: [2] });
  await write('/v1/locks/kettle', { owner: 'them', ttl_seconds: 3600 });
  const { id: run } = await write('/v1/consolidations', {});
  const rights = { name: 'theirs', scopes: ['read', 'write', 'admin'], namespaces: [THEIRS] };
  const { id: key } = await write('/v1/keys', rights);
  return { run, key };
}

/** Everything that can be seen of the namespace of others with every right. */
async function seen(service: RunningService): Promise<string> {
  const headers = { 'x-soma-namespace': THEIRS };
  const paths = [
    '/v1/export?include=history',
    '/v1/namespaces/theirs',
    '/v1/namespaces/theirs/retention',
    '/v1/locks/kettle',
    '/v1/consolidations',
    '/v1/keys',
  ];
  const texts = paths.map(async (path) => (await service.request(path, { headers })).text());
  return (await Promise.all(texts)).join('\n').replaceAll(/"(last_used_at|index_lag)":("[^"]*"|\{[^}]*\}|null)/g, '');
}

/**
 * Drives every route with credentials of others. Call it inside a describe.
 */
export function nothingLeaks(service: () => RunningService): void {
  const scopes = ['read', 'write', 'admin'];
  const keyFor = async (namespaces: readonly string[]) =>
    (await service().json<{ secret: string }>('/v1/keys', { body: { name: 'foreign', scopes, namespaces } })).secret;
  // What only reads comes first, as long as whoever asks has nothing to find.
  const cases = Object.entries(ROUTE_SAMPLES).sort(
    ([, one], [, other]) => Number(one.scope !== 'read') - Number(other.scope !== 'read'),
  );

  it('answers everybody the same, whatever others have, and whether they have anything', async () => {
    const [before, after] = [await keyFor(['mine-before']), await keyFor(['mine-after'])];
    const expected = new Map<string, Answer>();
    for (const [id, sample] of cases) {
      const caller = { secret: before, namespace: 'mine-before', named: THEIRS };
      expected.set(id, await said(await asked(service(), sample, caller)));
    }
    const theirs = await fill(service());
    const untouched = await seen(service());
    for (const [id, sample] of cases) {
      const found = {
        ...sample,
        url: sample.url.replace(/01890a5d-ac96-774b-bcce-b302099a8057/, id.includes('Key') ? theirs.key : theirs.run),
      };
      const caller = { secret: after, namespace: 'mine-after', named: THEIRS };
      expect([id, await said(await asked(service(), found, caller))]).toEqual([id, expected.get(id)]);
    }
    expect(await seen(service())).toBe(untouched);
  });

  it('refuses the namespaces of others in header, path and body as it refuses those that there are not', async () => {
    const secret = await keyFor(['mine-before', 'mine:*']);
    const untouched = await seen(service());
    for (const [id, sample] of cases) {
      const answers = [];
      for (const name of [THEIRS, NOBODYS]) {
        for (const namespace of [name, 'mine-before']) {
          const isNamedOnlyByHeader = !/team_a|api_ns/.test(JSON.stringify(sample));
          if (namespace !== name && isNamedOnlyByHeader) continue;
          const answer = await said(await asked(service(), sample, { secret, namespace, named: name }));
          expect([id, namespace, answer.status]).toEqual([id, namespace, 403]);
          answers.push({ namespace, answer: { ...answer, text: answer.text.replaceAll(NAMES, '') } });
        }
      }
      const half = answers.length / 2;
      expect([id, ...answers.slice(0, half).map(({ answer }) => answer)]).toEqual([
        id,
        ...answers.slice(half).map(({ answer }) => answer),
      ]);
    }
    expect(await seen(service())).toBe(untouched);
  });
}
