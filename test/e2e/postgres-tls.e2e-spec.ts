import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describeWith } from '../services/availability.js';
import { childEnvironment } from '../services/environment.js';
import { startTlsPostgres, type TlsPostgresProcess } from '../services/postgres/postgres.js';
import { RunningService } from './support/running-service.js';

const describeReal = await describeWith(['postgres']);
const SOMA = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));

describeReal('a PostgreSQL of the operator that demands TLS', () => {
  let server: TlsPostgresProcess;
  beforeAll(async () => {
    server = await startTlsPostgres();
  });
  afterAll(() => server.stop());

  it('is served from over a verified connection, logged in by certificate', async () => {
    const { caFile, clientCertFile, clientKeyFile } = server.certificates;
    const url = new URL(server.url);
    url.username = server.certificateRole;
    url.password = '';
    const settings = {
      POSTGRES_URL: url.href,
      POSTGRES_SSL_MODE: 'verify-full',
      POSTGRES_SSL_ROOT_CERT: caFile,
      POSTGRES_SSL_CERT: clientCertFile,
      POSTGRES_SSL_KEY: clientKeyFile,
    };
    const { stdout } = await promisify(execFile)(process.execPath, [SOMA, 'db', 'upgrade'], {
      env: childEnvironment(settings),
    });
    expect(stdout).toMatch(/^applied /);
    const service = await RunningService.start(settings);
    try {
      await service.json('/store', { body: { coord: '1,2', payload: { text: 'the ladder is behind the shed' } } });
      const { matches } = await service.json<{ matches: { text: string }[] }>('/recall', { body: { query: 'ladder' } });
      expect(matches.map(({ text }) => text)).toEqual(['the ladder is behind the shed']);
    } finally {
      await service.dispose();
    }
  });

  it.each([
    ['plain text', { POSTGRES_SSL_MODE: 'disable' }, /encrypted connections only.*set POSTGRES_SSL_MODE to require/],
    ['no authority', { POSTGRES_SSL_MODE: 'verify-full' }, /not signed by an authority.*set POSTGRES_SSL_ROOT_CERT/],
    ['another authority', { POSTGRES_SSL_MODE: 'verify-ca', ca: 'other' }, /set POSTGRES_SSL_ROOT_CERT/],
  ])(
    'refuses to start with %s, and says what to set',
    async (_, { ca, ...settings }: Record<string, string>, message) => {
      const service = await RunningService.prepare({
        POSTGRES_URL: server.url,
        ...settings,
        ...(ca === undefined ? {} : { POSTGRES_SSL_ROOT_CERT: server.certificates.otherCaFile }),
      });
      try {
        service.spawn();
        expect(await service.exited()).toBe(1);
        expect(service.output).toMatch(message);
        expect(service.output).not.toContain(server.password);
      } finally {
        await service.dispose();
      }
    },
  );
});
