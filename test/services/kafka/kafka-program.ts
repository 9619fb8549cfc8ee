import { randomBytes } from 'node:crypto';
import { access, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { childEnvironment } from '../environment.js';
import { LOOPBACK } from '../lifetime/free-port.js';
import type { KafkaProgram } from './kafka-jars.js';
import { LocalServer } from '../lifetime/local-server.js';
import { runTool } from '../programs/run-tool.js';

export interface KafkaLaunch {
  readonly folder: string;
  readonly records: string;
  /** Of the plaintext listener. */
  readonly port: number;
  readonly controllerPort: number;
  /** Server properties; they win over the defaults. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Arguments of `kafka-storage format`, say for SCRAM users. */
  readonly formatArguments?: readonly string[];
}

const JVM = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:+ExitOnOutOfMemoryError'];

/** One KRaft broker, its own controller. Durable as far as a killed process goes. */
export class KafkaServer extends LocalServer {
  constructor(
    private readonly kafka: KafkaProgram,
    private readonly settings: KafkaLaunch,
  ) {
    const { folder, records } = settings;
    super({
      name: 'Kafka',
      command: kafka.java,
      args: [...JVM, ...classOptions(kafka), 'kafka.Kafka', propertiesFile(folder)],
      env: childEnvironment(),
      folder,
      records,
      startTimeoutMs: 120_000,
      answers: async (log) => /Kafka Server started/.test(await log()),
    });
  }

  override async start(): Promise<void> {
    if (this.pid === undefined) await this.format();
    await super.start();
  }

  /** Makes the data folder at the first start. */
  private async format(): Promise<void> {
    const { folder, formatArguments = [] } = this.settings;
    const file = propertiesFile(folder);
    await mkdir(folder, { recursive: true });
    await writeFile(file, asProperties(serverProperties(this.settings)), { mode: 0o600 });
    const isFormatted = await access(path.join(folder, 'data', 'meta.properties')).then(
      () => true,
      () => false,
    );
    if (isFormatted) return;
    const format = ['kafka.tools.StorageTool', 'format', '--cluster-id', newClusterId(), '--config', file];
    await runTool(this.kafka.java, [...JVM, ...classOptions(this.kafka), ...format, ...formatArguments], {
      cwd: folder,
    });
  }
}

function propertiesFile(folder: string): string {
  return path.join(folder, 'server.properties');
}

function classOptions({ jars, logSettings }: KafkaProgram): string[] {
  return [`-Dlog4j2.configurationFile=${logSettings}`, '-cp', path.join(jars, '*')];
}

function newClusterId(): string {
  // Kafka takes no id that begins with a dash.
  return `A${randomBytes(16).toString('base64url').slice(1)}`;
}

function serverProperties({ folder, port, controllerPort, properties }: KafkaLaunch): Readonly<Record<string, string>> {
  const one = '1';
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    listeners: `PLAINTEXT://${LOOPBACK}:${port},CONTROLLER://${LOOPBACK}:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${LOOPBACK}:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.quorum.voters': `1@${LOOPBACK}:${controllerPort}`,
    'log.dirs': path.join(folder, 'data'),
    'num.partitions': '3',
    // As in production: whoever needs a topic makes it.
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': one,
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': one,
    'transaction.state.log.min.isr': one,
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': one,
    'share.coordinator.state.topic.min.isr': one,
    'share.coordinator.state.topic.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    // A killed broker that comes back waits for its old session to end; one that is only busy must not lose its own.
    'broker.session.timeout.ms': '4000',
    'broker.heartbeat.interval.ms': '500',
    // Threads and memory for one machine that does other things too.
    'num.network.threads': '2',
    'num.io.threads': '4',
    'background.threads': '2',
    'log.cleaner.dedupe.buffer.size': '8388608',
    ...properties,
  };
}

function asProperties(properties: Readonly<Record<string, string>>): string {
  const escaped = Object.entries(properties).map(
    ([key, value]) => `${key}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
  );
  return `${escaped.join('\n')}\n`;
}
