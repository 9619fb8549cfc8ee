import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import {
  AuthorizedKeys,
  issuedKeyView,
  KEY_ID_SCHEMA,
  keyPageView,
  keyView,
  NewKeySchema,
  toKeyId,
  toNewKey,
  type NewKeyBody,
} from '@sfm/edge';
import type { Principal } from '@sfm/memory';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import { IssuedKeyDoc, KeyDoc, KeyPageDoc, ListKeysQuerySchema, NewKeyDoc, type ListKeysQuery } from './keys.dto.js';

const TAG = 'credentials';
const ID = [{ name: 'id', schema: KEY_ID_SCHEMA }];

/** API keys. Every change is in the audit log. */
@Controller('v1/keys')
export class KeysController {
  constructor(private readonly keys: AuthorizedKeys) {}

  @Post()
  @HttpCode(201)
  @Header('cache-control', 'no-store')
  @v1({
    id: 'v1CreateKey',
    tag: TAG,
    summary: 'Make an API key',
    description:
      'The secret is in this answer and nowhere else: only its hash is stored. Needs a credential for every namespace, with the ' +
      'scope `admin` and those that the key is to have.',
    body: NewKeyDoc,
    answers: [{ status: 201, description: 'The key with its secret.', schema: IssuedKeyDoc }],
    errors: [400, 413, 415],
  })
  async create(@CurrentPrincipal() principal: Principal, @Body(new SchemaPipe(NewKeySchema)) body: NewKeyBody) {
    return issuedKeyView(await this.keys.createKey(principal, toNewKey(body)));
  }

  @Get()
  @v1({
    id: 'v1ListKeys',
    tag: TAG,
    summary: 'List API keys',
    description: 'Without their secrets. Needs a credential for every namespace.',
    query: ListKeysQuerySchema,
    answers: [{ status: 200, description: 'A page.', schema: KeyPageDoc }],
  })
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(ListKeysQuerySchema, 'query')) { limit, after }: ListKeysQuery,
  ) {
    const place = after === undefined ? {} : { after: toKeyId(after, 'after') };
    return keyPageView(await this.keys.listKeys(principal, { limit, ...place }));
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @v1({
    id: 'v1RotateKey',
    tag: TAG,
    summary: 'Give an API key another secret',
    description:
      'The one before ends within seconds in every process. For a change without an outage make a second key, and revoke the ' +
      'first when nobody uses it. Needs a credential for every namespace.',
    params: ID,
    answers: [{ status: 200, description: 'The key with its new secret.', schema: IssuedKeyDoc }],
    errors: [404],
  })
  async rotate(@CurrentPrincipal() principal: Principal, @Param('id') id: string) {
    return issuedKeyView(await this.keys.rotateKey(principal, toKeyId(id)));
  }

  @Delete(':id')
  @v1({
    id: 'v1RevokeKey',
    tag: TAG,
    summary: 'Revoke an API key',
    description:
      'For good. It ends within seconds in every process, answers that are being written included. Needs a credential for every ' +
      'namespace.',
    params: ID,
    answers: [{ status: 200, description: 'The key, revoked.', schema: KeyDoc }],
    errors: [404],
  })
  async revoke(@CurrentPrincipal() principal: Principal, @Param('id') id: string) {
    return keyView(await this.keys.revokeKey(principal, toKeyId(id)));
  }
}
