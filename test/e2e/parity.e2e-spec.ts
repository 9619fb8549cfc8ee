import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cliDoor, DoorRefusal, grpcDoor, mcpDoor, restDoor, type Door } from './support/doors.js';
import { GrpcDoor } from './support/grpc-door.js';
import { RunningService } from './support/running-service.js';

/** Undefined where a door cannot do it. */
type Ask<T> = (door: Door) => Promise<T> | undefined;

/** Every door of one service: whatever is asked of one is asked of all. */
describe('all doors of the service', () => {
  let service: RunningService;
  let grpc: GrpcDoor;
  let doors: readonly Door[] = [];

  beforeAll(async () => {
    service = await RunningService.start();
    grpc = new GrpcDoor(await service.grpcAddress());
    doors = [restDoor(service), grpcDoor(grpc), mcpDoor(service), cliDoor(service)];
    const texts = [
      'the kettle is in the blue cupboard',
      'the blue kettle whistles when the water boils',
      'the cups are on the shelf beside the kettle',
      'the ladder is behind the shed',
      'the shed is painted blue',
    ];
    // Each door keeps some of them.
    for (const [index, text] of texts.entries()) {
      const type = index % 2 === 0 ? 'semantic' : 'episodic';
      await doors[index % doors.length]?.store({ coordinate: [index, 1], payload: { text, index, exact: 1.5 }, type });
    }
  });
  afterAll(async () => {
    grpc.close();
    await service.dispose();
  });

  /** What each answered, by name; the first is what the others must say too. */
  const answers = async <T>(
    ask: Ask<T>,
    except: readonly string[] = [],
  ): Promise<readonly (readonly [string, T])[]> => {
    const asked = doors
      .filter(({ name }) => !except.includes(name))
      .map(async (door) => [door.name, await ask(door)] as const);
    return (await Promise.all(asked)).flatMap(([name, answer]) =>
      answer === undefined ? [] : [[name, answer] as const],
    );
  };
  const expectSame = async (ask: Ask<unknown>, except: readonly string[] = []): Promise<void> => {
    const [first, ...others] = await answers(ask, except);
    expect(others.length).toBeGreaterThan(0);
    for (const [name, answer] of others) expect({ name, answer }).toEqual({ name, answer: first?.[1] });
  };

  it.each([
    { query: 'where is the kettle?' },
    { query: 'blue kettle', top_k: 2 },
    { query: 'kettle', type: 'semantic' },
    { query: 'blue', filter: { index: { gte: 1 } } },
    { query: 'kettle', mode: 'lexical' },
    { query: 'shed', mode: 'vector', top_k: 3 },
    { query: 'kettle', min_score: 1 },
    { query: 'nothing of the kind', filter: { index: 77 } },
  ])('return the same hits in the same order for %j', async (question) => {
    const [first] = await answers((door) => door.recall(question));
    if (question.filter?.index !== 77) expect(first?.[1]).not.toEqual([]);
    const except = 'mode' in question || 'min_score' in question ? ['CLI'] : [];
    await expectSame((door) => door.recall(question), except);
  });

  it('find the same near a place, list the same, and read what any of them kept', async () => {
    await expectSame((door) => door.nearest?.([2, 2]));
    await expectSame((door) => door.list?.());
    for (const index of [0, 1]) {
      await expectSame((door) => door.get([index, 1]));
      expect(await doors[0]?.get([index, 1])).toMatchObject({ index, exact: 1.5 });
    }
  });

  const PLACE = [9, 9];
  /** Where the command line does not even ask. */
  const COMMAND_LINE = ['CLI'];
  it.each<[what: string, code: string, ask: (door: Door) => Promise<unknown>, except?: readonly string[]]>([
    ['no token', 'missing_token', (door) => door.get([0, 1], { token: '' }), COMMAND_LINE],
    ['a wrong token', 'invalid_token', (door) => door.get([0, 1], { token: 'wrong' })],
    ['a memory that is not there', 'memory_not_found', (door) => door.get(PLACE)],
    ['no coordinate', 'invalid_request', (door) => door.store({ payload: {} }), ['CLI', 'MCP']],
    ['an empty coordinate', 'invalid_coordinate', (door) => door.store({ coordinate: [], payload: {} })],
    ['no payload', 'invalid_request', (door) => door.store({ coordinate: PLACE }), COMMAND_LINE],
    [
      'a payload that is no object',
      'invalid_request',
      (door) => door.store({ coordinate: PLACE, payload: [1] }),
      COMMAND_LINE,
    ],
    [
      'a type that is none',
      'invalid_request',
      (door) => door.store({ coordinate: PLACE, payload: {}, type: 'odd' }),
      COMMAND_LINE,
    ],
    [
      'a version that does not live there',
      'version_conflict',
      (door) => door.store({ coordinate: PLACE, payload: {}, expected_version: 7 }),
      COMMAND_LINE,
    ],
    [
      'a payload that is too large',
      'payload_too_large',
      (door) => door.store({ coordinate: PLACE, payload: { text: 'x'.repeat(2 ** 20) } }),
      COMMAND_LINE,
    ],
    ['a question without words', 'invalid_request', (door) => door.recall({ query: ' ' })],
    ['too many hits', 'invalid_request', (door) => door.recall({ query: 'kettle', top_k: 100_000 })],
    [
      'a mode that is none',
      'invalid_request',
      (door) => door.recall({ query: 'kettle', mode: 'psychic' }),
      COMMAND_LINE,
    ],
    ['a filter that is none', 'invalid_request', (door) => door.recall({ query: 'kettle', filter: { a: { odd: 1 } } })],
  ])('refuse %s with the same code', async (_, code, ask, except = []) => {
    const refused = await answers(
      (door) =>
        ask(door).then(
          () => 'taken',
          (error: unknown) => (error instanceof DoorRefusal ? error.code : String(error)),
        ),
      except,
    );
    expect(Object.fromEntries(refused)).toEqual(Object.fromEntries(refused.map(([name]) => [name, code])));
    expect(refused).toHaveLength(doors.length - except.length);
  });
});
