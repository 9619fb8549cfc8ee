import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DoorRefusal, grpcDoor, restDoor, type Door } from './support/doors.js';
import { GrpcDoor } from './support/grpc-door.js';
import { RunningService } from './support/running-service.js';

/** Every door of one service: whatever is asked of one is asked of all. */
describe('all doors of the service', () => {
  let service: RunningService;
  let grpc: GrpcDoor;
  let doors: readonly Door[] = [];

  beforeAll(async () => {
    service = await RunningService.start();
    grpc = new GrpcDoor(await service.grpcAddress());
    doors = [restDoor(service), grpcDoor(grpc)];
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
  const answers = async <T>(ask: (door: Door) => Promise<T>): Promise<readonly (readonly [string, T])[]> =>
    Promise.all(doors.map(async (door) => [door.name, await ask(door)] as const));
  const expectSame = async (ask: (door: Door) => Promise<unknown>): Promise<void> => {
    const [first, ...others] = await answers(ask);
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
    await expectSame((door) => door.recall(question));
  });

  it('find the same near a place, list the same, and read what any of them kept', async () => {
    await expectSame((door) => door.nearest([2, 2]));
    await expectSame((door) => door.list());
    for (const index of [0, 1]) {
      await expectSame((door) => door.get([index, 1]));
      expect(await doors[0]?.get([index, 1])).toMatchObject({ index, exact: 1.5 });
    }
  });

  const PLACE = [9, 9];
  it.each<[what: string, code: string, ask: (door: Door) => Promise<unknown>]>([
    ['no token', 'missing_token', (door) => door.list({ token: '' })],
    ['a wrong token', 'invalid_token', (door) => door.list({ token: 'wrong' })],
    ['a memory that is not there', 'memory_not_found', (door) => door.get(PLACE)],
    ['no coordinate', 'invalid_request', (door) => door.store({ payload: {} })],
    ['an empty coordinate', 'invalid_coordinate', (door) => door.store({ coordinate: [], payload: {} })],
    ['no payload', 'invalid_request', (door) => door.store({ coordinate: PLACE })],
    ['a payload that is no object', 'invalid_request', (door) => door.store({ coordinate: PLACE, payload: [1] })],
    ['a type that is none', 'invalid_request', (door) => door.store({ coordinate: PLACE, payload: {}, type: 'odd' })],
    [
      'a version that does not live there',
      'version_conflict',
      (door) => door.store({ coordinate: PLACE, payload: {}, expected_version: 7 }),
    ],
    [
      'a payload that is too large',
      'payload_too_large',
      (door) => door.store({ coordinate: PLACE, payload: { text: 'x'.repeat(2 ** 20) } }),
    ],
    ['a question without words', 'invalid_request', (door) => door.recall({ query: ' ' })],
    ['too many hits', 'invalid_request', (door) => door.recall({ query: 'kettle', top_k: 100_000 })],
    ['a mode that is none', 'invalid_request', (door) => door.recall({ query: 'kettle', mode: 'psychic' })],
    ['a filter that is none', 'invalid_request', (door) => door.recall({ query: 'kettle', filter: { a: { odd: 1 } } })],
  ])('refuse %s with the same code', async (_, code, ask) => {
    const refused = await answers((door) =>
      ask(door).then(
        () => 'taken',
        (error: unknown) => (error instanceof DoorRefusal ? error.code : String(error)),
      ),
    );
    expect(Object.fromEntries(refused)).toEqual(Object.fromEntries(doors.map(({ name }) => [name, code])));
  });
});
