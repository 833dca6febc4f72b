export { describeError, errorType } from './describe-error';
export { createLogger, type Logger, type LoggerOptions, type LogLevel, type LogMethod } from './logger';
export { createMetrics, type Metrics } from './metrics';
export { contextOfTraceparent, continueTrace, currentTraceparent, flushTraces, markFailed, withSpan } from './tracing';
