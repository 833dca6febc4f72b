// Loaded by `node --require @linli/telemetry/register`, before an app's first line: starts the OpenTelemetry SDK.
// The only file that reads OTEL_* variables.
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type * as exporter from '@opentelemetry/exporter-trace-otlp-proto';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOffSampler, BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';

function startTracing(env: NodeJS.ProcessEnv): void {
  if (env['OTEL_SDK_DISABLED'] === 'true') return;
  const exports = (env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? '') !== '';
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': env['OTEL_SERVICE_NAME'] ?? 'linli' }),
    // Without an exporter nothing is recorded, but ids are still made and passed on, for the logs.
    sampler: new ParentBasedSampler({ root: exports ? new TraceIdRatioBasedSampler(ratio(env)) : new AlwaysOffSampler() }),
    spanLimits: { attributeValueLengthLimit: 256, attributeCountLimit: 32, eventCountLimit: 16 },
    spanProcessors: exports ? [new BatchSpanProcessor({ exporter: createExporter(), scheduledDelayMillis: 2000, maxExportBatchSize: 256 })] : [],
  });
  trace.setGlobalTracerProvider(provider);
}

function ratio(env: NodeJS.ProcessEnv): number {
  const given = Number(env['OTEL_TRACES_SAMPLER_ARG'] ?? 1);
  if (given >= 0 && given <= 1) return given;
  process.emitWarning('OTEL_TRACES_SAMPLER_ARG must be from 0 to 1; every trace is sampled');
  return 1;
}

function createExporter() {
  // Loaded only when used: the exporter brings an HTTP client and a serialiser into memory.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto') as typeof exporter;
  return new OTLPTraceExporter();
}

// eslint-disable-next-line no-restricted-syntax -- runs before any app, and so before any config.ts
startTracing(process.env);
