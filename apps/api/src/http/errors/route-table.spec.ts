import { describe, expect, it } from '@jest/globals';
import { LINEAR_GROWTH, timeGrowth } from '@sfm/memory/testing';
import fastify from 'fastify';
import { RouteTable } from './route-table.js';

describe('RouteTable', () => {
  const routes = new RouteTable();
  const server = fastify();
  routes.watch(server);
  server.get('/memories/:coord', () => '');
  server.post('/memories', () => '');

  it.each([
    ['/memories', ['POST']],
    ['/memories///', ['POST']],
    ['/memories/1,2/?x=/', ['GET', 'HEAD']],
    ['/', []],
    ['///', []],
  ])('knows the methods of %s', (url, methods) => {
    expect(routes.methodsAt(url)).toEqual(methods);
  });

  it.each(['/', '/a', 'memories/'])('takes time in proportion to a path of %j over and over', async (part) => {
    const work = (size: number) => {
      const path = `/memories/${part.repeat(size)}x`;
      return [routes.methodsAt(path), routes.lacksMethod(path, 'GET')];
    };
    expect(await timeGrowth(work, 2000)).toBeLessThan(LINEAR_GROWTH);
  });
});
