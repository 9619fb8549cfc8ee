import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import { AuthorizedNamespaces, namespacePageView, namespaceView, readNamespaceCursor } from '@sfm/edge';
import { InvalidRequestError, NAMESPACE_PATTERN, NAMESPACE_RULE, type Principal } from '@sfm/memory';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import {
  CloneNamespaceDoc,
  ListNamespacesQuerySchema,
  NamespaceCloneDoc,
  NamespaceDoc,
  NamespacePageDoc,
  NamespaceRemovalDoc,
  NamespaceRenameDoc,
  RemoveNamespaceQuerySchema,
  RenameNamespaceDoc,
  type CloneNamespaceBody,
  type ListNamespacesQuery,
  type RemoveNamespaceQuery,
  type RenameNamespaceBody,
} from './namespaces.dto.js';

const TAG = 'namespaces';
const NAME = [
  {
    name: 'name',
    description: `Name of the namespace: ${NAMESPACE_RULE}.`,
    schema: { type: 'string' as const, pattern: NAMESPACE_PATTERN, examples: ['team_a'] },
  },
];

/** Namespaces as a resource. The path names them; `X-Soma-Namespace` does not matter here. */
@Controller('v1/namespaces')
export class NamespacesController {
  constructor(private readonly namespaces: AuthorizedNamespaces) {}

  @Get()
  @v1({
    id: 'v1ListNamespaces',
    tag: TAG,
    summary: 'List namespaces',
    description:
      'Those that hold memories or links and that the credential may use, with how much is in them. A page looks at a bounded ' +
      'number of names: go on while `next_cursor` is there.',
    query: ListNamespacesQuerySchema,
    answers: [{ status: 200, description: 'A page.', schema: NamespacePageDoc }],
    errors: [404],
  })
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(ListNamespacesQuerySchema, 'query')) { limit, cursor }: ListNamespacesQuery,
  ) {
    const after = cursor === undefined ? {} : { after: readNamespaceCursor(cursor) };
    return namespacePageView(await this.namespaces.listNamespaces(principal, { limit, ...after }));
  }

  @Get(':name')
  @v1({
    id: 'v1ReadNamespace',
    tag: TAG,
    summary: 'Read how much is in one namespace',
    description: 'One that nothing was written to is empty.',
    params: NAME,
    answers: [{ status: 200, description: 'The namespace.', schema: NamespaceDoc }],
  })
  async read(@CurrentPrincipal() principal: Principal, @Param('name') name: string) {
    return namespaceView(await this.namespaces.describeNamespace(principal, { name }));
  }

  @Delete(':name')
  @v1({
    id: 'v1DeleteNamespace',
    tag: TAG,
    summary: 'Delete what is in one namespace',
    description:
      'Deletes memories and links that were last written before the request, each with its event, in small batches beside writers. What ' +
      'is written meanwhile stays. A great many take several requests: repeat it until `done` is true, also after an error. ' +
      'Needs the scope `admin`; `dry_run=true` says what would be deleted.',
    params: NAME,
    query: RemoveNamespaceQuerySchema,
    answers: [{ status: 200, description: 'Deleted, or counted.', schema: NamespaceRemovalDoc }],
    errors: [409],
  })
  async remove(
    @CurrentPrincipal() principal: Principal,
    @Param('name') name: string,
    @Query(new SchemaPipe(RemoveNamespaceQuerySchema, 'query')) { dry_run, confirm }: RemoveNamespaceQuery,
  ) {
    const isDryRun = dry_run === 'true';
    if (isDryRun) {
      const { namespace, counts, links } = await this.namespaces.previewRemoval(principal, { name });
      const done = counts.total === 0 && links === 0;
      return { namespace, dry_run: true, memories: counts.total, links, done, confirm: namespace };
    }
    if (confirm !== name) {
      throw new InvalidRequestError(
        'confirm',
        'must be the name of the namespace; with dry_run=true nothing is deleted',
      );
    }
    const { memories, links, isDone } = await this.namespaces.removeNamespace(principal, { name });
    return { namespace: name, dry_run: false, memories, links, done: isDone, confirm: null };
  }

  @Post(':name/clone')
  @HttpCode(HttpStatus.OK)
  @v1({
    id: 'v1CloneNamespace',
    tag: TAG,
    summary: 'Copy a namespace into an empty one',
    description:
      'Copies memories with versions, times, history and embeddings, then links and the retention policy, as they were when the copy ' +
      'began; both namespaces can be used meanwhile. A great many take several requests: repeat it until `done` is true, also after an ' +
      'error. 409 when something else is in the target. Needs the scope `admin` in both.',
    params: NAME,
    body: CloneNamespaceDoc,
    answers: [{ status: 200, description: 'Copied, or how far.', schema: NamespaceCloneDoc }],
    errors: [400, 409, 413, 415],
  })
  async clone(
    @CurrentPrincipal() principal: Principal,
    @Param('name') name: string,
    @Body(new SchemaPipe(CloneNamespaceDoc)) { to }: CloneNamespaceBody,
  ) {
    const { memories, versions, links, isDone } = await this.namespaces.cloneNamespace(principal, { name, to });
    return { namespace: name, to, memories, versions, links, done: isDone };
  }

  @Post(':name/rename')
  @HttpCode(HttpStatus.OK)
  @v1({
    id: 'v1RenameNamespace',
    tag: TAG,
    summary: 'Move a namespace to another name',
    description:
      'Everything moves: memories with versions, times, history and embeddings, links, importances, consolidations and the retention ' +
      'policy. Both names can be used meanwhile; for the last part changes under the old name are refused with 503 for a moment. From ' +
      '`moved` on all of it is under the new name, and what is new may be stored under the old one. A great many take several ' +
      'requests: repeat it until `done` is true, also after an error. 409 when something is under the new name, or while either is ' +
      'renamed otherwise. Needs the scope `admin` in both.',
    params: NAME,
    body: RenameNamespaceDoc,
    answers: [{ status: 200, description: 'Renamed, or how far.', schema: NamespaceRenameDoc }],
    errors: [400, 409, 413, 415],
  })
  async rename(
    @CurrentPrincipal() principal: Principal,
    @Param('name') name: string,
    @Body(new SchemaPipe(RenameNamespaceDoc)) { to }: RenameNamespaceBody,
  ) {
    const { memories, links, isMoved, isDone } = await this.namespaces.renameNamespace(principal, { name, to });
    return { namespace: name, to, memories, links, moved: isMoved, done: isDone };
  }
}
