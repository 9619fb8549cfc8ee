import { beforeAll, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { loadConfig } from '@sfm/config';
import { describeWith } from '../services/availability.js';
import { checkTools } from '../services/programs/check-tools.js';
import { REPOSITORY } from '../services/repository.js';
import { composeModel, servicesOf, type ComposeModel, type ComposeService } from './compose-model.js';

const SERVERS = ['kafka', 'postgres', 'qdrant', 'redis'];
const OURS = ['api', 'somafractalmemory_kube', 'api_dev', 'consumer_dev'];

const describeCompose = await describeWith([], checkTools('compose-spec'));

describeCompose('docker-compose.yml', () => {
  let model: ComposeModel;
  beforeAll(async () => {
    model = await composeModel();
  }, 600_000);

  const service = (name: string): ComposeService => {
    const found = model.services[name];
    if (found === undefined) throw new Error(`no service ${name}`);
    return found;
  };
  const portsOf = ({ ports = [] }: ComposeService): string[] =>
    ports.map(({ published, target }) => `${published}:${target}`);

  it.each([
    ['core', ['api', ...SERVERS, 'somafractalmemory_kube']],
    ['consumer', [...SERVERS, 'somafractalmemory_kube']],
    ['shared', SERVERS],
    ['dev', ['api_dev', 'consumer_dev', ...SERVERS]],
    ['monitoring', ['grafana', 'prometheus']],
    ['ops', ['etcd', 'opa', 'vault']],
    ['test', ['test_kafka', 'test_postgres', 'test_qdrant', 'test_redis']],
  ])('profile %s starts %j', (profile, names) => {
    expect(servicesOf(model, profile)).toEqual(names.toSorted());
  });

  it('knows no other profile and no service without one', () => {
    const profiles = Object.values(model.services).map((each) => each.profiles);
    expect(profiles.every((names) => names.length > 0)).toBe(true);
    expect(new Set(profiles.flat())).toEqual(
      new Set(['core', 'consumer', 'shared', 'dev', 'monitoring', 'ops', 'test']),
    );
  });

  it('can start every service by its name alone: what it needs is in one of its profiles', () => {
    for (const [name, { profiles, depends_on = {} }] of Object.entries(model.services)) {
      for (const needed of Object.keys(depends_on)) {
        expect({ name, shared: profiles.every((profile) => service(needed).profiles.includes(profile)) }).toEqual({
          name,
          shared: true,
        });
      }
    }
  });

  it('keeps data in the four volumes operators know, and the token that the api made in another', () => {
    expect(Object.keys(model.volumes).sort()).toEqual([
      ...['api_data', 'kafka_data', 'postgres_data', 'qdrant_storage', 'redis_data'],
    ]);
    const mountsOfApi = service('api').volumes?.map(({ source, target }) => `${source}:${target}`);
    expect(mountsOfApi).toEqual(['api_data:/data']);
    for (const name of ['api', 'api_dev']) {
      const { environment = {}, tmpfs = [] } = service(name);
      const folder = environment['SOMA_DATA_DIR'] ?? '/data';
      expect(tmpfs.filter((mount) => folder.startsWith(mount.split(':')[0] ?? ''))).toEqual([]);
    }
    const mounts = SERVERS.map((name) => {
      const volumes = service(name).volumes?.filter(({ type }) => type === 'volume');
      return volumes?.map(({ source, target }) => `${source}:${target}`);
    });
    expect(mounts).toEqual([
      ['kafka_data:/var/lib/kafka/data'],
      ['postgres_data:/var/lib/postgresql/data'],
      ['qdrant_storage:/qdrant/storage'],
      ['redis_data:/data'],
    ]);
  });

  it('pins every image to an exact version', () => {
    for (const { image, build } of Object.values(model.services)) {
      if (build === undefined) expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+(\.\d+)?(@sha256:[0-9a-f]{64})?$/);
      else expect(image).toMatch(/^somafractalmemory(-runtime)?:local$/);
    }
  });

  it('takes the servers of the stack by their digests: a tag may be moved', () => {
    for (const name of SERVERS) expect(service(name).image).toMatch(/@sha256:[0-9a-f]{64}$/);
  });

  it('checks the health of everything, and waits for it where something is needed', () => {
    for (const [name, { healthcheck, depends_on = {} }] of Object.entries(model.services)) {
      expect({ name, checked: (healthcheck?.test.length ?? 0) > 1 }).toEqual({ name, checked: true });
      for (const { condition } of Object.values(depends_on)) expect(condition).toBe('service_healthy');
    }
    for (const name of ['api', 'somafractalmemory_kube']) {
      expect(Object.keys(service(name).depends_on ?? {}).sort()).toEqual(SERVERS);
    }
  });

  it('publishes on the loopback interface only, each port once per profile', () => {
    // The servers of the tests by hand, too: they run beside a stack.
    for (const profile of ['core', 'dev']) {
      const names = [profile, 'monitoring', 'ops', 'test'].flatMap((each) => servicesOf(model, each));
      const ports = names.flatMap((name) => service(name).ports ?? []);
      expect(ports.map(({ host_ip }) => host_ip)).toEqual(ports.map(() => '127.0.0.1'));
      expect(new Set(ports.map(({ published }) => published)).size).toBe(ports.length);
    }
  });

  it('has the host ports of the operators’ documents unless .env says otherwise', async () => {
    expect(portsOf(service('api'))).toEqual(['9595:9595', '50053:50053']);
    expect(portsOf(service('postgres'))).toEqual(['5434:5432']);
    expect(portsOf(service('redis'))).toEqual(['6380:6379']);
    expect(portsOf(service('qdrant'))).toEqual(['6333:6333']);
    expect(portsOf(service('kafka'))).toEqual(['9092:9094', '19092:19092']);
    const moved = await composeModel({
      API_HOST_PORT: '1001',
      GRPC_HOST_PORT: '1007',
      POSTGRES_HOST_PORT: '1002',
      REDIS_HOST_PORT: '1003',
      QDRANT_HOST_PORT: '1004',
      KAFKA_HOST_PORT: '1005',
      KAFKA_OUTSIDE_PORT: '1006',
    });
    const published = ['api', ...SERVERS].flatMap((name) =>
      (moved.services[name]?.ports ?? []).map((port) => port.published),
    );
    expect(published).toEqual(['1001', '1007', '1005', '1006', '1002', '1004', '1003']);
    expect(moved.services['kafka']?.environment?.['KAFKA_ADVERTISED_LISTENERS']).toBe(
      'INNER://kafka:9092,HOST://localhost:1005,OUTSIDE://localhost:1006',
    );
  });

  it('gives Kafka a listener for containers and others for this machine, without ZooKeeper', () => {
    const kafka = service('kafka').environment ?? {};
    expect(kafka['KAFKA_PROCESS_ROLES']).toBe('broker,controller');
    expect(kafka['KAFKA_LISTENERS']).toBe('INNER://:9092,HOST://:9094,OUTSIDE://:19092,CONTROLLER://:9093');
    const names = (text = '') => text.split(',').map((listener) => listener.split(':')[0]);
    expect(names(kafka['KAFKA_LISTENER_SECURITY_PROTOCOL_MAP'] ?? '')).toEqual(names(kafka['KAFKA_LISTENERS'] ?? ''));
  });

  it.each(OURS)('gives %s settings that the service knows and accepts without a warning', (name) => {
    const environment = Object.fromEntries(
      Object.entries(service(name).environment ?? {}).map(([variable, value]) => [variable, value ?? '']),
    );
    const { warnings, http, database, kafka } = loadConfig(environment);
    expect(warnings.filter(({ variable }) => variable !== 'SOMA_API_HOST')).toEqual([]);
    // Prometheus asks from another container.
    expect(http.host).toBe('0.0.0.0');
    expect(database.url).toBe('postgresql://soma:postgres@postgres:5432/somamemory');
    expect(kafka.bootstrapServers).toBe('kafka:9092');
  });

  it('lets the service be a role of its own, which PostgreSQL makes before anybody connects', () => {
    const { command, environment, volumes = [] } = service('postgres');
    expect(new URL(environment?.['POSTGRES_URL'] ?? '').username).toBe('soma');
    expect(environment).not.toHaveProperty('POSTGRES_USER');
    const targets = volumes.map(({ source, target }) => `${path.normalize(source)}:${target}`);
    expect(command?.slice(0, 2)).toEqual(['bash', '/etc/soma/postgres/start-postgres.sh']);
    expect(targets).toContain('helm/files/postgres:/etc/soma/postgres');
    expect(targets).toContain('helm/files/postgres/own-role.sh:/docker-entrypoint-initdb.d/own-role.sh');
  });

  it('hardens what runs from the runtime image', () => {
    for (const name of ['api', 'somafractalmemory_kube']) {
      expect(service(name)).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        build: { dockerfile: 'Dockerfile.runtime' },
      });
    }
  });

  it('mounts only files that are in the repository', () => {
    for (const { volumes = [] } of Object.values(model.services)) {
      for (const { type, source } of volumes) {
        if (type === 'bind') expect(existsSync(path.join(REPOSITORY, source))).toBe(true);
      }
    }
  });

  it('takes every variable of .env.example', async () => {
    const compose = await readFile(path.join(REPOSITORY, 'docker-compose.yml'), 'utf8');
    const example = await readFile(path.join(REPOSITORY, '.env.example'), 'utf8');
    const names = [...example.matchAll(/^([A-Z_]+)=/gm)].map(([, name = '']) => name);
    expect(names).toContain('KAFKA_OUTSIDE_PORT');
    for (const name of names.filter((each) => !each.startsWith('COMPOSE_'))) {
      expect(compose).toContain(`\${${name}:-`);
    }
  });

  it('would not be accepted with a key that Compose does not know', async () => {
    const text = 'services: { api: { image: "a:1", helthcheck: {} } }';
    await expect(composeModel({}, text)).rejects.toThrow(/helthcheck/);
  });
});
