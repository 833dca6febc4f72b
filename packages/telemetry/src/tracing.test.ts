import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { notFound } from '@linli/errors';
import { continueTrace, createLogger, currentTraceparent, flushTraces, withSpan } from './index';

const exporter = new InMemorySpanExporter();
const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
});

beforeEach(() => exporter.reset());

afterAll(() => {
  context.disable();
  trace.disable();
});

describe('withSpan', () => {
  it('makes children of the active span and returns what the work returns', async () => {
    const result = await withSpan('outer', { 'linli.case': 'c1' }, async () => withSpan('inner', {}, async () => 42));
    const [inner, outer] = exporter.getFinishedSpans();
    expect(result).toBe(42);
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(outer?.attributes).toEqual({ 'linli.case': 'c1' });
  });

  it('marks a failed span with the reason and no message', async () => {
    const failing = withSpan('fails', {}, async () => {
      throw notFound('CASE_NOT_FOUND', 'case of 王小明');
    });
    await expect(failing).rejects.toMatchObject({ reason: 'CASE_NOT_FOUND' });
    const [span] = exporter.getFinishedSpans();
    expect(span?.status).toEqual({ code: 2 });
    expect(span?.attributes).toEqual({ 'error.type': 'CASE_NOT_FOUND' });
    expect(span?.events).toEqual([]);
  });

  it('puts the ids of the active span on log lines', async () => {
    const lines: string[] = [];
    const log = createLogger('x', { destination: { write: (line) => lines.push(line) } });
    await withSpan('s', {}, async () => log.info('hello'));
    const span = exporter.getFinishedSpans()[0]?.spanContext();
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ trace_id: span?.traceId, span_id: span?.spanId });
  });
});

describe('traceparent', () => {
  it('goes out and comes back in as the same trace', async () => {
    const traceparent = await withSpan('sends', {}, async () => currentTraceparent());
    await continueTrace(traceparent, 'receives', async () => undefined);
    const [sends, receives] = exporter.getFinishedSpans();
    expect(receives?.spanContext().traceId).toBe(sends?.spanContext().traceId);
    expect(receives?.parentSpanContext?.spanId).toBe(sends?.spanContext().spanId);
    expect(currentTraceparent()).toBeUndefined();
  });

  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['no traceparent', 'drop table'],
    ['of a forbidden version', `ff-${traceId}-${parentId}-01`],
    ['of zeros', `00-${'0'.repeat(32)}-${parentId}-01`],
    ['in capitals', `00-${traceId.toUpperCase()}-${parentId}-01`],
    ['too long', `00-${traceId}-${parentId}-01-more`],
  ])('begins a new trace when it is %s', async (_what, traceparent) => {
    await continueTrace(traceparent, 'receives', async () => undefined);
    const [span] = exporter.getFinishedSpans();
    expect(span?.parentSpanContext).toBeUndefined();
    expect(span?.spanContext().traceId).not.toBe(traceId);
  });

  it('flushes without complaint', async () => {
    await expect(flushTraces()).resolves.toBeUndefined();
  });
});
