import { expect, it } from '@jest/globals';
import { withoutBudget } from '../attempts/request-budget.js';
import { toNamespace } from './namespace.js';
import { currentScope, NamespaceScope, widenScope, withinNamespaces, withScope } from './namespace-scope.js';

const [a, b, team] = [toNamespace('a'), toNamespace('b'), toNamespace('team:x')];

it('covers nothing, then what it was widened to, by name and by prefix', () => {
  const scope = new NamespaceScope();
  expect([scope.covers(a), scope.covered]).toEqual([false, []]);
  withScope(scope, () => widenScope([a, { prefix: 'team:' }]));
  expect([scope.covers(a), scope.covers(b), scope.covers(team), scope.covers(toNamespace('team'))]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  scope.widen('*');
  expect([scope.covers(b), scope.covered]).toEqual([true, '*']);
});

it('is of one request: neither of another, nor of what outlives it', async () => {
  const seen = await Promise.all(
    [a, b].map((namespace) =>
      withinNamespaces([namespace], async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return [currentScope()?.covered, withoutBudget(() => currentScope())];
      }),
    ),
  );
  expect(seen).toEqual([
    [[a], undefined],
    [[b], undefined],
  ]);
  expect(currentScope()).toBeUndefined();
});
