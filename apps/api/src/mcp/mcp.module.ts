import { Logger, Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import {
  AuthorizedHistory,
  AuthorizedLinks,
  AuthorizedPast,
  AuthorizedReads,
  AuthorizedRecall,
  AuthorizedWrites,
  HealthReader,
  PageCursor,
  RequestLimits,
} from '@sfm/edge';
import { MemoryServers } from '@sfm/mcp';
import { HttpOptions } from '../http/options/http-options.js';
import { McpController } from './mcp.controller.js';

/** The door of the Model Context Protocol. */
@Module({})
export class McpModule {
  /** The imported modules must provide the exports of EdgeModule, HttpOptions and HealthReader. */
  static register(imports: ModuleMetadata['imports']): DynamicModule {
    return {
      module: McpModule,
      imports,
      controllers: [McpController],
      providers: [
        {
          provide: MemoryServers,
          inject: [
            AuthorizedWrites,
            AuthorizedReads,
            AuthorizedRecall,
            AuthorizedPast,
            AuthorizedHistory,
            AuthorizedLinks,
            RequestLimits,
            PageCursor,
            HealthReader,
            HttpOptions,
          ],
          useFactory: (
            writes: AuthorizedWrites,
            reads: AuthorizedReads,
            recaller: AuthorizedRecall,
            past: AuthorizedPast,
            histories: AuthorizedHistory,
            links: AuthorizedLinks,
            limits: RequestLimits,
            cursors: PageCursor,
            health: HealthReader,
            { version, mcp }: HttpOptions,
          ) => {
            const logger = new Logger('MCP');
            const places = { writes, reads, recaller, past, histories, links, limits, cursors, health };
            const onFault = (err: unknown, tool: string) => logger.error({ msg: `${tool} failed`, err });
            return new MemoryServers(places, { version, isReadOnly: mcp.isReadOnly, onFault });
          },
        },
      ],
    };
  }
}
