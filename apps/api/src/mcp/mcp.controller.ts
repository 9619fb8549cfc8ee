import { Body, Controller, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { CountsAs, CurrentPrincipal } from '@sfm/auth';
import { RequestLimits } from '@sfm/edge';
import { answersTo, MemoryServers, readMessages, WrongMessageError } from '@sfm/mcp';
import type { Principal } from '@sfm/memory';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpOptions } from '../http/options/http-options.js';
import { assertAcceptsJson, assertKnownProtocol, assertOwnOrigin } from './mcp-request.js';
import { MCP_ROUTES } from '../http/requests/address-namespace.js';

/** The protocol writes the id of what it could not read as null. */
const NO_ID = { jsonrpc: '2.0', id: null } as const;

/**
 * The Model Context Protocol over streamable HTTP, without sessions: each POST is answered in JSON, by whichever process it
 * comes to, and nothing is pushed. Not part of the API document: the protocol describes itself.
 */
@ApiExcludeController()
@Controller(MCP_ROUTES)
export class McpController {
  constructor(
    private readonly servers: MemoryServers,
    private readonly limits: RequestLimits,
    private readonly options: HttpOptions,
  ) {}

  @Post()
  @HttpCode(200)
  @CountsAs((body) => (Array.isArray(body) ? body.length : 1))
  async exchange(
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
    @Query('read_only') readOnly?: string,
  ): Promise<unknown> {
    assertOwnOrigin(request, this.options.cors.origins);
    assertAcceptsJson(request);
    assertKnownProtocol(request);
    try {
      const { messages, isBatch } = readMessages(body, this.limits.bounds.maxBatchQueries);
      const isReadOnly = readOnly !== undefined && readOnly !== 'false';
      const server = this.servers.for(principal, isReadOnly ? { isReadOnly } : {});
      const answers = await answersTo(server, messages);
      if (answers.length === 0) void reply.status(202);
      return isBatch && answers.length > 0 ? answers : answers[0];
    } catch (error) {
      if (!(error instanceof WrongMessageError)) throw error;
      void reply.status(400);
      return { ...NO_ID, error: { code: error.code, message: error.message } };
    }
  }
}
