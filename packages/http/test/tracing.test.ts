import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { createLogger, createMetrics, withSpan } from '@linli/telemetry';
import { createHttpApp } from '../src';

const exporter = new InMemorySpanExporter();

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
});

beforeEach(() => exporter.reset());

afterAll(() => {
  context.disable();
  trace.disable();
});

async function serve(path: string, init: RequestInit): Promise<{ response: Response; lines: Record<string, unknown>[] }> {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger('test', { destination: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) } });
  const http = createHttpApp({ log, metrics: createMetrics('test'), render: (reason) => ({ title: reason, detail: reason }) });
  http.route({
    method: 'post',
    path: '/v1/things/:id',
    handle: async (request, response) => {
      await withSpan('work', {}, async () => log.info('working'));
      if (request.params['id'] === 'broken') throw new TypeError('王小明');
      response.json({});
    },
  });
  const response = await fetch(`http://127.0.0.1:${await http.start(0)}${path}`, init);
  await response.text();
  await http.stop(1000);
  return { response, lines };
}

const json = { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } };

describe('the span of a request', () => {
  it('is named by the route, holds the work after the body was read, and gives its id to log and client', async () => {
    const { response, lines } = await serve('/v1/things/secret', json);
    const [work, request] = exporter.getFinishedSpans();
    expect(request).toMatchObject({
      name: 'POST /v1/things/:id',
      attributes: { 'http.request.method': 'POST', 'http.route': '/v1/things/:id', 'http.response.status_code': 200 },
    });
    const { traceId, spanId } = request?.spanContext() ?? {};
    expect(work?.parentSpanContext?.spanId).toBe(spanId);
    expect(response.headers.get('x-request-id')).toBe(traceId);
    expect(lines).toMatchObject([{ msg: 'working', trace_id: traceId }, { msg: 'request', trace_id: traceId, span_id: spanId }]);
    expect(JSON.stringify(request?.attributes)).not.toContain('secret');
  });

  it('links a trace from outside and does not continue it', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await serve('/v1/things/1', { ...json, headers: { ...json.headers, traceparent: `00-${traceId}-b7ad6b7169203331-01` } });
    const request = exporter.getFinishedSpans()[1];
    expect(request?.parentSpanContext).toBeUndefined();
    expect(request?.spanContext().traceId).not.toBe(traceId);
    expect(request?.links).toMatchObject([{ context: { traceId } }]);
  });

  it('is marked failed by the type of an unexpected error only', async () => {
    await serve('/v1/things/broken', json);
    const request = exporter.getFinishedSpans()[1];
    expect(request).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'TypeError', 'http.response.status_code': 500 } });
    expect(JSON.stringify([request?.attributes, request?.events, request?.status])).not.toContain('王小明');
  });

  it('is not failed by a client', async () => {
    await serve('/none', json);
    expect(exporter.getFinishedSpans()[0]).toMatchObject({ name: 'POST unknown', status: { code: 0 } });
  });

  it('is not made for health checks', async () => {
    await serve('/readyz', { method: 'GET' });
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});
