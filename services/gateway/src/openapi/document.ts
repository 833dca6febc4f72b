import { z } from 'zod';
import { entityTag, idempotencyKey } from '../routing/preconditions';
import type { Described } from '../routing/route';

type Json = Record<string, unknown>;

const problemRef = { $ref: '#/components/schemas/Problem' };

const problemSchema = {
  type: 'object',
  description: 'RFC 9457；code 是稳定的错误代码，detail 是给人看的一句话',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'traceId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    code: { type: 'string' },
    errors: {
      type: 'array',
      items: { type: 'object', required: ['pointer', 'code'], properties: { pointer: { type: 'string' }, code: { type: 'string' } } },
    },
    traceId: { type: 'string' },
  },
};

const fileSchema: Json = { type: 'string', format: 'binary' };

const header = (name: string, pattern: RegExp, { description, example }: { description: string; example: string }): Json => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string', pattern: pattern.source },
  example,
});

// One event of the stream, as OpenAPI 3.2 models it.
const eventSchema: Json = {
  type: 'object',
  required: ['event', 'data'],
  properties: { event: { enum: ['change', 'reset'] }, id: { type: 'string' }, data: { type: 'string', contentMediaType: 'application/json' } },
};

// The one answer that is no JSON, and so not in the table: see events/serve-stream.ts.
const streamOperation: Json = {
  operationId: 'streamEvents',
  summary: '实时变更（Server-Sent Events）：只推送您可见的办件与委托，事件 change 的 data 只有编号与代码；事件 reset 表示须重新读取',
  tags: ['events'],
  'x-permission': 'requests.case.read',
  parameters: [{ name: 'Last-Event-ID', in: 'header', required: false, description: '从该事件之后续传', schema: { type: 'string' } }],
  responses: {
    200: { description: '事件流', content: { 'text/event-stream': { schema: eventSchema } } },
    default: { description: '未成功', content: { 'application/problem+json': { schema: problemRef } } },
  },
};

/** The OpenAPI 3.1 document of the routes: the same for the same table, so that it can be committed and compared. */
export function createDocument(routes: readonly (Described & { readonly isPublic?: true })[]): Json {
  const schemas: Json = { Problem: problemSchema };
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method] = operationOf(route, schemas);
  }
  paths['/v1/events/stream'] = { get: streamOperation };
  return {
    openapi: '3.1.0',
    info: {
      title: '邻里 Linli',
      version: '1',
      summary: '街道办事处为民服务平台的接口',
      description: '时间一律为 UTC 的 RFC 3339；日期为北京时间的 YYYY-MM-DD。新建须带 Idempotency-Key，修改须带 If-Match。',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { session: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'RFC 9068 访问令牌' },
        session: { type: 'apiKey', in: 'cookie', name: 'linli-session', description: '浏览器登录后的会话；修改还须带 X-CSRF-Token' },
      },
    },
  };
}

function operationOf(route: Described & { readonly isPublic?: true }, schemas: Json): Json {
  const parameters = [
    ...parametersOf(route.params, 'path'),
    ...parametersOf(route.query, 'query'),
    ...(route.creates === true ? [header('Idempotency-Key', idempotencyKey, { description: '十四日内重复发送同一请求，得到第一次的答复', example: '"a3f1c7e2"' })] : []),
    ...(route.isPublic === true ? [{ name: 'If-None-Match', in: 'header', required: false, description: '上次答复的 ETag；没有变化时得到 304', schema: { type: 'string' } }] : []),
    ...(route.changes === true ? [header('If-Match', entityTag, { description: '所见版本的 ETag', example: '"v3"' })] : []),
  ];
  return {
    operationId: route.name,
    summary: route.summary,
    tags: [route.tag],
    ...(route.permission === undefined ? {} : { 'x-permission': route.permission }),
    ...(route.isPublic === true ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyOf(route, schemas),
    responses: {
      [route.status]: { description: '成功', content: route.gives === undefined ? { 'application/json': { schema: schemaOf(route.response, 'output', schemas) } } : { [route.gives]: { schema: fileSchema } } },
      ...(route.isPublic === true ? { 304: { description: '没有变化' } } : {}),
      default: { description: '未成功', content: { 'application/problem+json': { schema: problemRef } } },
    },
  };
}

function bodyOf({ body, takes }: Described, schemas: Json): Json {
  if (takes !== undefined) return { requestBody: { required: true, content: { [takes]: { schema: fileSchema } } } };
  if (body === undefined) return {};
  return { requestBody: { required: !body.safeParse({}).success, content: { 'application/json': { schema: schemaOf(body, 'input', schemas) } } } };
}

function parametersOf(schema: z.ZodType, place: 'path' | 'query'): Json[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, member]) => {
    const { description, shown } = (member.meta() ?? {}) as { description?: string; shown?: Json };
    return {
      name,
      in: place,
      required: place === 'path' || !member.safeParse(undefined).success,
      ...(description === undefined ? {} : { description }),
      schema: shown ?? withoutDescription(plainSchema(member, 'input')),
    };
  });
}

/** A schema with an id comes as a reference to its definition; each definition becomes a component. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const { $defs = {}, ...own } = plainSchema(schema, io);
  for (const [name, definition] of Object.entries($defs as Json)) schemas[name] = withoutId(rerooted(definition) as Json);
  return rerooted(own) as Json;
}

function plainSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any' }) as Json;
  return rest;
}

function rerooted(definition: unknown): unknown {
  return JSON.parse(JSON.stringify(definition).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

function withoutId({ id: _id, ...rest }: Json): Json {
  return rest;
}

function withoutDescription({ description: _description, shown: _shown, ...rest }: Json): Json {
  return rest;
}
