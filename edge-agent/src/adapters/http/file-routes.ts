import { PageOf } from '@holdfast/shared/api/resources';
import Type from 'typebox';
import { type FileApi, FileJobRequest, FileJobResource, FileResource } from '../../api/file-api.ts';
import type { EdgeServer } from './server.ts';

const FilePath = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{32}$' }) });
const FileQuery = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 128 }) },
  { additionalProperties: false },
);
const tags = ['files'];

/** Firmware that piles fetch, logs that they bring. */
export function fileRoutes(app: EdgeServer, api: FileApi, fileBytes: number): void {
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) =>
    done(null, payload),
  );
  app.get(
    '/files',
    { schema: { tags, summary: 'Files at the site', response: { 200: PageOf(FileResource) } } },
    async () => await api.files(),
  );
  app.post(
    '/files',
    {
      bodyLimit: fileBytes,
      schema: {
        tags,
        summary: 'Keeps a file for piles; the body is its content',
        consumes: ['application/octet-stream'],
        querystring: FileQuery,
        response: { 201: FileResource },
      },
    },
    async ({ query, body }, reply) => {
      const file = await api.keep(query.name, body as AsyncIterable<Uint8Array>);
      return reply.code(201).send(file);
    },
  );
  app.get(
    '/files/:id/content',
    { schema: { tags, summary: 'The file itself', params: FilePath } },
    async ({ params }, reply) => {
      const file = await api.file(params.id);
      return reply
        .type('application/octet-stream')
        .header(
          'content-disposition',
          `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
        )
        .header('content-length', file.bytes)
        .send(api.content(file.id));
    },
  );
  app.delete(
    '/files/:id',
    {
      schema: { tags, summary: 'Deletes a file', params: FilePath, response: { 204: Type.Null() } },
    },
    async ({ params }, reply) => {
      await api.remove(params.id);
      return reply.code(204).send(null);
    },
  );
  app.get(
    '/file-jobs',
    {
      schema: { tags, summary: 'Jobs that are open', response: { 200: PageOf(FileJobResource) } },
    },
    async () => api.jobs(),
  );
  app.post(
    '/file-jobs',
    {
      schema: {
        tags,
        summary: 'An address for one pile to fetch or bring one file',
        body: FileJobRequest,
        response: { 201: FileJobResource },
      },
    },
    async ({ body }, reply) => reply.code(201).send(await api.openJob(body)),
  );
}
