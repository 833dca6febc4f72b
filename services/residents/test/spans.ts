import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

export interface RecordedSpans {
  /** All that the finished spans say: names, attributes, events, status. */
  text(): string;
  stop(): void;
}

/** Keeps what would be exported. */
export function recordSpans(): RecordedSpans {
  const exporter = new InMemorySpanExporter();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  return {
    text: () => exporter.getFinishedSpans().map(({ name, attributes, events, status }) => JSON.stringify({ name, attributes, events, status })).join('\n'),
    stop() {
      context.disable();
      trace.disable();
    },
  };
}
